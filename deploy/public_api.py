"""The public HTTP API as people and systems of one district use it: a token each, bounded waits, bounded retries."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, Self

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.places import Addresses
from deploy.trouble import Trouble
from shared.schema.base import Schema
from shared.schema.credit import AdaAnswer
from shared.schema.entries import StreamHeads
from shared.schema.roll import BatchAnswer, DatedRollSubmission, RollBatch

COLLECTIONS = (
    "attendance-codes", "schools", "tracks", "reporting-periods", "bell-periods", "calendar-days", "students", "staff",
    "school-enrollments", "sections", "section-teachers", "section-enrollments",
)  # fmt: skip
"""In the order in which a student information system sends them."""

ROWS_AT_ONCE = 2_000  # a request; the API takes 10,000
ROLLS_AT_ONCE = 100  # a batch
REQUESTS_AT_ONCE = 8
PATIENCE = 30.0  # seconds that one request may be tried again
TOKEN_AGE = 2_400.0  # seconds, of the hour that a token is good for


class Mint(Protocol):
    def __call__(
        self, *, role: str, subject: str, districts: Sequence[str], schools: Sequence[str] | None = None
    ) -> str: ...


@dataclass(frozen=True)
class Person:
    """Somebody with a token. `schools` None is no limit."""

    role: str
    subject: str
    schools: tuple[str, ...] | None = None


SIS = Person("sis_client", "student-information-system")
OFFICE = Person("district_office", "attendance-office")
AUDITOR = Person("auditor", "auditor")


def clerk(school_id: str) -> Person:
    return Person("attendance_clerk", f"clerk-{school_id}", (school_id,))


@dataclass
class District:
    """`async with District(addresses, mint, "demo") as district`. Every refusal that was not expected is `Trouble`."""

    addresses: Addresses
    mint: Mint
    district_id: str
    _http: httpx.AsyncClient = field(init=False)
    _tokens: dict[Person, tuple[float, str]] = field(init=False, default_factory=dict)

    async def __aenter__(self) -> Self:
        limits = httpx.Limits(max_connections=2 * REQUESTS_AT_ONCE)
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(60, connect=3), limits=limits, trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    def token(self, person: Person) -> str:
        minted, token = self._tokens.get(person, (0.0, ""))
        if not token or time.monotonic() - minted > TOKEN_AGE:
            token = self.mint(
                role=person.role, subject=person.subject, districts=[self.district_id], schools=person.schools
            )
            self._tokens[person] = time.monotonic(), token
        return token

    async def ask(
        self, person: Person, method: str, url: str, body: Schema | Mapping[str, Any] | None = None, **params: str
    ) -> httpx.Response:
        """The answer, whatever its status. A service that is away or busy is asked again, for half a minute."""
        content = None if body is None else _json(body)
        until = time.monotonic() + PATIENCE
        while True:
            headers = {"Authorization": f"Bearer {self.token(person)}", "Content-Type": "application/json"}
            try:
                response = await self._http.request(
                    method, url, content=content, params=params or None, headers=headers
                )
            except httpx.TransportError as error:
                if time.monotonic() > until:
                    raise Trouble(f"{method} {url} got no answer in {PATIENCE:.0f} seconds ({error!r}).") from None
                await asyncio.sleep(0.5)
                continue
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > until:
                return response
            await asyncio.sleep(min(5.0, float(response.headers.get("Retry-After", "1"))))

    async def agreed(
        self, person: Person, method: str, url: str, body: Schema | Mapping[str, Any] | None = None, **params: str
    ) -> httpx.Response:
        """The answer of a request that must succeed. Errors: `Trouble` with the refusal's own words."""
        response = await self.ask(person, method, url, body, **params)
        if not response.is_success:
            raise Trouble(f"{method} {response.url.path} was refused ({response.status_code}): {refusal(response)}")
        return response

    def roll_url(self, section_id: str, on: date, period_id: str) -> str:
        return f"{self.addresses.roll}/v1/sections/{section_id}/rolls/{on}/{period_id}"

    def sheet_url(self, section_id: str, on: date, period_id: str) -> str:
        return f"{self.addresses.roll}/v1/sections/{section_id}/sheets/{on}/{period_id}"

    async def send_rows(self, collection: str, rows: Sequence[Schema], sent: Callable[[int], None]) -> None:
        """Upsert roster rows, in order; `sent` is told how many at a time."""
        for first in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[first : first + ROWS_AT_ONCE]
            body = {"rows": [row.model_dump(mode="json", exclude_none=True) for row in part]}
            await self.agreed(SIS, "POST", f"{self.addresses.roll}/v1/{collection}", body)
            sent(len(part))

    async def send_rolls(self, person: Person, rolls: Sequence[DatedRollSubmission]) -> None:
        """One batch. Rolls that were kept by an earlier start answer their first receipt, and are well."""
        url = f"{self.addresses.roll}/v1/roll-batches"
        response = await self.agreed(person, "POST", url, RollBatch(submissions=tuple(rolls)))
        answer = BatchAnswer.model_validate_json(response.content)
        for roll, result in zip(rolls, answer.results, strict=True):
            if result.receipt is None:
                raise Trouble(
                    f"The roll of section {roll.section_id} on {roll.on}, period {roll.period_id}, was refused "
                    f"({result.status} {result.problem}): {result.detail}"
                )

    async def heads(self) -> dict[str, int]:
        """How far each stream has come in roll."""
        response = await self.agreed(AUDITOR, "GET", f"{self.addresses.roll}/v1/streams")
        return {stream.stream: stream.head for stream in StreamHeads.model_validate_json(response.content).streams}

    async def ada(self, school_year: int, through: date) -> AdaAnswer:
        """ADA by reporting period, of the days up to and including `through`."""
        url = f"{self.addresses.credit}/v1/ada"
        response = await self.agreed(OFFICE, "GET", url, school_year=str(school_year), through=str(through))
        return AdaAnswer.model_validate_json(response.content)

    async def ada_after(self, heads: Mapping[str, int], school_year: int, through: date, seconds: float) -> AdaAnswer:
        """The same, resting on everything up to those heads. Errors: `Trouble` when credit is not there in time."""
        until = time.monotonic() + seconds
        while True:
            answer = await self.ada(school_year, through)
            behind = [stream for stream, head in heads.items() if answer.followed_through.get(stream, 0) < head]
            if not behind:
                return answer
            if time.monotonic() > until:
                raise Trouble(
                    f"After {seconds:.0f} seconds credit has not followed {len(behind)} of {len(heads)} streams "
                    f"({behind[0]} among them): GET {self.addresses.credit}/v1/status says why."
                )
            await asyncio.sleep(0.25)


def refusal(response: httpx.Response) -> str:
    """What a refusal says, in one line: its title, its detail, and the first refused field."""
    try:
        said = response.json()
    except ValueError:
        return response.text[:300]
    first = next(iter(said.get("errors") or said.get("refused") or [{}]))
    words = (said.get("title"), said.get("detail"), first.get("pointer"), first.get("detail"))
    return " ".join(str(word) for word in words if word)


async def each_of(jobs: Iterable[Callable[[], Awaitable[object]]], at_once: int = REQUESTS_AT_ONCE) -> None:
    """Do them all, so many at once. The first that fails ends the others, and is what is raised."""
    waiting = iter(jobs)

    async def worker() -> None:
        for job in waiting:
            await job()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


def batches(rolls: Sequence[DatedRollSubmission]) -> Iterator[Sequence[DatedRollSubmission]]:
    """As many to a batch as the API takes."""
    return (rolls[first : first + ROLLS_AT_ONCE] for first in range(0, len(rolls), ROLLS_AT_ONCE))


def progress_bar(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description:32}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console,
    )  # fmt: skip


def _json(body: Schema | Mapping[str, Any]) -> bytes:
    if isinstance(body, Schema):
        return body.model_dump_json(exclude_none=True).encode()
    return json.dumps(body).encode()
