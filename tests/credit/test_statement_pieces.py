"""A statement's bytes in pieces: the same bytes however they are kept and sent, and nothing that does not fit them."""

import gzip
import hashlib
import json
from dataclasses import replace
from datetime import date

import asyncpg
import numpy as np
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from services.credit.frozen_count import GradeCount, SchoolCount, canonical, canonical_parts
from services.credit.statement_changes import Spoken, accounts, changes, told
from services.credit.statement_changes import written as written_comparison
from services.credit.statement_pieces import Damaged, FrozenBytes, Piece, cut, freeze, joined, written
from shared.schema.statements import Comparison, Statement
from tests.credit.cedar_high import ROWS, TUESDAY, CedarHigh
from tests.credit.certifying import a_week_with_an_absence, certified, certify, connected
from tests.postgres import Database

sixths = st.lists(st.integers(0, 1080), min_size=5, max_size=5)
ids = st.text("aZ09", min_size=1, max_size=4)


@st.composite
def a_school(draw: st.DrawFn, school_id: str) -> SchoolCount:
    """Students by period, track, grade and id, as they are counted."""
    grades = [
        GradeCount(
            school_id, period, "main", grade, students, np.array([draw(sixths) for _ in students], dtype=np.int32)
        )
        for period in (1, 2)
        for grade in ("09", "10")
        if (students := sorted(draw(st.lists(ids, max_size=3, unique=True))))
    ]  # fmt: skip
    return SchoolCount(school_id, (), (), tuple(grades), (), (), False)


@st.composite
def a_district(draw: st.DrawFn) -> list[SchoolCount]:
    schools = draw(st.lists(st.sampled_from(["a", "ab", "b", "c-1"]), max_size=3, unique=True))
    return [draw(a_school(school_id)) for school_id in sorted(schools)]


def statement(counts: list[SchoolCount], students: bool) -> Statement:
    rows = tuple(row for count in counts for row in count.students) if students else ()
    return Statement(
        district_id="d", school_id=None, school_year=2026, period=None, through=date(2026, 3, 13), streams=(), law=(),
        schools=(), tracks=(), students=rows,
    )  # fmt: skip


def frozen(counts: list[SchoolCount]) -> FrozenBytes:
    return freeze(canonical_parts(statement(counts, students=False)), counts)


@given(a_district())
def test_pieces_come_to_the_very_bytes_that_the_whole_document_has(counts: list[SchoolCount]) -> None:
    whole, made = statement(counts, students=True), frozen(counts)

    assert canonical(whole) == rfc8785.dumps(whole.model_dump(mode="json")) == joined(made.pieces)
    assert made.digest == hashlib.sha256(canonical(whole)).digest()
    without = {name: said for name, said in json.loads(canonical(whole)).items() if name != "streams"}
    assert made.count_digest == hashlib.sha256(rfc8785.dumps(without)).digest()
    assert b"".join(written(made.pieces, made.digest, gzip=False)) == canonical(whole)
    assert gzip.decompress(b"".join(written(made.pieces, made.digest, gzip=True))) == canonical(whole)


@given(a_district())
def test_a_statement_that_was_kept_whole_is_cut_into_the_same_pieces(counts: list[SchoolCount]) -> None:
    made = frozen(counts)

    assert cut(joined(made.pieces)) == list(made.pieces)


def test_bytes_that_were_changed_are_never_sent_to_their_end() -> None:
    (school,) = counts = [SchoolCount("a", (), (), (_one("ana", 6),), (), (), False)]
    made = frozen(counts)
    forged = [Piece.of(one.school_id, one.text().replace(b"ana", b"ann")) for one in made.pieces]
    broken = [Piece(one.school_id, one.digest, other.packed) for one, other in zip(made.pieces, forged, strict=True)]

    for pieces in (forged, broken):
        for packed in (True, False):
            sent: list[bytes] = []
            with pytest.raises(Damaged):
                sent.extend(written(pieces, made.digest, gzip=packed))
    assert school.text() == made.pieces[1].text()


def _one(student: str, absent: int) -> GradeCount:
    return GradeCount("a", 1, "main", "09", [student], np.array([[30, absent, 30 - absent, 0, 0]], dtype=np.int32))


async def kept_whole(database: Database, cedar: CedarHigh, statement_id: str) -> bytes:
    """The statement once more, under another id and year, as they were kept before there were pieces."""
    document = (await cedar.ask(f"/v1/statements/{statement_id}")).content
    async with connected(database.app("credit"), cedar.district_id) as connection:
        await connection.execute(
            "INSERT INTO statement (district_id, statement_id, school_id, school_year, period, through, edition, "
            "certified_at, certified_by, request_digest, digest, count_digest, places, document) "
            "SELECT district_id, 'old', school_id, 1999, period, through, edition, certified_at, certified_by, "
            "request_digest, digest, count_digest, places, $1 FROM statement WHERE statement_id = $2",
            document, statement_id,
        )  # fmt: skip
    return document


async def test_statements_of_before_are_read_and_compared_as_ever(cedar: CedarHigh, both_databases: Database) -> None:
    await a_week_with_an_absence(cedar)
    await certified(cedar, "s")
    document = await kept_whole(both_databases, cedar, "s")
    before = (await cedar.ask("/v1/statements/old/comparison")).json()
    ben = next(row for row in ROWS["school-enrollments"] if row["student_id"] == "ben")
    await cedar.tell("school-enrollments", ben | {"withdrawal_date": TUESDAY})
    await cedar.caught_up()

    old = await cedar.ask("/v1/statements/old")
    comparison = (await cedar.ask("/v1/statements/old/comparison")).json()

    assert old.content == document
    assert (before["unchanged"], before["students"]) == (True, [])
    (change,) = comparison["students"]
    assert (change["student_id"], change["then"]["membership"], change["now"]["membership"]) == ("ben", 15, 3)


async def test_the_database_takes_a_statement_with_the_pieces_that_it_names_and_no_other_later(
    cedar: CedarHigh, both_databases: Database
) -> None:
    await a_week_with_an_absence(cedar)
    await certified(cedar, "s")
    a_statement = (
        "INSERT INTO statement SELECT district_id, $1, school_id, school_year, 9, through, edition, supersedes, "
        "reason, certified_at, certified_by, request_digest, digest, count_digest, places, document, pieces_digest "
        "FROM statement WHERE statement_id = $2"
    )
    a_piece = (
        "INSERT INTO statement_piece SELECT district_id, $1, place + 9, school_id, digest, packed "
        "FROM statement_piece WHERE statement_id = $2"
    )
    async with connected(both_databases.app("credit"), cedar.district_id) as connection:
        with pytest.raises(asyncpg.CheckViolationError, match="the pieces that it names"):
            await connection.execute(a_statement, "forged", "s")
        with pytest.raises(asyncpg.UniqueViolationError, match="it has its pieces"):
            await connection.execute(a_piece, "s", "s")
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await connection.execute(a_piece, "forged", "s")
        for change in ("UPDATE statement_piece SET place = 7", "DELETE FROM statement_piece"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
    async with connected(both_databases.owner("credit"), cedar.district_id) as connection:
        with pytest.raises(asyncpg.RaiseError):
            await connection.execute("DELETE FROM statement_piece")
    assert (await certify(cedar, "s")).status_code == 200


def test_a_comparison_of_any_length_is_written_as_its_schema_says_it() -> None:
    """Ana missed a day less, Ben was not counted before; entries 7 and 9 speak of Ana, none of Ben."""
    then, now = _one("ana", 12), replace(_one("ana", 6), students=["ana", "ben"], sums=np.array([FEWER, FEWER]))
    before, after = (SchoolCount("a", (), (), (grade,), (), (), False) for grade in (then, now))
    changed = changes("a", before.text(), after)
    spoken: list[Spoken] = [((7, 9), (3,)), ((), ())]
    nobody = Comparison(
        statement_id="s", digest="d", followed_through={}, unchanged=False, law_then=(), law_now=(), schools=(),
        accounts=tuple(accounts(changed, spoken)), students=(), entries=(), entries_unknown=None, cannot_be_counted=(),
    )  # fmt: skip
    said = Comparison.model_validate_json(b"".join(written_comparison(nobody, told(changed, spoken))))

    many = [json.loads(b"".join(written_comparison(nobody, ["{}"] * n)))["students"] for n in (0, 1000, 1001)]
    days = [(one.student_id, one.then and one.then.absent, one.now and one.now.absent) for one in said.students]
    assert days == [("ana", 12, 6), ("ben", None, 6)]
    assert [(one.entries, one.district_entries) for one in said.students] == spoken
    assert [len(students) for students in many] == [0, 1000, 1001]
    differences = {account.entries: account.difference for account in said.accounts}
    assert (differences[7, 9].absent, differences[7, 9].eligible) == (-6, 6)
    assert (differences[()].membership, differences[()].absent) == (30, 6)


FEWER = [30, 6, 24, 0, 0]
