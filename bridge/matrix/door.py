"""The client-server API as one user of an application service: what we ask of the homeserver, in our words."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from bots.events import EventId, RoomId, UserId
from bridge import clock
from bridge.errors import Refused, Unreachable
from bridge.matrix.wire import LONG, PATIENCE, Json, Wire, segment

V3 = "/_matrix/client/v3"


class Door(Wire):
    """`async with Door(url, as_token, user_id=…, device_id=…) as door`. Every method raises Unreachable or Refused."""

    # Who we are

    async def register(self) -> None:
        """Make our user where it does not exist yet."""
        name = self.user_id[1:].partition(":")[0]
        body = {"type": "m.login.application_service", "username": name, "inhibit_login": True}
        try:
            await self.call("POST", f"{V3}/register", body=body)
        except Refused as no:
            if no.code != "M_USER_IN_USE":
                raise

    async def make_device(self, display_name: str) -> None:
        """Make or rename our device; from then on every request names it."""
        await self.call("PUT", f"{V3}/devices/{segment(self.device_id)}", body={"display_name": display_name})
        self.device_made = True

    async def device(self) -> Json | None:
        """Our device as the homeserver shows it, or None where there is none."""
        try:
            return await self.call("GET", f"{V3}/devices/{segment(self.device_id)}")
        except Refused as no:
            if no.status == 404 or no.code == "M_UNKNOWN_DEVICE":
                return None
            raise

    async def profile(self, user: str | None = None) -> Json:
        """The `displayname` and `avatar_url`, of ourselves unless told; empty where nothing is set."""
        try:
            return await self.call("GET", f"{V3}/profile/{segment(user or self.user_id)}")
        except Refused as no:
            if no.status == 404:
                return {}
            raise

    async def set_display_name(self, name: str) -> None:
        path = f"{V3}/profile/{segment(self.user_id)}/displayname"
        await self.call("PUT", path, body={"displayname": name})

    async def set_avatar(self, mxc: str) -> None:
        await self.call("PUT", f"{V3}/profile/{segment(self.user_id)}/avatar_url", body={"avatar_url": mxc})

    async def versions(self) -> Json:
        """What the homeserver speaks; its own name and version are in `server_version` where it tells."""
        return await self.call("GET", "/_matrix/client/versions")

    async def skew(self) -> float:
        """Seconds by which the homeserver's clock is ahead of ours; exact to a second."""
        async with self.opened("GET", "/_matrix/client/versions") as reply:
            date = reply.headers.get("Date", "")
        try:
            told = parsedate_to_datetime(date)
        except (TypeError, ValueError):
            raise Unreachable("the homeserver does not tell its time") from None
        return (told.astimezone(UTC) - clock.now()).total_seconds()

    # What happens

    async def sync(self, since: str | None, *, timeout_ms: int, filter_id: str | Json | None = None) -> Json:
        """One /sync; waits up to `timeout_ms` for news. `filter_id` is a stored filter's id or the filter itself."""
        query = {"timeout": str(timeout_ms)}
        if since:
            query["since"] = since
        if filter_id:
            query["filter"] = filter_id if isinstance(filter_id, str) else json.dumps(filter_id, separators=(",", ":"))
        return await self.call("GET", f"{V3}/sync", query=query, patience=timeout_ms / 1000 + PATIENCE)

    async def save_filter(self, body: Json) -> str:
        path = f"{V3}/user/{segment(self.user_id)}/filter"
        return _text(await self.call("POST", path, body=body), "filter_id")

    async def note(self, kind: str) -> Json:
        """What we noted under this name for ourselves (account data); empty where there is nothing."""
        try:
            return await self.call("GET", self._note(kind))
        except Refused as no:
            if no.status == 404:
                return {}
            raise

    async def set_note(self, kind: str, content: Json) -> None:
        await self.call("PUT", self._note(kind), body=content)

    def _note(self, kind: str) -> str:
        return f"{V3}/user/{segment(self.user_id)}/account_data/{segment(kind)}"

    async def messages(
        self, room: RoomId, *, from_: str | None, direction: str = "b", to: str | None = None, limit: int = 100
    ) -> Json:
        """A page of the timeline: `chunk`, and `end` where there is more. `direction`: "b" back or "f" on."""
        query = {"dir": direction, "limit": str(limit)}
        query |= {key: value for key, value in (("from", from_), ("to", to)) if value}
        return await self.call("GET", f"{_room(room)}/messages", query=query)

    async def get_state(self, room: RoomId, kind: str, *, key: str = "") -> Json:
        return await self.call("GET", f"{_room(room)}/state/{segment(kind)}/{segment(key)}")

    async def find_state(self, room: RoomId, kind: str, *, key: str = "") -> Json | None:
        """The content of a state event, or None where the room has none."""
        try:
            return await self.get_state(room, kind, key=key)
        except Refused as no:
            if no.status == 404:
                return None
            raise

    async def state(self, room: RoomId) -> list[Json]:
        """Every state event of a room that we are in, as it stands now."""
        async with self.opened("GET", f"{_room(room)}/state", patience=LONG) as reply:
            raw = await reply.read()
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list):
            raise Unreachable("the homeserver's answer is no list")
        return [event for event in found if isinstance(event, dict)]

    async def set_state(self, room: RoomId, kind: str, content: Json, *, key: str = "") -> None:
        """The same content again is no new event."""
        await self.call("PUT", f"{_room(room)}/state/{segment(kind)}/{segment(key)}", body=content)

    async def creation(self, room: RoomId) -> Json:
        """The whole event that made the room: its sender has all power in room version 12."""
        path = f"{_room(room)}/state/m.room.create/"
        return await self.call("GET", path, query={"format": "event"})

    async def members(self, room: RoomId) -> Json:
        """`chunk`: the member events of all who are in the room or invited, as of now."""
        return await self.call("GET", f"{_room(room)}/members", query={"not_membership": "leave"}, patience=LONG)

    async def resolve(self, alias: str) -> RoomId:
        return RoomId(_text(await self.call("GET", f"{V3}/directory/room/{segment(alias)}", patience=LONG), "room_id"))

    # What we do

    async def send_event(self, room: RoomId, kind: str, *, content: Json, txn: str) -> EventId:
        """The same `txn` from the same device is the same event, also after a crash (kept 24 h by Synapse)."""
        path = f"{_room(room)}/send/{segment(kind)}/{segment(txn)}"
        return EventId(_text(await self.call("PUT", path, body=content), "event_id"))

    async def create_room(self, body: Json) -> RoomId:
        """`body` as in the specification of /createRoom. Not idempotent: name an alias where that matters."""
        return RoomId(_text(await self.call("POST", f"{V3}/createRoom", body=body, patience=LONG), "room_id"))

    async def join(self, room_or_alias: str, *, via: Collection[str] = ()) -> RoomId:
        query = {"via": list(via), "server_name": list(via)} if via else {}
        path = f"{V3}/join/{segment(room_or_alias)}"
        return RoomId(_text(await self.call("POST", path, body={}, query=query, patience=LONG), "room_id"))

    async def leave(self, room: RoomId) -> None:
        await self.call("POST", f"{_room(room)}/leave", body={}, patience=LONG)

    async def invite(self, room: RoomId, user: UserId) -> None:
        await self.call("POST", f"{_room(room)}/invite", body={"user_id": user}, patience=LONG)

    async def put_out(self, room: RoomId, user: str, *, how: str) -> None:
        """`how`: kick, ban or unban."""
        await self.call("POST", f"{_room(room)}/{how}", body={"user_id": user}, patience=LONG)

    # Files

    async def upload(self, content: bytes, mime: str, *, name: str = "") -> str:
        """The mxc:// address under which the homeserver keeps it. An encrypted file carries no name."""
        query = {"filename": name} if name else {}
        path = "/_matrix/media/v3/upload"
        return _text(await self.call("POST", path, body=content, query=query, mime=mime, patience=LONG), "content_uri")

    async def download(self, mxc: str, *, limit: int) -> bytes:
        """At most `limit` bytes; a larger file is Refused("M_TOO_LARGE", 413) as soon as that is known."""
        scheme, _, rest = mxc.partition("://")
        server, _, media = rest.partition("/")
        if scheme != "mxc" or not server or not media or "/" in media:
            raise Refused("M_INVALID_PARAM", 400)
        path = f"/_matrix/client/v1/media/download/{segment(server)}/{segment(media)}"
        kept = bytearray()
        async with self.opened("GET", path, patience=LONG) as reply:
            if (reply.content_length or 0) > limit:
                raise Refused("M_TOO_LARGE", 413)
            async for chunk in reply.content.iter_chunked(65536):
                kept += chunk
                if len(kept) > limit:
                    raise Refused("M_TOO_LARGE", 413)
        return bytes(kept)

    # Keys and messages between devices

    async def send_to_device(self, kind: str, *, messages: Mapping[str, Mapping[str, Any]], txn: str) -> None:
        """`messages`: user → device → content."""
        await self.call("PUT", f"{V3}/sendToDevice/{segment(kind)}/{segment(txn)}", body={"messages": messages})

    async def upload_keys(self, body: Json) -> Json:
        return await self.call("POST", f"{V3}/keys/upload", body=body)

    async def query_keys(self, users: Collection[str], *, wait_ms: int = 10_000) -> Json:
        """`device_keys`, `master_keys`, …, and `failures` for homeservers that did not answer within `wait_ms`."""
        body = {"device_keys": {user: [] for user in users}, "timeout": wait_ms}
        return await self.call("POST", f"{V3}/keys/query", body=body, patience=LONG)

    async def claim_keys(self, wanted: Mapping[str, Collection[str]], *, wait_ms: int = 10_000) -> Json:
        """`wanted`: user → devices. `one_time_keys`, and `failures` for homeservers that did not answer."""
        devices = {user: dict.fromkeys(names, "signed_curve25519") for user, names in wanted.items()}
        body = {"one_time_keys": devices, "timeout": wait_ms}
        return await self.call("POST", f"{V3}/keys/claim", body=body, patience=LONG)

    async def upload_cross_signing(self, body: Json) -> Json:
        return await self.call("POST", f"{V3}/keys/device_signing/upload", body=body)

    async def upload_signatures(self, body: Json) -> Json:
        return await self.call("POST", f"{V3}/keys/signatures/upload", body=body)


def _room(room: RoomId) -> str:
    return f"{V3}/rooms/{segment(room)}"


def _name(profile: Any) -> str:
    name = profile.get("display_name") if isinstance(profile, dict) else None
    return name if isinstance(name, str) else ""


def _text(reply: Json, key: str) -> str:
    value = reply.get(key)
    if not isinstance(value, str) or not value:
        raise Unreachable(f"the homeserver's answer lacks {key}")
    return value
