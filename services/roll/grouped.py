"""Many callers, one statement: whoever asks while a statement is under way shares the next one.

A statement costs a round trip and, when it writes, a commit that waits for the disk; at the first bell a hundred rolls
can share both. With few callers nothing waits: a statement leaves as soon as none is under way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Grouped(Generic[Question, Answer]):
    """`ask` answers one question; `run` answers several, in their order, in one statement.

    When a statement fails, its questions are asked again one by one, so that only the one at fault fails. `run` must
    therefore be safe to repeat, as writes are that their callers have named.
    """

    def __init__(self, run: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]], most: int = 64) -> None:
        self._run, self._most = run, most
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._answer(group)
        finally:
            self._working = None

    async def _answer(self, group: Sequence[tuple[Question, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._run([question for question, _ in group])
        except Exception as failure:
            if len(group) == 1:
                _fail(group[0][1], failure)
                return
            for each in group:
                await self._answer([each])
            return
        for (_, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)


def _fail(future: "asyncio.Future[Answer]", failure: Exception) -> None:
    if not future.done():
        future.set_exception(failure)
