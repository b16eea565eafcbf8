"""What a client shows of one room: messages in the order they came, with edits, reactions and redactions applied."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Heard:
    """One message as this person's client shows it; `body` and `html` are the latest version."""

    room: str
    sender: str
    event_id: str
    msgtype: str
    body: str
    html: str
    at: int
    content: dict
    edits: int = 0
    redacted: bool = False
    reactions: list = field(default_factory=list)
    order: int = 0
    """Grows with every change of anything in this person's rooms."""

    @property
    def relation(self) -> dict:
        return self.content.get("m.relates_to") or {}

    @property
    def replies_to(self):
        return (self.relation.get("m.in_reply_to") or {}).get("event_id")

    @property
    def thread(self):
        return self.relation.get("event_id") if self.relation.get("rel_type") == "m.thread" else None


class Timeline:
    """Events in, messages out. `clock` numbers the changes of all rooms of one person."""

    def __init__(self, clock: Iterator[int]):
        self._clock = clock
        self._known: dict[str, Heard] = {}

    def messages(self) -> list[Heard]:
        return list(self._known.values())

    def take(self, event: dict, *, room: str) -> None:
        """One clear event, as a dict; a second time it changes nothing."""
        content = event.get("content") or {}
        target = content.get("m.relates_to")
        if not isinstance(target, dict) or not isinstance(target.get("event_id"), str):
            target = {}
        match event.get("type"), target.get("rel_type"):
            case "m.room.message", "m.replace":
                self._edit(self._known.get(target.get("event_id")), event)
            case "m.room.message", _ if content.get("msgtype"):
                self._hear(room, event)
            case "m.reaction", _ if target.get("event_id") in self._known:
                self._react(self._known[target["event_id"]], (event["sender"], target.get("key")))
            case "m.room.redaction", _:
                self._strike(self._known.get(event.get("redacts") or content.get("redacts")))

    def _hear(self, room: str, event: dict) -> None:
        content, event_id = event["content"], event["event_id"]
        if event_id not in self._known:
            heard = Heard(
                room=room,
                sender=event["sender"],
                event_id=event_id,
                msgtype=content["msgtype"],
                body=str(content.get("body", "")),
                html=str(content.get("formatted_body", "")),
                at=event.get("origin_server_ts", 0),
                content=content,
            )
            self._known[event_id] = self._changed(heard)

    def _edit(self, heard: Heard | None, event: dict) -> None:
        new = event["content"].get("m.new_content")
        if heard is None or not isinstance(new, dict) or heard.sender != event["sender"]:
            return
        heard.body, heard.html = str(new.get("body", "")), str(new.get("formatted_body", ""))
        heard.edits += 1
        self._changed(heard)

    def _react(self, heard: Heard, reaction: tuple) -> None:
        if reaction not in heard.reactions:
            heard.reactions.append(reaction)
            self._changed(heard)

    def _strike(self, heard: Heard | None) -> None:
        if heard and not heard.redacted:
            heard.redacted, heard.body, heard.html = True, "", ""
            self._changed(heard)

    def _changed(self, heard: Heard) -> Heard:
        heard.order = next(self._clock)
        return heard
