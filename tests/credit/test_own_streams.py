"""Who is a school's own learns of her schools' streams and of the district's, and that there are others from nobody."""

from tests.credit.cedar_high import MONDAY, CedarHigh


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
