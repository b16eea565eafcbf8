"""The least that a bot needs to talk encrypted on a real homeserver, and a person to talk to."""

import asyncio
import secrets
from contextlib import asynccontextmanager

from bridge.matrix.crypto import Crypto, MissingKey
from bridge.matrix.door import Door
from bridge.matrix.identity import ensure_identity
from demo.person import Person

ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'


class Bot:
    """The least that a bot needs: a cursor, the events that wait, and what was read."""

    def __init__(self, door, folder):
        self.door, self.folder = door, folder
        self.since, self.waiting, self.heard, self.pieces = None, [], [], []

    @classmethod
    @asynccontextmanager
    async def at(cls, town, folder, *, device="KAIRAN1"):
        user = f"@kairan_{secrets.token_hex(4)}:{town.server_name}"
        async with Door(town.client_url, town.as_token, user_id=user, device_id=device) as door:
            bot = cls(door, folder)
            await bot.start()
            await ensure_identity(door, bot.crypto, name="回覧", avatar_svg=PICTURE)
            await bot.turn(wait=0)
            yield bot
            bot.crypto.close()

    async def start(self):
        """Also what a process does that was killed: nothing of the old one but the folder."""
        self.crypto = Crypto(self.door, self.folder, secret="correct horse")
        await self.crypto.open()
        self.heard += self.tried(self.waiting)

    def tried(self, events):
        self.waiting, read = [], []
        for room, event in events:
            try:
                read.append(self.crypto.decrypt(event, room))
            except MissingKey:
                self.waiting.append((room, event))
        return read

    async def turn(self, wait=2000):
        said = await self.door.sync(self.since, timeout_ms=wait)
        await self.crypto.receive(said)
        fresh = [
            (room, event)
            for room, update in said.get("rooms", {}).get("join", {}).items()
            for event in update["timeline"]["events"]
            if event["type"] == "m.room.encrypted" and event["sender"] != self.door.user_id
        ]
        self.pieces += fresh
        self.heard += self.tried(self.waiting + fresh)
        self.since = said["next_batch"]

    async def hears(self, words, turns=12):
        for _ in range(turns):
            if any(event["content"].get("body") == words for event in self.heard):
                return
            await self.turn()
        raise AssertionError(f"{words} not among {self.heard}; {len(self.waiting)} wait for a key")

    async def room_with(self, *people):
        """Everybody is in it. What is sent while somebody of another town is entering may not reach them by itself."""
        body = {"preset": "trusted_private_chat", "is_direct": True, "initial_state": [ENCRYPTION]}
        room = await self.door.create_room({**body, "invite": [person.user_id for person in people]})
        for _ in range(400):
            if {person.user_id for person in people} <= await self.inside(room):
                return room
            await asyncio.sleep(0.05)
        raise AssertionError(f"not everybody entered {room}")

    async def inside(self, room):
        members = (await self.door.members(room))["chunk"]
        return {m["state_key"] for m in members if m["content"]["membership"] == "join"}

    async def say(self, room, words, people, **more):
        members = [self.door.user_id, *(person.user_id for person in people)]
        content = {"msgtype": "m.notice", "body": words, **more}
        sealed = await self.crypto.encrypt(room, members, kind="m.room.message", content=content)
        event = await self.door.send_event(room, "m.room.encrypted", content=sealed, txn=secrets.token_hex(8))
        return sealed, event


@asynccontextmanager
async def person_at(town, tmp_path, *, user=None):
    user = user or await town.register(f"p{secrets.token_hex(4)}", "pw")
    async with Person(town.client_url, user, "pw", tmp_path / secrets.token_hex(4)) as person:
        yield person
