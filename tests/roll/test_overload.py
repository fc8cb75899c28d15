"""More rolls than can be taken in time: the rest is refused at once, and what was acknowledged is kept."""

import asyncio
from uuid import uuid4

import pytest

from deploy.issuer import Issuer
from services.roll.app import create
from services.roll.settings import RollSettings
from shared.plumbing.straight_route import Admission
from tests.roll.lincoln_high import ROLL, LincolnHigh, a_roll
from tests.running import running


def test_few_are_never_refused_however_long_one_takes() -> None:
    admission = Admission(longest_wait=0.1)
    for _ in range(Admission.few - 1):
        admission.began(0.0)
    admission.ended(60.0)
    admission.began(60.0)

    assert admission.would_wait() == 0


def test_the_wait_is_as_many_as_wait_at_the_pace_at_which_they_are_finished() -> None:
    admission = Admission(longest_wait=0.1)
    for _ in range(1000):
        admission.began(0.0)
    for number in range(1, 901):
        admission.ended(number * 0.002)

    assert admission.would_wait() == pytest.approx(100 * 0.002, rel=0.01)


def test_time_in_which_nobody_waited_says_nothing_of_the_pace() -> None:
    admission = Admission(longest_wait=0.1)
    for hour in range(10):
        admission.began(hour * 3600.0)
        admission.ended(hour * 3600.0 + 0.002)

    assert admission.pace < 0.002


async def test_overload_is_refused_with_a_time_to_come_back_and_is_over_when_the_load_is(
    roll_settings: RollSettings, issuer: Issuer
) -> None:
    impatient = roll_settings.model_copy(update={"longest_wait_ms": 1})
    async with running(create(impatient)) as url, LincolnHigh.opened(url, issuer) as school:
        first = await school.take_roll()
        submissions = [a_roll("ben") | {"base_version": 1, "submission_id": str(uuid4())} for _ in range(150)]
        answers = await asyncio.gather(*(school.ruiz("PUT", ROLL, json=each) for each in submissions))
        alone = await school.ruiz("PUT", ROLL, json=a_roll() | {"base_version": 2})

        shed = [answer for answer in answers if answer.status_code == 503]
        assert first.status_code == 201
        assert {answer.status_code for answer in answers} == {201, 412, 503}
        assert {answer.headers["retry-after"] for answer in shed} == {"1"}
        assert {answer.json()["type"] for answer in shed} == {"/problems/unavailable"}
        assert alone.status_code == 201
