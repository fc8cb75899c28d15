"""Who is a school's own learns of her schools' streams and of the district's, and of others' nothing."""

from tests.credit.cedar_high import MONDAY, ROWS, CedarHigh
from tests.credit.giving import given


async def followed(cedar: CedarHigh, path: str, schools: list[str], **asked: object) -> set[str]:
    answer = await cedar.ask(path, "principal", schools=schools, **asked)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    return set(said["followed_through"]) if "followed_through" in said else {row["stream"] for row in said["streams"]}


async def test_a_principal_is_told_of_her_own_schools_streams_and_the_district_s(cedar: CedarHigh) -> None:
    await cedar.take_roll("english", MONDAY)
    await cedar.caught_up()

    for path, asked in (("/v1/ada", {"school_year": 2026}), ("/v1/status", {})):
        assert await followed(cedar, path, ["cedar"], **asked) == {"district", "school.cedar"}
        assert await followed(cedar, path, ["elm"], **asked) == {"district"}
        assert await followed(cedar, path, ["ceda", "cedar-2", "school.cedar"], **asked) == {"district"}


async def test_the_district_office_is_told_of_every_stream(cedar: CedarHigh) -> None:
    await cedar.caught_up()
    answer = await cedar.ask("/v1/ada", "district_office", school_year=2026)

    assert set(answer.json()["followed_through"]) == {"district", "school.cedar"}


async def test_what_was_given_of_another_school_is_not_said_of_hers(cedar: CedarHigh) -> None:
    """A statement of Cedar's is compared; a day of Elm's is waived meanwhile, and a day of its own."""
    await cedar.tell("schools", ROWS["schools"][0] | {"school_id": "elm", "name": "Elm"})
    await cedar.take_every_roll(MONDAY)
    eve = next(row for row in ROWS["school-enrollments"] if row["student_id"] == "eve")
    await cedar.tell("school-enrollments", eve | {"withdrawal_date": MONDAY})
    await cedar.caught_up()
    body = {"statement_id": "s", "school_id": "cedar", "school_year": 2026, "period": 4}
    certified = await cedar.credit.post("/v1/statements", json=body, headers=cedar.headers("district_office"))
    assert certified.status_code == 201, certified.text
    day = {"school_year": 2026, "on": MONDAY, "document": "letter 1"}
    await given(cedar, "waived-days", day | {"school_id": "elm"}, day | {"school_id": "cedar"})

    compared = await cedar.ask("/v1/statements/s/comparison", "principal", schools=["cedar"])

    (besides,) = compared.json()["besides"]
    assert besides.startswith(f"waived days {MONDAY} of cedar: by a district_office at ")
    assert "elm" not in compared.text
