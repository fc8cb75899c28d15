"""HTTP clients that cost little, so that what is measured is the service: keep-alive, one request at a time each.

Closed loop: every client sends as soon as it was answered. Open loop: requests are due at fixed moments, and the
latency counts from the moment a request was due, so that waiting in line behind a slow answer is not hidden.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it goes over the wire."""

    sent: bytes

    @classmethod
    def made(cls, method: str, path: str, token: str, body: bytes) -> "Request":
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: rollbook\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return cls(head.encode() + body)


@dataclass
class Outcome:
    """How a load went: seconds each answered request took, and how many had which status."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def rate(self) -> float:
        """Successful answers a second."""
        return sum(count for status, count in self.statuses.items() if status < 300) / self.seconds

    def percentile(self, share: float) -> float:
        """Seconds within which that share of the successful requests was answered."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Client(asyncio.Protocol):
    """One keep-alive connection. `ask` sends a request and waits for the whole answer."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._buffer = b""

    @classmethod
    async def connected(cls, port: int) -> "Client":
        _, client = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the service closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) >= end + 4 + length and self._answer is not None and not self._answer.done():
            self._buffer = b""
            self._answer.set_result(int(head[9:12]))

    async def ask(self, request: Request) -> int:
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request.sent)
        async with asyncio.timeout(30):
            return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def closed_loop(port: int, requests: Sequence[Request], clients: int) -> Outcome:
    """Send all the requests, as fast as so many clients can."""
    outcome, waiting = Outcome(), iter(requests)

    async def one() -> None:
        client = await Client.connected(port)
        for request in waiting:
            began = time.perf_counter()
            await _account(outcome, client, request, began)
        client.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(clients)))
    outcome.seconds = time.perf_counter() - began
    return outcome


async def open_loop(port: int, requests: Sequence[Request], rate: float, clients: int) -> Outcome:
    """Send request i at i / rate seconds, whether or not the ones before it are answered."""
    outcome = Outcome()
    idle: asyncio.Queue[Client] = asyncio.Queue()
    for _ in range(clients):
        idle.put_nowait(await Client.connected(port))

    async def one(request: Request, due: float) -> None:
        client = await idle.get()
        await _account(outcome, client, request, due)
        idle.put_nowait(client)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, request in enumerate(requests):
            due = began + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            group.create_task(one(request, due))
    outcome.seconds = time.perf_counter() - began
    while not idle.empty():
        idle.get_nowait().close()
    return outcome


async def _account(outcome: Outcome, client: Client, request: Request, since: float) -> None:
    status = await client.ask(request)
    outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
    if status < 300:
        outcome.latencies.append(time.perf_counter() - since)
