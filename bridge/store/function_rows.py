"""Functions, matters and notes as rows, and back."""

from dataclasses import asdict
from typing import Any

from bots.events import EventId, RoomId, UserId
from bots.ports_function import Function, Line, Matter, Note
from forms.duty import Shift


def function_row(found: Function) -> dict[str, Any]:
    """What is kept of a function, without how it stands."""
    lines = [{"shift": asdict(line.shift), "people": list(line.people)} for line in found.lines]
    return {
        "user_id": found.user, "name": found.name, "duties": found.duties, "lines": lines, "chief": found.chief,
        "signed": found.signed,
    }  # fmt: skip


def read_function(row: Any) -> Function:
    """The function that a row holds."""
    lines = tuple(
        Line(
            Shift(tuple(line["shift"]["days"]), line["shift"]["start"], line["shift"]["end"]),
            tuple(UserId(user) for user in line["people"]),
        )
        for line in row.lines
    )
    return Function(
        user=UserId(row.user_id), name=row.name, duties=row.duties, lines=lines, chief=UserId(row.chief),
        signed=row.signed,
    )  # fmt: skip


def matter_row(found: Matter) -> dict[str, Any]:
    """What is kept of a matter, without its state."""
    return {
        "number": found.number, "function": found.function, "person": found.person, "room_id": found.room,
        "taker": found.taker, "reached": list(found.reached), "waits": found.waits, "wake": found.wake,
        "held": found.held, "told": found.told, "turn": found.turn,
    }  # fmt: skip


def read_matter(row: Any, *, room: str | None = None) -> Matter:
    """The matter that a row holds; `room`: where the person writes now."""
    return Matter(
        number=row.number,
        function=UserId(row.function),
        person=UserId(row.person),
        room=RoomId(room or row.room_id),
        taker=row.taker and UserId(row.taker),
        reached=tuple(UserId(user) for user in row.reached),
        waits=row.waits,
        wake=row.wake,
        held=row.held,
        told=row.told,
        turn=row.turn,
    )


def note_row(written: Note) -> dict[str, Any]:
    """What is kept of a note."""
    return {
        "source": written.source, "by": written.by, "text": written.text, "name": written.name,
        "content": written.content, "changed": written.changed,
    }  # fmt: skip


def read_note(row: Any) -> Note:
    """The note that a row holds."""
    content = None if row.content is None else bytes(row.content)
    by, source = UserId(row.by), EventId(row.source)
    return Note(source=source, by=by, text=row.text, name=row.name, content=content, changed=row.changed)
