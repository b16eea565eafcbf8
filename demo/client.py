"""The plainest client: enough to log in, enter rooms and leave again; its device is gone afterwards."""

import asyncio
from typing import Self
from urllib.parse import quote

import aiohttp

from demo.cast import Account

TRIES, PAUSE = 40, 0.25


class Client:
    """`async with Client(account) as client`; a refusal is a RuntimeError."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._token = ""

    async def __aenter__(self) -> Self:
        self._web = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        body = {"type": "m.login.password", "password": self._account.password,
                "identifier": {"type": "m.id.user", "user": self._account.user_id}}  # fmt: skip
        try:
            self._token = (await self.call("POST", "/login", body))["access_token"]
        except BaseException:
            await self._web.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.call("POST", "/logout", {})
        finally:
            await self._web.close()

    async def call(self, method: str, path: str, body: object = None, *, ok: tuple[int, ...] = (200,)) -> dict:
        url = f"{self._account.client_url}/_matrix/client/v3{path}"
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._web.request(method, url, json=body, headers=headers) as reply:
            said = await reply.json()
            if reply.status not in ok:
                raise RuntimeError(f"{method} {path.partition('?')[0]}: {reply.status} {said.get('errcode')}")
            return said

    async def join(self, room: str, via: str = "") -> str:
        """Enter; waits a little for an invitation that is on its way from another server."""
        query = f"?server_name={quote(via)}" if via else ""
        for attempt in range(1, TRIES + 1):
            try:
                return (await self.call("POST", f"/join/{quote(room)}{query}", {}))["room_id"]
            except RuntimeError:
                if attempt == TRIES:
                    raise
                await asyncio.sleep(PAUSE)
        raise AssertionError
