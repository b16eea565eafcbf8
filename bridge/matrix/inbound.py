"""Matrix events into what bots hear. Pure; any JSON at all is survived: what makes no sense is None."""

import re
from datetime import UTC, datetime
from typing import Any

from bots.events import (
    Edited,
    Event,
    EventId,
    Joined,
    Left,
    Located,
    Reacted,
    RoomId,
    Said,
    Sent,
    Struck,
    UserId,
    Written,
)
from bridge.alliance.parcel import EVENT as PARCEL
from bridge.alliance.parcel import Parcel, read_part
from bridge.matrix.wire import Json

HEARD = ("m.room.message", "m.room.encrypted", "m.reaction", "m.room.redaction", "m.room.member", PARCEL)
"""Types that may concern a bot; nothing else enters the inbox (`kairan.met`, our own note, never comes by wire).

Tuples, here and below: what is looked for in them may be of any type, and a list has no hash.
"""
SEALED = ("m.room.message", "m.reaction", PARCEL)
"""Types that an encrypted event may hold; anything else in it is a forgery of what only a homeserver says."""
TALK = ("m.text", "m.emote")
FILES = ("m.file", "m.image", "m.audio", "m.video")
LONGEST = 65_536
FORM_FILES = (".yaml", ".yml", ".json", ".xlsx", ".xlsm", ".xls", ".csv", ".md")
FILE_LIMIT = 5 * 1024 * 1024
_GEO = re.compile(
    r"geo:(?P<lat>-?\d{1,2}(?:\.\d{1,12})?),(?P<lon>-?\d{1,3}(?:\.\d{1,12})?)(?:,-?[\d.]{1,12})?"
    r"(?:;(?!u=)[^;]{0,99})*(?:;u=(?P<within>\d{1,7}(?:\.\d{1,9})?))?(?:;.*)?",
    re.ASCII,
)


def read(  # noqa: PLR0911 - a table of types, one return each
    raw: Json, room: str, *, direct: bool, content: bytes | None = None
) -> Event | Parcel | None:
    """The event that a clear (decrypted) `raw` tells of. `content` is the file it names, fetched before."""
    event_id, sender = raw.get("event_id"), raw.get("sender")
    if not isinstance(event_id, str) or not isinstance(sender, str):
        return None
    heard: dict[str, Any] = {
        "id": EventId(event_id),
        "room": RoomId(room),
        "sender": UserId(sender),
        "direct": direct,
        "at": _moment(raw.get("origin_server_ts")),
    }
    body = _object(raw.get("content"))
    match raw.get("type"):
        case "m.room.message":
            return _message(body, heard, content)
        case "m.reaction":
            return _reaction(body, heard)
        case "m.room.redaction":
            return _redaction(raw, body, heard)
        case "m.room.member":
            return _member(raw, body, heard)
        case "kairan.met":
            return Joined(**heard)
        case _ if raw.get("type") == PARCEL:
            return read_part(body, heard)
        case _:
            return None


def _redaction(raw: Json, body: Json, heard: dict[str, Any]) -> Event | None:
    target = body.get("redacts", raw.get("redacts"))  # where it stands changed with room version 11
    return Struck(**heard, target=EventId(target)) if isinstance(target, str) else None


def _message(body: Json, heard: dict[str, Any], content: bytes | None) -> Event | None:
    kind, text = body.get("msgtype"), body.get("body")
    if not isinstance(text, str):
        return None
    text = text[:LONGEST]
    relation = _object(body.get("m.relates_to"))
    if relation.get("rel_type") == "m.replace":
        return _edited(body, relation, heard)
    target = _replied(relation)
    if kind in FILES:
        name = body.get("filename") if isinstance(body.get("filename"), str) else text
        caption = text if name != text else ""
        return Sent(**heard, name=str(name)[:255], caption=caption, content=content, replies_to=target)
    if kind == "m.location":
        return _location(body, heard)
    if kind not in TALK:
        return None  # notices are other bots' words: answering them makes loops
    return Said(**heard, text=_without_quote(text) if target else text, replies_to=target)


def _replied(relation: Json) -> EventId | None:
    replied = _object(relation.get("m.in_reply_to")).get("event_id")
    falling_back = relation.get("rel_type") == "m.thread" and relation.get("is_falling_back", True)
    return EventId(replied) if isinstance(replied, str) and not falling_back else None


def written(event: Event | Parcel | None, to: str) -> Written | None:
    """The same as somebody wrote it to the function account `to`; None for what is nothing to hand on."""
    if event is None or not event.direct:
        return None
    heard: dict[str, Any] = {
        "id": event.id, "room": event.room, "sender": event.sender, "at": event.at, "direct": True, "to": UserId(to),
    }  # fmt: skip
    match event:
        case Said():
            heard |= {"text": event.text}
        case Edited():
            heard |= {"text": event.text, "target": event.target}
        case Struck():
            heard |= {"text": "", "target": event.target}
        case Sent():
            heard |= {"text": event.caption, "name": event.name, "content": event.content}
        case Located():
            heard |= {"text": f"geo:{event.lat},{event.lon}"}
        case _:
            return None
    return Written(**heard)


def _location(body: Json, heard: dict[str, Any]) -> Event | None:
    """`geo:33.2,131.6;u=35` (RFC 5870), where clients put it now and where they will."""
    address = body.get("geo_uri", _object(body.get("m.location", body.get("org.matrix.msc3488.location"))).get("uri"))
    match = _GEO.fullmatch(address[:500]) if isinstance(address, str) else None
    if match is None or abs(lat := float(match["lat"])) > 90 or abs(lon := float(match["lon"])) > 180:
        return None
    return Located(**heard, lat=lat, lon=lon, accuracy=float(match["within"]) if match["within"] else None)


def _edited(body: Json, relation: Json, heard: dict[str, Any]) -> Event | None:
    new = _object(body.get("m.new_content"))
    target, text = relation.get("event_id"), new.get("body")
    if not isinstance(target, str) or not isinstance(text, str) or new.get("msgtype") not in TALK:
        return None
    return Edited(**heard, target=EventId(target), text=text[:LONGEST])


def _without_quote(text: str) -> str:
    """Older clients repeat what is replied to as lines beginning with `> `."""
    rows = text.split("\n")
    quoted = 0
    while quoted < len(rows) and rows[quoted].startswith("> "):
        quoted += 1
    return "\n".join(rows[quoted:]).lstrip("\n") if quoted else text


def _reaction(body: Json, heard: dict[str, Any]) -> Event | None:
    relation = _object(body.get("m.relates_to"))
    target, key = relation.get("event_id"), relation.get("key")
    if relation.get("rel_type") != "m.annotation" or not isinstance(target, str) or not isinstance(key, str):
        return None
    return Reacted(**heard, target=EventId(target), key=key[:32].replace("\ufe0f", ""))


def _member(raw: Json, body: Json, heard: dict[str, Any]) -> Event | None:
    who, membership = raw.get("state_key"), body.get("membership")
    if not isinstance(who, str):
        return None
    heard["sender"] = UserId(who)  # whom it is about: a kick is not the kicker's leaving
    if membership == "join":
        before = _object(_object(raw.get("unsigned")).get("prev_content")).get("membership")
        return None if before == "join" else Joined(**heard)  # a new display name is no arrival
    return Left(**heard) if membership in ("leave", "ban") else None


def is_file(raw: Json) -> bool:
    """Whether a message brings a file, a picture or a recording."""
    return raw.get("type") == "m.room.message" and _object(raw.get("content")).get("msgtype") in FILES


def fetch_limit(raw: Json, asked: int = 0) -> int:
    """How many bytes of the file in a message are wanted: a form's, by its name, or as many as were `asked` for."""
    if not is_file(raw):
        return 0
    body = _object(raw.get("content"))
    name = body.get("filename") or body.get("body")
    is_form = isinstance(name, str) and name.casefold().endswith(FORM_FILES)
    return max(FILE_LIMIT if is_form else 0, asked)


def file_to_fetch(raw: Json, asked: int = 0) -> tuple[str, Json | None] | None:
    """(mxc address, the key of an encrypted file) where a message brings a file that is wanted, and small enough."""
    limit, body = fetch_limit(raw, asked), _object(raw.get("content"))
    size = _object(body.get("info")).get("size")
    if not limit or (isinstance(size, int) and size > limit):
        return None
    sealed = _object(body.get("file"))
    address = sealed.get("url") if sealed else body.get("url")
    return (address, sealed or None) if isinstance(address, str) else None


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _moment(value: Any) -> datetime:
    """The homeserver's time; a senseless one becomes 1970, which is in nobody's future."""
    try:
        return datetime.fromtimestamp(float(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
