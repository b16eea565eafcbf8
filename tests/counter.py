"""People at the counter of a function account: the room that their client opens with it, without Matrix."""

from bots.events import EventId, RoomId, UserId, Written
from bridge.stage import PACE
from bridge.store import functions, rooms


def write(stage, who, function, text, **more):
    """`stage`: a Stage, or a Country: then it is the town that has such a function. Gives the event id."""
    if not hasattr(stage, "stages"):
        return _write(stage, who, function, text, **more)
    town = next(s for s in stage.stages.values() if function in {a.name for a in s._store.do(functions.accounts)})
    town.now = stage.now
    event_id = _write(town, who, function, text, **more)
    stage._at_once()
    return event_id


def _write(stage, who, function, text, **more):
    user = stage._users[who]
    account = next(a.user for a in stage._store.do(functions.accounts) if a.name == function)
    room = f"!{function}と{who}"
    stage._store.do(lambda c: _meet(c, room, account, user, name=who))
    stage.now += PACE
    event = Written(
        id=EventId(stage._id()), room=RoomId(room), sender=UserId(user), at=stage.now, direct=True, to=UserId(account),
        text=text, **more,
    )  # fmt: skip
    stage._hear(event)
    return event.id


def _meet(connection, room, account, user, *, name):
    rooms.entered(connection, room, account)
    rooms.describe(connection, room, encrypted=True)
    rooms.set_member(connection, room, account, membership="join", name="窓口")
    rooms.set_member(connection, room, user, membership="join", name=name)
