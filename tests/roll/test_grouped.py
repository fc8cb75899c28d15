"""Sharing statements: nobody is forgotten, nobody gets another's answer, and only the one at fault fails."""

import asyncio
from collections.abc import Sequence

import pytest

from services.roll.grouped import Grouped


async def test_all_that_ask_at_once_share_a_statement_and_get_their_own_answers() -> None:
    statements: list[int] = []

    async def double(numbers: Sequence[int]) -> list[int]:
        statements.append(len(numbers))
        await asyncio.sleep(0.01)
        return [number * 2 for number in numbers]

    grouped = Grouped(double, most=64)
    answers = await asyncio.gather(*(grouped.ask(number) for number in range(100)))

    assert answers == [number * 2 for number in range(100)]
    assert statements == [64, 36]


async def test_one_bad_question_fails_alone() -> None:
    async def halve(numbers: Sequence[int]) -> list[int]:
        if any(number % 2 for number in numbers):
            raise ValueError("odd")
        return [number // 2 for number in numbers]

    grouped = Grouped(halve)
    answers = await asyncio.gather(*(grouped.ask(number) for number in (2, 3, 4)), return_exceptions=True)

    assert [answers[0], answers[2]] == [1, 2]
    assert isinstance(answers[1], ValueError)


async def test_a_caller_who_went_away_does_not_disturb_the_others() -> None:
    async def slowly(numbers: Sequence[int]) -> list[int]:
        await asyncio.sleep(0.02)
        return list(numbers)

    grouped = Grouped(slowly)
    first, second = asyncio.ensure_future(grouped.ask(1)), asyncio.ensure_future(grouped.ask(2))
    await asyncio.sleep(0.005)
    first.cancel()

    assert await second == 2
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await grouped.ask(3) == 3
