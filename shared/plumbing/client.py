"""How one service asks another: an access token of its own, bounded waits, bounded retries."""

import time
from typing import Any

import httpx
import stamina

TIMEOUT = httpx.Timeout(10, connect=3)


class ServiceClient:
    """Asks one service, with OAuth 2 client credentials. `wait` seconds are added to the time allowed."""

    def __init__(self, base_url: str, token_url: str, client_id: str, client_secret: str) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT, follow_redirects=False)
        self._token_url, self._client_id, self._client_secret = token_url, client_id, client_secret
        self._token, self._token_good_until = "", 0.0

    async def close(self) -> None:
        await self._http.aclose()

    async def get(
        self, path: str, *, district_id: str, params: dict[str, Any] | None = None, wait: float = 0
    ) -> httpx.Response:
        """The answer, whatever its status. Raises httpx.HTTPError when none came in three tries."""
        return await self._ask("GET", path, district_id, params, None, wait)

    async def post(self, path: str, *, district_id: str, body: bytes) -> httpx.Response:
        """As `get`. Only for a write that may be sent twice: one that its caller has named."""
        return await self._ask("POST", path, district_id, None, body, 0)

    async def _ask(
        self, method: str, path: str, district_id: str, params: dict[str, Any] | None, body: bytes | None, wait: float
    ) -> httpx.Response:
        asked = method, path, district_id, params, body, wait
        async for attempt in stamina.retry_context(on=httpx.TransportError, attempts=3, wait_initial=0.1, wait_max=1):
            with attempt:
                response = await self._send(*asked)
        if response.status_code == 401:  # the issuer may have changed its keys: once more with a new token
            self._token_good_until = 0.0
            response = await self._send(*asked)
        return response

    async def _send(
        self, method: str, path: str, district_id: str, params: dict[str, Any] | None, body: bytes | None, wait: float
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self._access_token()}", "Rollbook-District": district_id}
        if body is not None:
            headers["Content-Type"] = "application/json"
        timeout = httpx.Timeout(10 + wait, connect=3)
        return await self._http.request(method, path, params=params, content=body, headers=headers, timeout=timeout)

    async def _access_token(self) -> str:
        if time.monotonic() >= self._token_good_until:
            form = {"grant_type": "client_credentials"}
            response = await self._http.post(self._token_url, data=form, auth=(self._client_id, self._client_secret))
            answer = response.raise_for_status().json()
            self._token = str(answer["access_token"])
            self._token_good_until = time.monotonic() + max(30.0, float(answer.get("expires_in", 300)) - 60)
        return self._token
