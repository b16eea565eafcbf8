"""A bot is a value: a name, what it is for, its commands, what it listens to and what it does as time passes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bots.call import Call
from bots.command import Command, Effects, Listener, World
from forms.text import Text


@dataclass(frozen=True, slots=True)
class Done:
    """What fell due under `id` (unique for ever) and what to do about it."""

    id: str
    effects: Effects


Routine = Callable[[datetime, World], Sequence[Done]]
"""What is due at this moment; called again and again, in one transaction each time."""


Fetching = Callable[[Call, World], int]
"""How many bytes of a file that the caller sent are wanted: 0 where nobody asked for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """`names`: what may follow the exclamation mark; the first is shown in help."""

    names: tuple[str, ...]
    about: Text
    commands: tuple[Command, ...]
    listeners: tuple[Listener, ...] = ()
    routines: tuple[Routine, ...] = ()
    fetching: tuple[Fetching, ...] = ()
    otherwise: str = ""
    """The command that is meant by words which name none; "" where there is no such command."""

    @property
    def name(self) -> str:
        """The name that help shows."""
        return self.names[0]
