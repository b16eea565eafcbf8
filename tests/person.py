"""A person with a Matrix client of the plainest sort, for tests on real homeservers."""

import secrets
import time
from urllib.parse import quote, urlencode

import aiohttp


class Person:
    """await Person.at(homeserver), then call(…) anything of the client-server API. Bound to no event loop."""

    def __init__(self, homeserver, user_id, token):
        self.homeserver, self.user_id, self.token = homeserver, user_id, token

    @classmethod
    async def at(cls, homeserver, localpart=None, password="pw"):
        """A new account (a name of its own unless given), logged in."""
        localpart = localpart or f"p{secrets.token_hex(4)}"
        user_id = await homeserver.register(localpart, password)
        return await cls.log_in(homeserver, user_id, password)

    @classmethod
    async def log_in(cls, homeserver, user_id, password="pw"):
        person = cls(homeserver, user_id, None)
        who = {"type": "m.id.user", "user": user_id}
        said = await person.call(
            "POST", "/login", {"type": "m.login.password", "identifier": who, "password": password}
        )
        person.token = said["access_token"]
        return person

    async def ask(self, method, path, body=None, **query):
        """(status, JSON) of one request below /_matrix/client/v3."""
        url = f"{self.homeserver.client_url}/_matrix/client/v3{path}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as web,
            web.request(method, f"{url}?{urlencode(query)}", json=body, headers=headers) as answer,
        ):
            return answer.status, await answer.json()

    async def call(self, method, path, body=None, **query):
        """JSON of a request that must succeed."""
        status, said = await self.ask(method, path, body, **query)
        assert status < 300, (method, path, status, said)
        return said

    async def make_room(self, alias, **wanted):
        return (await self.call("POST", "/createRoom", {"preset": "public_chat", "room_alias_name": alias, **wanted}))[
            "room_id"
        ]

    async def join(self, alias):
        return await self.ask("POST", f"/join/{quote(alias)}", {})

    async def say(self, room_id, words):
        path = f"/rooms/{quote(room_id)}/send/m.room.message/{secrets.token_hex(8)}"
        return (await self.call("PUT", path, {"msgtype": "m.text", "body": words}))["event_id"]

    async def hear(self, room_id, words, seconds=5):
        """The event with this text, waited for at most so long on /sync."""
        end = time.monotonic() + seconds
        said = await self.call("GET", "/sync")
        while True:
            room = said["rooms"]["join"].get(room_id, {}) if "rooms" in said else {}
            for event in room.get("timeline", {}).get("events", []):
                if event.get("content", {}).get("body") == words:
                    return event
            assert time.monotonic() < end, "it was not heard"
            said = await self.call("GET", "/sync", since=said["next_batch"], timeout=int(seconds * 1000))
