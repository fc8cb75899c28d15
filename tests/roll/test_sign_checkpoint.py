"""A checkpoint kept elsewhere finds out whoever writes a stream anew, and is never signed for a stream that forked."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.issuer import Issuer
from services.roll.app import create
from services.roll.checkpoint import NotACheckpoint, Verifier, make_key
from services.roll.settings import RollSettings
from tests.postgres import Database
from tests.roll.lincoln_high import ROLL, LincolnHigh, a_nurse_pass
from tests.roll.tampering import ENTRIES, SET_BODY, STREAM, as_administrator, rehash, run
from tests.roll.test_export_stream import check
from tests.running import running

PATH = f"/v1/streams/{STREAM}/checkpoint"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "checkpoint.pem"
    make_key(path)
    return path


@pytest.fixture
async def signing(roll_settings: RollSettings, issuer: Issuer, key: Path) -> AsyncIterator[LincolnHigh]:
    """Lincoln High on a roll that has a key, after a roll was taken."""
    settings = roll_settings.model_copy(update={"checkpoint_key": key, "checkpoint_name": "lincoln.example"})
    async with running(create(settings)) as url, LincolnHigh.opened(url, issuer) as school:
        await school.take_roll("ben")
        yield school


async def note_of(school: LincolnHigh) -> str:
    answer = await school.ask("auditor", "GET", PATH)
    assert answer.status_code == 200, answer.text
    return answer.text


async def verifier_of(school: LincolnHigh) -> Verifier:
    return Verifier.parse((await school.ask("auditor", "GET", "/v1/checkpoint-verifier")).text)


async def head_of(school: LincolnHigh) -> dict[str, object]:
    heads = (await school.ask("auditor", "GET", "/v1/streams")).json()["streams"]
    return next(head for head in heads if head["stream"] == STREAM)


async def rewrite_entry_7(school: LincolnHigh, database: Database) -> None:
    """What a checkpoint is for: an entry changed and every hash made to follow, the head's included."""
    async with as_administrator(database) as connection:
        rows = await connection.fetch(ENTRIES, school.district_id, STREAM)
        body = bytes(rows[6]["body"]).replace(b'"by":"', b'"by":"x')
        await connection.execute(SET_BODY, school.district_id, STREAM, 7, body)
        await rehash(connection, school.district_id)


async def test_a_checkpoint_says_where_the_stream_had_come_to_under_a_signature(signing: LincolnHigh) -> None:
    said = (await verifier_of(signing)).read(await note_of(signing))

    head = await head_of(signing)
    assert said.origin == f"lincoln.example/{signing.district_id}/{STREAM}"
    assert (said.size, said.hash.hex()) == (head["head"], head["hash"])


async def test_a_checkpoint_with_one_character_changed_is_not_one(signing: LincolnHigh) -> None:
    note, verifier = await note_of(signing), await verifier_of(signing)
    size = note.split("\n")[1]

    for changed in (note.replace(f"\n{size}\n", f"\n{int(size) - 1}\n"), note.replace("T", "U", 1), "", note[:-9]):
        with pytest.raises(NotACheckpoint):
            verifier.read(changed)


async def test_the_same_checkpoint_is_given_until_the_stream_has_grown(signing: LincolnHigh) -> None:
    first, again = await note_of(signing), await note_of(signing)
    await signing.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))

    grown = await note_of(signing)

    assert first == again
    assert int(grown.split("\n")[1]) == int(first.split("\n")[1]) + 1


async def test_many_who_ask_at_once_get_one_checkpoint(signing: LincolnHigh) -> None:
    assert len(set(await asyncio.gather(*(note_of(signing) for _ in range(5))))) == 1


@pytest.mark.parametrize("grown", [False, True])
async def test_a_stream_written_anew_is_never_signed(
    signing: LincolnHigh, roll_database: Database, grown: bool
) -> None:
    await note_of(signing)
    await rewrite_entry_7(signing, roll_database)
    if grown:
        await signing.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))

    answer = await signing.ask("auditor", "GET", PATH)

    assert answer.json()["type"] == "/problems/stream-does-not-extend"


async def test_verifying_against_a_checkpoint_finds_a_stream_that_was_written_anew(
    signing: LincolnHigh, roll_database: Database, tmp_path: Path, key: Path
) -> None:
    kept = tmp_path / "checkpoint"
    kept.write_text(await note_of(signing), encoding="utf-8")
    size = kept.read_text(encoding="utf-8").split("\n")[1]
    arguments = "verify", "--district", signing.district_id, "--against", str(kept)
    verifier = str(await verifier_of(signing))

    whole = await asyncio.to_thread(run, roll_database, *arguments, "--verifier", verifier)
    await rewrite_entry_7(signing, roll_database)
    rewritten = await asyncio.to_thread(
        run, roll_database, *arguments, ROLL_CHECKPOINT_KEY=str(key), ROLL_CHECKPOINT_NAME="lincoln.example"
    )
    unaware = await asyncio.to_thread(run, roll_database, "verify", "--district", signing.district_id)

    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert rewritten.returncode == 1
    assert rewritten.stdout == (
        f"{STREAM}: entry {size}: up to here this is not the stream that the checkpoint has seen\n"
    )
    assert unaware.returncode == 0


async def test_the_stand_alone_script_takes_a_checkpoint_as_well(
    signing: LincolnHigh, roll_database: Database, tmp_path: Path
) -> None:
    kept, export = tmp_path / "checkpoint", tmp_path / "export"
    kept.write_text(await note_of(signing), encoding="utf-8")
    export.write_bytes((await signing.ask("auditor", "GET", f"/v1/streams/{STREAM}/export")).content)
    whole = check(export, kept)
    await rewrite_entry_7(signing, roll_database)
    export.write_bytes((await signing.ask("auditor", "GET", f"/v1/streams/{STREAM}/export")).content)

    assert whole[0] == 0, whole[1]
    assert check(export)[0] == 0
    assert "not the stream that the checkpoint has seen" in check(export, kept)[1]


async def test_a_key_is_made_once_and_read_by_its_owner_only(roll_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first = await asyncio.to_thread(run, roll_database, "checkpoint-key", "--out", str(path))
    again = await asyncio.to_thread(run, roll_database, "checkpoint-key", "--out", str(path))

    assert Verifier.parse(first.stdout).name == "rollbook"
    assert path.stat().st_mode & 0o777 == 0o600
    assert (again.returncode, again.stdout) == (1, "")


async def test_the_command_signs_what_the_route_signs(signing: LincolnHigh, roll_database: Database, key: Path) -> None:
    arguments = "checkpoint", "--district", signing.district_id, "--stream", STREAM
    settings = {"ROLL_CHECKPOINT_KEY": str(key), "ROLL_CHECKPOINT_NAME": "lincoln.example"}
    done = await asyncio.to_thread(run, roll_database, *arguments, **settings)

    assert done.stdout == await note_of(signing), done.stderr


async def test_a_roll_without_a_key_signs_nothing(lincoln: LincolnHigh) -> None:
    answer: httpx.Response = await lincoln.ask("auditor", "GET", PATH)

    assert answer.json()["type"] == "/problems/no-checkpoint-key"


async def test_a_key_of_another_kind_stops_the_service_at_its_start(roll_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "not-a-key.pem"
    path.write_text("not a key")
    arguments = "checkpoint", "--district", "d", "--stream", STREAM

    done = await asyncio.to_thread(run, roll_database, *arguments, ROLL_CHECKPOINT_KEY=str(path))

    assert done.returncode == 78
    assert "CHECKPOINT_KEY must be the path of an Ed25519 private key in PEM" in done.stderr
