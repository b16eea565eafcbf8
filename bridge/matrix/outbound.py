"""Letters into Matrix events. Pure: what a client shows is decided here and nowhere else."""

import html
import re
from typing import Any

from bridge.matrix.wire import Json

MARK = "jp.kairan.letter"
"""Holds the transaction id in every event of ours: how a letter is found again when the homeserver forgot the id."""
HTML = "org.matrix.custom.html"
_WHOLE_ROOM = re.compile("@(?=room)", re.IGNORECASE)
LONGEST, LONGEST_HTML = 12_000, 18_000
"""Bytes: a homeserver takes events of 64 kB, and an edit holds its words twice."""


def message(body: dict[str, Any], *, txn: str, edits: str | None = None) -> Json:
    """The content of an m.room.message. `edits`: the event that it takes the place of.

    A reminder calls people by m.mentions and is m.text; all else is m.notice and, with the empty m.mentions, pings
    nobody, whatever words a form holds.
    """
    calls = body.get("calls", [])
    text = _hushed(_cut(body["text"]))
    content: Json = {
        "msgtype": "m.text" if calls else "m.notice",
        "body": text,
        "m.mentions": {"user_ids": calls} if calls else {},
    }
    formatted = _hushed(body.get("html") or "") or (html.escape(text).replace("\n", "<br>") if "\n" in text else "")
    if formatted and len(formatted.encode("utf-8", "replace")) <= LONGEST_HTML:
        content |= {"format": HTML, "formatted_body": formatted}
    if edits is not None:
        content = {
            "msgtype": content["msgtype"],
            "body": f"* {text}",
            "m.mentions": content["m.mentions"],
            "m.new_content": content,
            "m.relates_to": {"rel_type": "m.replace", "event_id": edits},
        }
    elif "reply_to" in body:
        content["m.relates_to"] = {"m.in_reply_to": {"event_id": body["reply_to"]}}
    return {**content, MARK: txn}


def _hushed(words: str) -> str:
    """Clients from before m.mentions look for these letters and call the whole room."""
    return _WHOLE_ROOM.sub("＠", words)


def _cut(text: str) -> str:
    raw = text.encode("utf-8", "replace")
    return text if len(raw) <= LONGEST else raw[:LONGEST].decode("utf-8", "ignore") + " …"


def reaction(key: str, target: str, *, txn: str) -> Json:
    """The content of an m.reaction."""
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": target, "key": key}, MARK: txn}


def parcel(body: dict[str, Any], *, txn: str) -> Json:
    """The content of an event that carries a signed document to another Kairan."""
    return {**body["part"], MARK: txn}


def file(body: dict[str, Any], *, txn: str, address: str, sealed: Json | None) -> Json:
    """The content of a file or picture with its words as caption. `sealed`: key and hash of an encrypted file."""
    info: Json = {"mimetype": body["mime"], "size": body["size"]}
    if body["picture"]:
        info |= {"w": body["picture"][0], "h": body["picture"][1]}
    content: Json = {
        "msgtype": "m.image" if body["picture"] else "m.file",
        "filename": body["name"],
        "body": _hushed(_cut(body["text"])),
        "info": info,
        "m.mentions": {},
        MARK: txn,
    }
    return content | ({"file": {**sealed, "url": address}} if sealed else {"url": address})


def direct_room(*, user: str, name: str, topic: str, alias: str, bot: str) -> Json:
    """The body of createRoom for a direct room: encrypted, nobody else may be invited, the alias makes it once only."""
    return {
        "room_alias_name": alias,
        "name": name,
        "topic": topic,
        "preset": "private_chat",
        "is_direct": True,
        "visibility": "private",
        "invite": [user],
        "initial_state": [
            {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}},
            {"type": "io.element.functional_members", "state_key": "", "content": {"service_members": [bot]}},
        ],
        "power_level_content_override": {"invite": 100, "events_default": 0},
    }


def role_room(*, name: str, alias: str, invite: list[str], bot: str) -> Json:
    """The body of createRoom for a room whose members have a role: only its moderators may invite."""
    return {
        "room_alias_name": alias,
        "name": name,
        "preset": "private_chat",
        "visibility": "private",
        "invite": invite,
        "initial_state": [
            {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}},
            {"type": "io.element.functional_members", "state_key": "", "content": {"service_members": [bot]}},
        ],
        "power_level_content_override": {"invite": 50, "users": dict.fromkeys(invite, 50)},
    }


def alliance_room(*, alias: str) -> Json:
    """The body of createRoom for the room that all members' Kairans share.

    Not encrypted: what is said in it is signed, and meant for whoever is a member.
    """
    return {
        "room_alias_name": alias,
        "name": "連合 / Alliance",
        "preset": "private_chat",
        "visibility": "private",
        "initial_state": [
            {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "joined"}},
            {"type": "m.room.guest_access", "state_key": "", "content": {"guest_access": "forbidden"}},
        ],
        "power_level_content_override": {"invite": 100, "state_default": 100, "events_default": 0, "users_default": 0},
    }
