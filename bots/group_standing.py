"""Folds a group's log, in one order that every member works out alike, into the group as it stands."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from bots.events import RoomId, UserId
from bots.group_log import (
    LONGEST_LEAP,
    MOST_ROOMS,
    Appoint,
    Bar,
    Create,
    Deed,
    Group,
    Guest,
    Guide,
    Invite,
    Move,
    Place,
    Theme,
    Themed,
)


def standing(deeds: Iterable[Deed]) -> Group | None:
    """The group after all that counts, in one order for everybody; None where nothing founds it.

    What somebody did who was no steward at that point does not count: whoever signs it.
    """
    group: Group | None = None
    for deed in sorted(deeds, key=lambda deed: (deed.n, deed.id)):
        if group is None:
            group = _founded(deed)
        elif _may(group, deed):
            group = replace(_ACTS[type(deed.do)](group, deed), next=deed.n + 1)
    return group


def _founded(deed: Deed) -> Group | None:
    """The id names its founder, so that nobody can found another's group anew."""
    do = deed.do
    if not isinstance(do, Create) or deed.n != 1 or deed.group.partition("/")[0] != deed.signer:
        return None
    rooms = {key: Themed(key=key) for key in do.rooms}
    stewards = tuple(dict.fromkeys(UserId(user) for user in (deed.by, *do.stewards)))
    return Group(
        id=deed.group, name=do.name, rules=do.rules, founder=deed.signer, stewards=stewards, rooms=rooms, guide=do.rules
    )


def _may(group: Group, deed: Deed) -> bool:
    if deed.n > group.next + LONGEST_LEAP:
        return False
    if isinstance(deed.do, Appoint) and not deed.do.on and deed.do.user == deed.by:
        return True
    return deed.by in group.stewards and not group.bars(deed.by)


def _place(group: Group, deed: Deed) -> Group:
    """The first place that was told counts: nobody moves people to a room of their own."""
    do = deed.do
    assert isinstance(do, Place)
    if not do.key:
        return group if group.space else replace(group, space=RoomId(do.room), maker=deed.signer)
    there = group.rooms.get(do.key)
    if there is None or there.room is not None:
        return group
    return replace(group, rooms={**group.rooms, do.key: replace(there, room=RoomId(do.room), maker=deed.signer)})


def _move(group: Group, deed: Deed) -> Group:
    """Only who made a room may move it, as in room version 12; so nobody else leads people to a room of their own."""
    do = deed.do
    assert isinstance(do, Move)
    there = group.rooms.get(do.key)
    now, maker = (group.space, group.maker) if not do.key else (there.room, there.maker) if there else (None, "")
    if now != do.before or maker != deed.signer or do.room in group.former | {now}:
        return group
    room, former = RoomId(do.room), group.former | {RoomId(do.before)}
    if there is None:
        return replace(group, space=room, former=former)
    return replace(group, rooms={**group.rooms, do.key: replace(there, room=room)}, former=former)


def _theme(group: Group, deed: Deed) -> Group:
    do = deed.do
    assert isinstance(do, Theme)
    there = group.rooms.get(do.key)
    if there is None and (not do.on or len(group.rooms) >= MOST_ROOMS):
        return group
    changed = replace(there or Themed(key=do.key), on=do.on, guests=do.guests)
    return replace(group, rooms={**group.rooms, do.key: changed})


def _appoint(group: Group, deed: Deed) -> Group:
    """The last steward stays."""
    do = deed.do
    assert isinstance(do, Appoint)
    user = UserId(do.user)
    rest = tuple(u for u in group.stewards if u != user)
    stewards = (*rest, user) if do.on else rest or group.stewards
    return replace(group, stewards=stewards)


def _bar(group: Group, deed: Deed) -> Group:
    do = deed.do
    assert isinstance(do, Bar)
    barred = {target: how for target, how in group.barred.items() if target != do.target}
    if do.how in ("mute", "ban"):  # who was removed may come again
        barred[do.target] = do.how
    return replace(group, barred=barred)


def _guide(group: Group, deed: Deed) -> Group:
    assert isinstance(deed.do, Guide)
    return replace(group, guide=deed.do.words)


def _guest(group: Group, deed: Deed) -> Group:
    do = deed.do
    assert isinstance(do, Invite)
    there = group.rooms.get(do.key)
    guests = {key: guest for key, guest in group.guests.items() if key != (do.user, do.key)}
    if do.until and there is not None and there.on and there.guests:
        guests[do.user, do.key] = Guest(
            user=UserId(do.user), key=do.key, until=datetime.fromtimestamp(do.until, UTC), host=deed.by
        )
    return replace(group, guests=guests)


def _create(group: Group, _deed: Deed) -> Group:
    return group


_ACTS: Mapping[type, Callable[[Group, Deed], Group]] = {
    Create: _create,
    Place: _place,
    Move: _move,
    Theme: _theme,
    Appoint: _appoint,
    Bar: _bar,
    Guide: _guide,
    Invite: _guest,
}
