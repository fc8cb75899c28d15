"""The change feed under concurrent writers: everything that was committed, once, in order; and cursors that are not."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.issuer import Issuer
from services.roll.feed import BadCursor, FeedEpochChanged, cursor, sequence_of
from shared.schema.chain import GENESIS, link
from tests.postgres import Database
from tests.roll.lincoln_high import LincolnHigh
from tests.running import client_of

STREAMS = ("school.a", "school.b", "school.c")
WRITERS, WRITES_EACH, READERS = 8, 40, 2
NAME_DISTRICT = "SELECT set_config('app.district_id', $1, true)"
APPEND = "SELECT roll.append_entry($1, $2, $3)"
APPEND_NAIVELY = "INSERT INTO public.naive_feed (body) VALUES ($1)"


@dataclass
class Written:
    """What the writers know to be committed, and how often they gave up or dawdled."""

    committed: dict[str, set[str]] = field(default_factory=lambda: {stream: set() for stream in STREAMS})
    rolled_back: set[str] = field(default_factory=set)
    done: bool = False

    @property
    def all(self) -> set[str]:
        return set.union(*self.committed.values())


async def write(url: str, district_id: str, chance: random.Random, written: Written) -> None:
    """One writer: transactions of one to three entries; some are slow, some are rolled back.

    The same rows go to a table with a serial number, for the control.
    """
    connection = await asyncpg.connect(url)
    for _ in range(WRITES_EACH):
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(NAME_DISTRICT, district_id)
        stream, bodies = chance.choice(STREAMS), [uuid4().hex for _ in range(chance.randint(1, 3))]
        for body in bodies:
            await connection.execute(APPEND_NAIVELY, body)
        for body in bodies:
            await connection.execute(APPEND, district_id, stream, body.encode())
        if chance.random() < 0.2:
            await asyncio.sleep(chance.random() * 0.03)
        if chance.random() < 0.1:
            await transaction.rollback()
            written.rolled_back.update(bodies)
        else:
            await transaction.commit()
            written.committed[stream].update(bodies)
    await connection.close()


async def follow(
    url: str, token: str, district_id: str, stream: str, chance: random.Random, written: Written
) -> list[str]:
    """One reader: pages of any size, and again and again a new process that has only the cursor that was kept."""
    read: list[str] = []
    kept, previous = None, GENESIS
    while True:
        async with client_of(url, token) as client:
            for _ in range(chance.randint(1, 20)):
                finished = written.done
                answer = await client.get(
                    f"/v1/streams/{stream}/entries",
                    params={"limit": chance.randint(1, 40), "wait": chance.choice([0, 0.2])}
                    | ({"after": kept} if kept else {}),
                )
                if answer.status_code == 404 and not finished:  # nobody has written in it yet
                    continue
                page = answer.raise_for_status().json()
                for entry in page["entries"]:
                    assert entry["sequence"] == len(read) + 1, "dense: no hole and nothing twice"
                    previous = link(district_id, stream, entry["sequence"], previous, entry["body"].encode())
                    assert entry["hash"] == previous.hex()
                    read.append(entry["body"])
                kept = page["cursor"]
                if finished and not page["entries"]:
                    return read


async def follow_naively(url: str, chance: random.Random, written: Written) -> list[str]:
    """The control: `position > the last one seen`, as it is usually done."""
    connection = await asyncpg.connect(url)
    read: list[str] = []
    position = 0
    while True:
        finished = written.done
        rows = await connection.fetch(
            "SELECT position, body FROM public.naive_feed WHERE position > $1 ORDER BY position LIMIT $2",
            position,
            chance.randint(1, 40),
        )
        read += [row["body"] for row in rows]
        position = rows[-1]["position"] if rows else position
        if finished and not rows:
            await connection.close()
            return read
        await asyncio.sleep(chance.random() * 0.005)


@pytest.fixture(scope="module")
async def naive_feed(roll_database: Database) -> AsyncIterator[None]:
    admin = await asyncpg.connect(roll_database.admin)
    await admin.execute("""
        CREATE TABLE public.naive_feed (position bigserial PRIMARY KEY, body text NOT NULL);
        GRANT USAGE ON SCHEMA public TO roll_app;
        GRANT SELECT, INSERT ON public.naive_feed TO roll_app;
        GRANT USAGE ON SEQUENCE public.naive_feed_position_seq TO roll_app;
    """)
    yield
    await admin.execute("DROP TABLE public.naive_feed; REVOKE USAGE ON SCHEMA public FROM roll_app")
    await admin.close()


@pytest.mark.usefixtures("naive_feed")
async def test_readers_get_everything_that_was_committed_once_and_in_order_and_a_naive_cursor_does_not(
    roll_url: str, roll_database: Database, issuer: Issuer
) -> None:
    seed, district_id = random.randrange(10**6), f"feed-{uuid4().hex[:8]}"
    print("seed", seed)
    chance, written, app = random.Random(seed), Written(), roll_database.app("roll")
    token = issuer.mint(role="service", subject="credit", districts=[district_id])

    async with asyncio.TaskGroup() as group:
        readers = {
            stream: [
                group.create_task(follow(roll_url, token, district_id, stream, random.Random(chance.random()), written))
                for _ in range(READERS)
            ]
            for stream in STREAMS
        }
        naive = group.create_task(follow_naively(app, random.Random(chance.random()), written))
        writers = (write(app, district_id, random.Random(chance.random()), written) for _ in range(WRITERS))
        await asyncio.gather(*writers)
        written.done = True

    assert len(written.all) > WRITERS * WRITES_EACH
    assert written.rolled_back, "some writers gave up, or the test has not tried it"
    for stream, tasks in readers.items():
        for task in tasks:
            assert len(task.result()) == len(written.committed[stream])
            assert set(task.result()) == written.committed[stream]
    print("of", len(written.all), "entries the naive cursor lost", len(written.all - set(naive.result())))
    assert set(naive.result()) < written.all, "the control loses nothing: this harness cannot see a loss"


async def test_an_open_transaction_elsewhere_delays_nobody(
    lincoln: LincolnHigh, roll_database: Database, roll_url: str
) -> None:
    """A cursor behind the horizon of transactions, the control, waits for it."""
    holder, admin = await asyncpg.connect(roll_database.app("roll")), await asyncpg.connect(roll_database.admin)
    async with holder.transaction():
        await holder.execute(NAME_DISTRICT, lincoln.district_id)
        await holder.execute(APPEND, lincoln.district_id, "school.elsewhere", b"held open")

        receipt = (await lincoln.take_roll()).json()

        head = await entries(lincoln, "school.lincoln", limit=1000)
        assert head["entries"][-1]["sequence"] == receipt["sequence"]
        behind_the_horizon = await admin.fetchval(
            "SELECT count(*) FROM roll.entry WHERE district_id = $1 AND stream = 'school.lincoln' AND sequence = $2 "
            "AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
            lincoln.district_id,
            receipt["sequence"],
        )
        assert behind_the_horizon == 0, "the control is not delayed: this test cannot see a delay"
    await holder.close()
    await admin.close()


async def test_a_reader_who_waits_is_answered_when_there_is_something_to_read(lincoln: LincolnHigh) -> None:
    at_the_end = await entries(lincoln, "school.lincoln", limit=1000)
    began = time.monotonic()
    waiting = asyncio.create_task(entries(lincoln, "school.lincoln", after=at_the_end["cursor"], wait=10))
    await asyncio.sleep(0.3)
    assert not waiting.done()

    receipt = (await lincoln.take_roll()).json()

    assert (await waiting)["entries"][-1]["sequence"] == receipt["sequence"]
    assert time.monotonic() - began < 3


async def test_an_empty_page_returns_the_same_cursor(lincoln: LincolnHigh) -> None:
    first = await entries(lincoln, "school.lincoln", limit=1000)
    second = await entries(lincoln, "school.lincoln", after=first["cursor"])

    assert (second["entries"], second["cursor"], second["head"]) == ([], first["cursor"], first["head"])


# Cursors ------------------------------------------------------------------------------------------------------------


async def entries(lincoln: LincolnHigh, stream: str, **parameters: object) -> dict[str, Any]:
    answer = await read(lincoln, stream, **parameters)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def read(lincoln: LincolnHigh, stream: str, **parameters: object) -> httpx.Response:
    return await lincoln.ask("service", "GET", f"/v1/streams/{stream}/entries", params=parameters)


async def epoch_of(lincoln: LincolnHigh) -> UUID:
    return UUID((await entries(lincoln, "school.lincoln"))["epoch"])


@pytest.mark.parametrize("garbage", ["x", "%00", "!!!", "AAAA", "¿", "A" * 300, "fA", ""])
async def test_a_cursor_that_is_none_is_refused(lincoln: LincolnHigh, garbage: str) -> None:
    answer = await read(lincoln, "school.lincoln", after=garbage)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-cursor")


async def test_the_cursor_of_another_stream_is_refused(lincoln: LincolnHigh) -> None:
    elsewhere = (await entries(lincoln, "district"))["cursor"]

    assert (await read(lincoln, "school.lincoln", after=elsewhere)).json()["type"] == "/problems/bad-cursor"


async def test_a_cursor_beyond_the_end_is_refused(lincoln: LincolnHigh) -> None:
    end = await entries(lincoln, "school.lincoln", limit=1000)
    beyond = cursor(UUID(end["epoch"]), "school.lincoln", end["head"] + 1)

    answer = await read(lincoln, "school.lincoln", after=beyond)

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/cursor-ahead")


async def test_the_cursor_of_a_database_that_was_restored_is_gone(lincoln: LincolnHigh) -> None:
    answer = await read(lincoln, "school.lincoln", after=cursor(uuid4(), "school.lincoln", 1))

    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/feed-epoch-changed")


async def test_a_stream_that_is_not_there_is_not_found(lincoln: LincolnHigh) -> None:
    assert (await read(lincoln, "school.nowhere")).status_code == 404


@pytest.mark.parametrize("limit", [0, -1, 1001, 2**63, 10**30, "true", "٣٠"])
async def test_a_page_is_of_one_to_a_thousand_entries(lincoln: LincolnHigh, limit: object) -> None:
    assert (await read(lincoln, "school.lincoln", limit=limit)).status_code == 422


EPOCH = UUID(int=7)
STREAM_NAMES = st.text("aZ09._@-", min_size=1, max_size=64).map(lambda school_id: f"school.{school_id}")


@given(STREAM_NAMES, st.integers(0, 2**62 - 1))
def test_a_cursor_means_its_place(stream: str, sequence: int) -> None:
    assert sequence_of(cursor(EPOCH, stream, sequence), EPOCH, stream) == sequence


@given(st.text(max_size=300) | STREAM_NAMES.map(lambda stream: cursor(EPOCH, stream, 3) + "A"))
def test_no_other_text_is_a_cursor(text: str) -> None:
    with pytest.raises((BadCursor, FeedEpochChanged)):
        sequence_of(text, EPOCH, "school.lincoln")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=12))
async def test_pages_of_any_sizes_say_the_same(whole_school: LincolnHigh, sizes: list[int]) -> None:
    whole = await entries(whole_school, "school.lincoln", limit=1000)
    place: dict[str, Any] = {}
    pieces: list[Any] = []
    for size in [*sizes, 1000]:
        page = await entries(whole_school, "school.lincoln", limit=size, **place)
        pieces += page["entries"]
        place = {"after": page["cursor"]}
    assert pieces == whole["entries"]


@pytest.fixture(scope="module")
async def whole_school(roll_url: str, issuer: Issuer) -> AsyncIterator[LincolnHigh]:
    async with LincolnHigh.opened(roll_url, issuer) as school:
        yield school
