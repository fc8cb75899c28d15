"""Tokens that must not be believed, and one verifier that nobody can turn off or wear out."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.issuer import AUDIENCE, Issuer
from services.roll.app import create
from services.roll.settings import RollSettings
from shared.plumbing.tokens import REFRESH_COOLDOWN_SECONDS
from tests.roll.forged_tokens import FORGED, OTHER_KEY, claims, written
from tests.running import NO_CERTIFICATES, running

ASK = "/v1/streams"


@pytest.fixture(scope="module")
async def http(roll_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=roll_url, timeout=15, verify=NO_CERTIFICATES) as client:
        yield client


async def ask(http: httpx.AsyncClient, token: str, **headers: str) -> httpx.Response:
    authorization = f"Bearer {token}".encode("latin-1")
    return await http.get(
        ASK, headers={b"Authorization": authorization} | {n.encode(): v.encode() for n, v in headers.items()}
    )


async def test_a_good_token_is_believed(http: httpx.AsyncClient, issuer: Issuer) -> None:
    assert (await ask(http, written(issuer.key))).status_code == 200
    assert (await ask(http, written(issuer.key, {"typ": "application/at+jwt"}))).status_code == 200
    assert (await ask(http, written(issuer.key, None, claims(aud=["other", AUDIENCE], nbf=...)))).status_code == 200


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_token_is_not_believed_with(
    http: httpx.AsyncClient, issuer: Issuer, forge: Callable[[ECKey], str]
) -> None:
    token = forge(issuer.key)
    answer = await ask(http, token)

    assert answer.status_code == 401, answer.text
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/unauthenticated"
    assert token not in answer.text


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Basic dXNlcjpwYXNz", "Token x", "\xff"])
async def test_who_shows_no_token_is_told_how(http: httpx.AsyncClient, authorization: str | None) -> None:
    headers = {} if authorization is None else {b"Authorization": authorization.encode("latin-1")}
    answer = await http.get(ASK, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_token_of_several_districts_must_say_which(http: httpx.AsyncClient, issuer: Issuer) -> None:
    token = written(issuer.key, None, claims(districts=["north", "south"]))

    assert (await ask(http, token)).status_code == 400
    assert (await ask(http, token, **{"Rollbook-District": "south"})).status_code == 200
    assert (await ask(http, token, **{"Rollbook-District": "none"})).status_code == 403
    assert (await ask(http, token, **{"Rollbook-District": "east"})).status_code == 403


async def test_a_token_of_one_district_is_good_for_no_other(http: httpx.AsyncClient, issuer: Issuer) -> None:
    assert (await ask(http, written(issuer.key), **{"Rollbook-District": "north"})).status_code == 403


async def test_a_token_ends_even_when_it_has_been_believed(roll_settings: RollSettings, issuer: Issuer) -> None:
    clock = Clock()
    async with (
        running(create(roll_settings, clock)) as url,
        httpx.AsyncClient(base_url=url, verify=NO_CERTIFICATES) as http,
    ):
        token = written(issuer.key)
        assert (await ask(http, token)).status_code == 200
        clock.passes(600 + 61)
        assert (await ask(http, token)).status_code == 401


# The issuer's keys --------------------------------------------------------------------------------------------------


@dataclass
class Clock:
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def passes(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass
class KeyServer:
    """An issuer's keys over HTTP, counting who asks; down when told so."""

    keys: list[ECKey] = field(default_factory=lambda: [ECKey.generate_key("P-256", auto_kid=True)])
    answer: str | None = None
    asked: int = 0
    url: str = ""

    async def serve(self, _: Request) -> Response:
        self.asked += 1
        if self.answer is not None:
            return Response(self.answer, 500 if self.answer == "down" else 200)
        return Response(json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}))


@asynccontextmanager
async def roll_that_asks(settings: RollSettings, server: KeyServer, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with running(Starlette(routes=[Route("/jwks.json", server.serve)])) as issuer_url:
        asking = settings.model_copy(update={"jwks_url": f"{issuer_url}/jwks.json"})
        async with (
            running(create(asking, clock)) as url,
            httpx.AsyncClient(base_url=url, timeout=15, verify=NO_CERTIFICATES) as http,
        ):
            yield http


async def test_unknown_keys_do_not_wear_the_issuer_out(roll_settings: RollSettings) -> None:
    server, clock = KeyServer(), Clock()
    async with roll_that_asks(roll_settings, server, clock) as http:
        strange = [written(OTHER_KEY, {"kid": f"k{number}"}) for number in range(100)]
        answers = await asyncio.gather(*(ask(http, token) for token in strange))
        assert {answer.status_code for answer in answers} == {401}
        assert server.asked == 1

        clock.passes(REFRESH_COOLDOWN_SECONDS + 1)
        await asyncio.gather(*(ask(http, token) for token in strange))
        assert server.asked == 2


async def test_a_new_key_of_the_issuers_is_found_and_a_withdrawn_one_is_let_go(roll_settings: RollSettings) -> None:
    server, clock = KeyServer(), Clock()
    async with roll_that_asks(roll_settings, server, clock) as http:
        (old,) = server.keys
        assert (await ask(http, written(old))).status_code == 200

        new = ECKey.generate_key("P-256", auto_kid=True)
        server.keys = [new]
        clock.passes(REFRESH_COOLDOWN_SECONDS + 1)
        assert (await ask(http, written(new))).status_code == 200
        assert (await ask(http, written(old))).status_code == 401


@pytest.mark.parametrize("trouble", ["down", "not JSON", "[]", '{"keys": 7}', '{"keys": [{"kty": "EC"}]}', "[" * 9000])
async def test_while_the_issuer_is_in_trouble_the_keys_that_we_have_go_on_being_good(
    roll_settings: RollSettings, trouble: str
) -> None:
    server, clock = KeyServer(), Clock()
    async with roll_that_asks(roll_settings, server, clock) as http:
        assert (await ask(http, written(server.keys[0]))).status_code == 200
        server.answer = trouble
        clock.passes(REFRESH_COOLDOWN_SECONDS + 1)

        assert (await ask(http, written(OTHER_KEY))).status_code == 401
        assert server.asked == 2
        assert (await ask(http, written(server.keys[0]))).status_code == 200


async def test_a_service_that_has_never_seen_a_key_says_so_and_asks_again_but_not_for_everyone(
    roll_settings: RollSettings,
) -> None:
    server, clock = KeyServer(answer="down"), Clock()
    async with roll_that_asks(roll_settings, server, clock) as http:
        token = written(server.keys[0])
        answers = await asyncio.gather(*(ask(http, token) for _ in range(20)))
        assert {answer.status_code for answer in answers} == {503}
        assert all(answer.headers["Retry-After"] for answer in answers)
        assert server.asked == 1

        server.answer = None
        clock.passes(2)
        assert (await ask(http, token)).status_code == 200
