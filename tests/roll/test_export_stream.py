"""An export is checked by the script that ships with the documents, run as a stranger would run it."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.places import CHECKOUT
from services.roll.checkpoint import Checkpoint, Signer, origin
from tests.postgres import Database
from tests.roll.lincoln_high import ROLL, LincolnHigh, a_nurse_pass
from tests.roll.tampering import STREAM, run

PATH = f"/v1/streams/{STREAM}/export"


def check(*files: Path | str) -> tuple[int, str]:
    """The script alone, by a Python that sees none of our packages."""
    script = CHECKOUT / "docs" / "verify_export.py"
    done = subprocess.run([sys.executable, "-I", "-S", script, *files], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.fixture
async def exported(lincoln: LincolnHigh, tmp_path: Path) -> Path:
    await lincoln.take_roll("ben")
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))
    answer = await lincoln.ask("auditor", "GET", PATH)
    assert answer.headers["content-type"] == "application/x-ndjson"
    file = tmp_path / "export.ndjson"
    file.write_bytes(answer.content)
    return file


def contents_of(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in directory.iterdir()}


def rewrite(file: Path, change: Any) -> None:
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    change(lines)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))


async def test_an_export_is_whole_and_the_script_says_where_it_ends(lincoln: LincolnHigh, exported: Path) -> None:
    heads = (await lincoln.ask("auditor", "GET", "/v1/streams")).json()["streams"]
    (head,) = [each for each in heads if each["stream"] == STREAM]

    code, said = check(exported)

    assert code == 0, said
    assert f"{head['head']} entries, head {head['hash']}" in said


def edit_5(lines: list[Any]) -> None:
    lines[5]["body"] = lines[5]["body"].replace("lincoln", "lincoln2")


def remove_5(lines: list[Any]) -> None:
    del lines[5]


def swap_5_and_6(lines: list[Any]) -> None:
    lines[5], lines[6] = lines[6], lines[5]


def break_line_5(lines: list[Any]) -> None:
    lines[5] = ["not an entry"]


@pytest.mark.parametrize("tamper", [edit_5, remove_5, swap_5_and_6, break_line_5])
def test_a_tampered_export_is_not_whole_and_the_script_names_the_entry(exported: Path, tamper: Any) -> None:
    rewrite(exported, tamper)

    code, said = check(exported)

    assert code == 1
    assert said.startswith("NOT WHOLE. entry 5")


def test_an_export_that_was_cut_short_is_not_whole(exported: Path) -> None:
    rewrite(exported, lambda lines: lines.pop())

    code, said = check(exported)

    assert code == 1
    assert "is missing: the stream has" in said


def test_a_file_of_something_else_or_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "other").write_text('{"export": "something else"}\n')

    for name in ("empty", "other", "absent"):
        code, said = check(tmp_path / name)
        assert code == 1
        assert said.startswith("NOT WHOLE.")


async def test_the_command_writes_what_the_route_answers(
    lincoln: LincolnHigh, exported: Path, roll_database: Database, tmp_path: Path
) -> None:
    out = tmp_path / "by_command.ndjson"
    arguments = "export", "--district", lincoln.district_id, "--stream", STREAM, "--out", str(out)

    done = await asyncio.to_thread(run, roll_database, *arguments)

    assert done.returncode == 0, done.stderr
    assert contents_of(tmp_path) == {name: contents_of(tmp_path)["export.ndjson"] for name in (exported.name, out.name)}


async def test_an_export_is_for_the_auditor_and_the_district_office(lincoln: LincolnHigh) -> None:
    assert (await lincoln.ask("district_office", "GET", PATH)).status_code == 200
    assert (await lincoln.ask("attendance_clerk", "GET", PATH)).status_code == 403
    assert (await lincoln.ask("auditor", "GET", "/v1/streams/school.nowhere/export")).status_code == 404


def a_note(first: dict[str, Any], signer: Signer, **said: Any) -> str:
    """A checkpoint of the whole export, or of what is said instead."""
    named = origin(signer.name, first["district_id"], first["stream"])
    whole = {"origin": named, "size": first["head"], "hash": bytes.fromhex(first["hash"])}
    return signer.sign(Checkpoint(**whole | said, at=datetime(2026, 3, 10, tzinfo=UTC)))


def test_the_script_checks_the_signature_of_a_checkpoint_when_it_is_told_the_key(
    exported: Path, tmp_path: Path
) -> None:
    ours, theirs = (Signer("district.example", Ed25519PrivateKey.generate()) for _ in range(2))
    first, kept = json.loads(exported.read_text().splitlines()[0]), tmp_path / "kept"
    note = a_note(first, ours)
    lines = note.split("\n")
    broken = lines[-2][:-8] + ("A" if lines[-2][-8] != "A" else "B") + lines[-2][-7:]
    cases = {
        "ours": (note, ours.verifier, 0),
        "signed by another key": (a_note(first, theirs), ours.verifier, 1),
        "another time": (note.replace("2026-03-10", "2026-03-11"), ours.verifier, 1),
        "a signature that is off by a letter": ("\n".join([*lines[:-2], broken, ""]), ours.verifier, 1),
        "no signature": ("\n".join([*lines[:-2], ""]), ours.verifier, 1),
        "of another name": (a_note(first, ours, origin=f"x/{first['district_id']}/{STREAM}"), ours.verifier, 1),
        "of another stream": (a_note(first, ours, hash=bytes(32)), ours.verifier, 1),
    }

    found = {}
    for name, (text, verifier, _) in cases.items():
        kept.write_text(text, encoding="utf-8")
        found[name] = check(exported, kept, str(verifier))
    kept.write_text(note, encoding="utf-8")

    assert {name: code for name, (code, _) in found.items()} == {name: code for name, (*_, code) in cases.items()}
    assert "as the signed checkpoint saw it up to entry" in found["ours"][1]
    assert "was not signed by that key" in found["signed by another key"][1]
    assert "as the checkpoint saw it" in check(exported, kept)[1]


def test_the_scripts_signatures_are_those_of_the_library(exported: Path, tmp_path: Path) -> None:
    """Several keys, since a point of the curve has one of two signs."""
    first, kept = json.loads(exported.read_text().splitlines()[0]), tmp_path / "kept"
    for _ in range(6):
        signer = Signer("district.example", Ed25519PrivateKey.generate())
        kept.write_text(a_note(first, signer), encoding="utf-8")
        assert check(exported, kept, str(signer.verifier))[0] == 0
