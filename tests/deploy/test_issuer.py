"""The development issuer signs what the services verify, and nothing without the right secret."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.issuer import AUDIENCE, ISSUER, Issuer, issuer_app
from deploy.trouble import Trouble
from shared.plumbing.tokens import TokenVerifier
from shared.schema.refusals import Unauthenticated

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer.at(tmp_path / "issuer-key.json")


@pytest.fixture
async def http(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    app = issuer_app(issuer, {"credit": "a secret: of %credit%"}, ["demo", "other"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://issuer") as client:
        yield client


async def verifier(http: httpx.AsyncClient, tmp_path: Path, *, later: timedelta = timedelta(0)) -> TokenVerifier:
    """The services' own verifier, reading the keys that the issuer published."""
    (tmp_path / "jwks.json").write_text((await http.get("/jwks.json")).text)
    url = (tmp_path / "jwks.json").as_uri()
    return TokenVerifier(ISSUER, AUDIENCE, url, lambda: datetime.now(UTC) + later)


async def test_services_accept_a_minted_token_and_read_the_same_person(
    issuer: Issuer, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    token = issuer.mint(role="principal", subject="P1", districts=["demo"], schools=["001"])
    principal = await (await verifier(http, tmp_path)).verify(token)

    assert (principal.subject, principal.role) == ("P1", "principal")
    assert (principal.districts, principal.schools) == (("demo",), ("001",))


async def test_a_token_is_good_for_an_hour_and_not_two(issuer: Issuer, http: httpx.AsyncClient, tmp_path: Path) -> None:
    token = issuer.mint(role="teacher", subject="T1", districts=["demo"])
    assert await (await verifier(http, tmp_path, later=timedelta(minutes=59))).verify(token)
    with pytest.raises(Unauthenticated, match="expired"):
        await (await verifier(http, tmp_path, later=timedelta(minutes=62))).verify(token)


async def test_another_issuers_key_is_not_accepted(http: httpx.AsyncClient, tmp_path: Path) -> None:
    stranger = Issuer.at(tmp_path / "another-key.json")
    with pytest.raises(Unauthenticated):
        await (await verifier(http, tmp_path)).verify(stranger.mint(role="teacher", subject="T1", districts=["demo"]))


async def test_a_service_gets_a_short_token_of_its_own(issuer: Issuer, http: httpx.AsyncClient) -> None:
    answer = await http.post("/token", data=GRANT, auth=("credit", "a secret: of %credit%"))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    keys = KeySet.import_key_set((await http.get("/jwks.json")).json())
    claims = jwt.decode(answer.json()["access_token"], keys, algorithms=["ES256"]).claims
    assert (claims["sub"], claims["role"], claims["districts"]) == ("credit", "service", ["demo", "other"])
    assert claims["exp"] - claims["iat"] == answer.json()["expires_in"] == 600


@pytest.mark.parametrize(
    ("client", "secret"),
    [("credit", "wrong"), ("credit", ""), ("nobody", "a secret: of %credit%"), ("nobody", ""), ("", "")],
)
async def test_a_wrong_secret_gets_no_token(http: httpx.AsyncClient, client: str, secret: str) -> None:
    by_header = await http.post("/token", data=GRANT, auth=(client, secret))
    by_form = await http.post("/token", data=GRANT | {"client_id": client, "client_secret": secret})

    assert [by_header.status_code, by_form.status_code] == [401, 401]
    assert by_header.json() == {"error": "invalid_client"}


async def test_another_grant_is_refused(http: httpx.AsyncClient) -> None:
    form = {"grant_type": "password", "client_id": "credit", "client_secret": "a secret: of %credit%"}
    answer = await http.post("/token", data=form)
    assert (answer.status_code, answer.json()) == (400, {"error": "unsupported_grant_type"})


@pytest.mark.parametrize("header", ["Basic !!!", "Basic /w==", "Bearer x", "Basic"])
async def test_an_unreadable_authorization_gets_no_token(http: httpx.AsyncClient, header: str) -> None:
    answer = await http.post("/token", data=GRANT, headers={"Authorization": header})
    assert answer.status_code == 401


async def test_the_published_keys_hold_no_private_half(http: httpx.AsyncClient) -> None:
    [key] = (await http.get("/jwks.json")).json()["keys"]
    assert "d" not in key


def test_the_key_is_kept_for_its_owner_only_and_stays_the_same(tmp_path: Path) -> None:
    first = Issuer.at(tmp_path / "key.json")
    assert (tmp_path / "key.json").stat().st_mode & 0o777 == 0o600
    assert Issuer.at(tmp_path / "key.json").jwks() == first.jwks()


def test_a_role_that_does_not_exist_is_refused_by_name(issuer: Issuer) -> None:
    with pytest.raises(Trouble, match="no role 'janitor': choose one of teacher,"):
        issuer.mint(role="janitor", subject="J", districts=["demo"])
