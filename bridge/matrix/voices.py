"""Who speaks in which room: the bot, except in rooms of function accounts, each of which has a voice of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bridge.matrix.delivery import Delivery
from bridge.matrix.handling import Handling

NOT_YET = 2.0
"""Seconds after which a room is looked at again whose account is not there (yet)."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What one account hears and says with."""

    handling: Handling
    delivery: Delivery


class Voices:
    """`handle` and `deliver` are what lanes call."""

    def __init__(self, bot: Voice) -> None:
        self._bot = bot
        self._rooms: dict[str, str] = {}
        self._functions: dict[str, Voice] = {}

    def remember(self, rooms: Mapping[str, str]) -> None:
        """Room → the account that was in it before this start."""
        self._rooms.update(rooms)

    def claim(self, rooms: Iterable[str], speaker: str | None = None) -> None:
        """From now on these rooms are this function account's; with None the bot's."""
        for room in rooms:
            if speaker is None:
                self._rooms.pop(room, None)
            else:
                self._rooms[room] = speaker

    def add(self, speaker: str, voice: Voice) -> None:
        """It can speak and hear."""
        self._functions[speaker] = voice

    def drop(self, speaker: str) -> None:
        """It cannot, for now."""
        self._functions.pop(speaker, None)

    async def handle(self, room: str) -> float | None:
        voice = self._of(room)
        return NOT_YET if voice is None else await voice.handling.work(room)

    async def deliver(self, lane: str) -> float | None:
        voice = self._of(lane)
        return NOT_YET if voice is None else await voice.delivery.work(lane)

    def _of(self, room: str) -> Voice | None:
        speaker = self._rooms.get(room)
        return self._bot if speaker is None else self._functions.get(speaker)
