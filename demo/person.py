"""A person with a real client (nio, password, end-to-end encryption): for the demo, the tests and the benchmarks."""

import asyncio
import contextlib
import io
import itertools
import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
from nio import (
    AsyncClient,
    AsyncClientConfig,
    EncryptionError,
    ErrorResponse,
    LoginResponse,
    MegolmEvent,
    RoomMessagesResponse,
    RoomSendResponse,
    SyncResponse,
    UploadResponse,
)

from demo import web
from demo.timeline import Heard, Timeline

FILTER = {"room": {"timeline": {"limit": 200}}, "presence": {"types": []}}
PAUSE = 0.3
"""Seconds between two tries while the homeserver is away."""


class Person:
    """`await start()`, then talk. `hears` looks at what came since the last thing it found in that room."""

    def __init__(self, url: str, user_id: str, password: str, folder: Path, *, joins_invites: bool = True):
        self.url, self.user_id, self.password, self.folder = url, user_id, password, Path(folder)
        self.joins_invites = joins_invites
        self.name = user_id[1:].partition(":")[0]
        self.invites: dict[str, str] = {}
        self.client: AsyncClient | None = None
        self._clock = itertools.count(1)
        self._rooms: defaultdict[str, Timeline] = defaultdict(lambda: Timeline(self._clock))
        self._marks: dict[str, int] = {}
        self._waiting: list[tuple[str, MegolmEvent]] = []
        self._since: str | None = None
        self._news, self._task = asyncio.Event(), None
        logging.getLogger("nio").setLevel(logging.CRITICAL)  # "Missing session …": harmless and not for readers

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()

    async def start(self, device_name: str = "Demo") -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        config = AsyncClientConfig(encryption_enabled=True, request_timeout=90, max_timeout_retry_wait_time=1)
        self.client = AsyncClient(self.url, self.user_id, store_path=str(self.folder), config=config)
        reply = await self.client.login(self.password, device_name=device_name)
        if not isinstance(reply, LoginResponse):
            await self.client.close()
            raise RuntimeError(f"{self.user_id} cannot log in: {reply}")  # noqa: TRY004
        await self._turn(first=True)
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.client:
            await self.client.close()
            if self.client.store:
                self.client.store.database.close()

    # What they do

    async def say(self, room: str, text: str, **more: Any) -> str:
        return await self.send(room, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    async def reply(self, room: str, to: str, text: str) -> str:
        return await self.say(room, text, **{"m.relates_to": {"m.in_reply_to": {"event_id": to}}})

    async def in_thread(self, room: str, root: str, text: str) -> str:
        return await self.say(room, text, **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}})

    async def edit(self, room: str, event_id: str, text: str) -> str:
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": event_id}
        return await self.say(room, f"* {text}", **{"m.new_content": new, "m.relates_to": relation})

    async def react(self, room: str, event_id: str, key: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def redact(self, room: str, event_id: str, reason: str | None = None) -> str:
        return _must(await self.client.room_redact(room, event_id, reason)).event_id

    async def send(self, room: str, kind: str, content: dict) -> str:
        """Encrypted where the room is."""
        await self._until(lambda: room in self.client.rooms, 20, f"{self.name} is not in {room}")
        if self.client.should_query_keys:
            await self.client.keys_query()
        sent = await self.client.room_send(room, kind, content, ignore_unverified_devices=True)
        assert isinstance(sent, RoomSendResponse), sent
        return sent.event_id

    async def send_file(
        self, room: str, name: str, content: bytes, caption: str | None = None, mime: str = "application/octet-stream"
    ) -> str:
        await self._until(lambda: room in self.client.rooms, 20, f"{self.name} is not in {room}")
        sealed = self.client.rooms[room].encrypted
        uploaded, keys = await self.client.upload(
            io.BytesIO(content), mime, None if sealed else name, encrypt=sealed, filesize=len(content)
        )
        assert isinstance(uploaded, UploadResponse), uploaded
        where = {"file": {**keys, "url": uploaded.content_uri}} if sealed else {"url": uploaded.content_uri}
        kind = "m.image" if mime.startswith("image/") else "m.file"
        about = {"msgtype": kind, "filename": name, "info": {"size": len(content), "mimetype": mime}}
        return await self.send(room, "m.room.message", {**about, "body": caption or name, **where})

    async def create_room(
        self, *, name: str = "", alias: str = "", invite=(), encrypted: bool = False, public=False, **more: Any
    ) -> str:
        state = [{"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}] if encrypted else []
        preset = "public_chat" if public else "private_chat"
        body = {"preset": preset, "invite": list(invite), "initial_state": state, **more}
        body |= {key: value for key, value in (("name", name), ("room_alias_name", alias)) if value}
        room = (await self.call("POST", "/_matrix/client/v3/createRoom", body))["room_id"]
        await self._until(lambda: room in self.client.rooms, 20, f"{room} does not appear")
        return room

    async def direct_room(self, user: str, *, encrypted: bool = True) -> str:
        """Begin a direct conversation, as a client's "new message" does."""
        return await self.create_room(invite=[user], encrypted=encrypted, is_direct=True)

    async def join(self, alias: str) -> str:
        room = _must(await self.client.join(alias)).room_id
        await self._until(lambda: room in self.client.rooms, 20, f"{room} does not appear")
        return room

    async def leave(self, room: str) -> None:
        _must(await self.client.room_leave(room))

    async def call(self, method: str, path: str, body: dict | None = None) -> dict:
        """One plain request of the client-server API that must succeed."""
        return json.loads(await web.request(self.client, method, path, body=body))

    async def fetch(self, heard: Heard) -> bytes:
        """The file of a message, decrypted and checked."""
        return await web.fetch(self.client, heard.content)

    # What they see

    def timeline(self, room: str) -> list[Heard]:
        """All messages that came since the start, in the order they came; edits are applied."""
        return self._rooms[room].messages()

    def unreadable(self, room: str) -> int:
        """How many messages still wait for their key."""
        return sum(1 for where, _ in self._waiting if where == room)

    async def hears(self, room: str, what: str | Callable[[Heard], bool], timeout: float = 20) -> Heard:  # noqa: ASYNC109
        """The next message or edit by somebody else in which `what` occurs, or of which it is true.

        What lies before the last message so found in this room is not looked at again.
        """
        fits = what if callable(what) else lambda heard: what in heard.body

        def find() -> Heard | None:
            later = [h for h in self.timeline(room) if h.order > self._marks.get(room, 0) and h.sender != self.user_id]
            return next((h for h in sorted(later, key=lambda h: h.order) if fits(h)), None)

        await self._until(find, timeout, lambda: self._report(room, what))
        found = find()
        self._marks[room] = found.order
        return found

    async def hears_nothing(self, room: str, seconds: float) -> None:
        """Fails if anybody else says or edits anything in the room within these seconds."""
        before = next(self._clock)
        await asyncio.sleep(seconds)
        new = [h for h in self.timeline(room) if h.order > before and h.sender != self.user_id]
        assert not new, f"{self.name} heard {[h.body for h in new]}"

    def skip(self, room: str) -> None:
        """What came until now is old for `hears`."""
        self._marks[room] = next(self._clock)

    async def direct_room_with(self, user: str, timeout: float = 20) -> str:  # noqa: ASYNC109
        """The room that holds these two alone; of several the newest to us."""

        def find() -> str | None:
            both = {self.user_id, user}
            found = [
                rid for rid, room in self.client.rooms.items() if set(room.users) | set(room.invited_users) == both
            ]
            return found[-1] if found else None

        await self._until(find, timeout, f"{self.name} has no direct room with {user}; in {list(self.client.rooms)}")
        return find()

    def _report(self, room: str, what: Any) -> str:
        wanted = repr(what) if isinstance(what, str) else "what was expected"
        last = "\n".join(f"  {h.sender}: {h.body}" for h in self.timeline(room)[-12:]) or "  (nothing)"
        known = "" if room in self.client.rooms else " (not in this room)"
        return f"{self.name} did not hear {wanted} in {room}{known}; {self.unreadable(room)} unreadable. Last:\n{last}"

    async def _until(self, ready: Callable[[], Any], timeout: float, complaint: Any) -> None:  # noqa: ASYNC109
        end = time.monotonic() + timeout
        while not ready():
            if time.monotonic() > end:
                raise AssertionError(complaint() if callable(complaint) else complaint)
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), 0.25)

    # The client's own work

    async def _listen(self) -> None:
        while True:
            try:
                await self._turn(first=False)
            except (aiohttp.ClientError, TimeoutError, OSError, json.JSONDecodeError):
                await asyncio.sleep(PAUSE)

    async def _turn(self, *, first: bool) -> None:
        client = self.client
        reply = await client.sync(
            timeout=0 if first else 20_000, since=self._since, full_state=first, sync_filter=FILTER
        )
        if not isinstance(reply, SyncResponse):
            await asyncio.sleep(PAUSE)
            return
        for room_id, room in reply.rooms.join.items():
            earlier = await self._earlier(room_id, room.timeline.prev_batch) if room.timeline.limited else []
            for event in (*earlier, *room.timeline.events):
                self._take(room_id, event)
        self._retry()
        self._news.set()
        self._since = reply.next_batch
        await self._keys()
        await self._answer_invites(reply)

    async def _earlier(self, room_id: str, start: str) -> list[Any]:
        """What a person sees who scrolls back: what was said between the invitation and the joining, above all."""
        page = await self.client.room_messages(room_id, start, limit=100)
        return list(reversed(page.chunk)) if isinstance(page, RoomMessagesResponse) else []

    async def _answer_invites(self, reply: SyncResponse) -> None:
        for room_id, room in reply.rooms.invite.items():
            inviter = next((e.sender for e in room.invite_state if getattr(e, "membership", "") == "invite"), "")
            self.invites[room_id] = inviter
            if self.joins_invites:
                await self._enter(room_id)

    async def _enter(self, room_id: str) -> None:
        """Join, and again if that fails: an invitation may be here before the inviting server has written it down."""
        for _ in range(20):
            if not isinstance(await self.client.join(room_id), ErrorResponse):
                return
            await asyncio.sleep(PAUSE)

    async def _keys(self) -> None:
        client = self.client
        await client.send_to_device_messages()
        if client.should_upload_keys:
            await client.keys_upload()
        if client.should_query_keys:
            await client.keys_query()
        if client.should_claim_keys:
            await client.keys_claim(client.get_users_for_key_claiming())

    def _retry(self) -> None:
        waiting, self._waiting = self._waiting, []
        for room_id, event in waiting:
            self._take(room_id, event)

    def _take(self, room_id: str, event: Any) -> None:
        if isinstance(event, MegolmEvent):
            event.room_id = room_id
            try:
                event = self.client.decrypt_event(event)
            except EncryptionError:
                self._waiting.append((room_id, event))
                return
        self._rooms[room_id].take(event.source, room=room_id)


def _must(reply: Any) -> Any:
    assert not isinstance(reply, ErrorResponse), reply
    return reply
