"""Declare a chat command once; parsing, usage, help and permission follow from the declaration."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from bots.arguments import READERS, Reader
from bots.call import Call
from bots.effects import Effect
from bots.events import Delivered, Event, Written
from bots.roles import Role
from forms.mistake import Mistake
from forms.text import Lang, Text

Effects = tuple[Effect, ...]
Handler = Callable[..., Effects]
APART = (Delivered, Written)
"""Events that are nobody's words to the bot: only who asks for them hears them."""
World = Callable[[type], Any]
"""Hands out the port that implements a Protocol, bound to the caller and the municipality."""
KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "to": ("to", "宛先"),
    "by": ("by", "締切"),
    "remind": ("remind", "催促"),
    "at": ("at", "時刻"),
    "from_": ("from", "元"),
    "where": ("where", "条件"),
    "with_": ("with", "管理者"),
    "rooms": ("rooms", "部屋"),
    "why": ("why", "理由"),
    "kana": ("kana", "かな"),
    "duties": ("duties", "担当"),
    "lock": ("lock", "固定"),
    "account": ("account", "アカウント"),
}
MISSING = Text(ja="{label}がありません。書き方: {usage}", en="The {label} is missing. Usage: {usage}")
TOO_MANY = Text(ja="「{word}」の意味が分かりません。書き方: {usage}", en="I do not understand “{word}”. Usage: {usage}")


@dataclass(frozen=True, slots=True)
class Argument:
    """`keyword`: introduced by its own name (`by WHEN`). `required` follows from the signature's default."""

    name: str
    reader: Reader
    required: bool
    keyword: bool

    def usage(self, lang: Lang) -> str:
        """E.g. `<form>`, `[by <when>]`."""
        shown = f"<{self.reader.label[lang]}>"
        shown = f"{KEYWORDS[self.name][0]} {shown}" if self.keyword else shown
        return shown if self.required else f"[{shown}]"


@dataclass(frozen=True, slots=True)
class Command:
    """What `@command` made of a function. `names`: the first is the one that help shows."""

    names: tuple[str, ...]
    about: Text
    needs: Role
    handler: Handler
    arguments: tuple[Argument, ...]
    wants: tuple[tuple[str, type], ...]
    more: Text | None = None

    @property
    def name(self) -> str:
        """The word after the bot's name."""
        return self.names[0]

    def usage(self, bot: str) -> Text:
        """The command as it is typed."""
        return Text(
            **{
                lang: " ".join([f"!{bot} {self.name}", *(a.usage(lang) for a in self.arguments)])
                for lang in ("ja", "en")
            }
        )

    def run(self, call: Call, words: Sequence[str], *, bot: str, world: World) -> Effects:
        """Read the words, fetch the ports, run. Raises Mistake with the usage where the words do not fit."""
        values = self._read(call, words, bot=bot)
        return self.handler(call, **{n: world(p) for n, p in self.wants}, **values)

    def _read(self, call: Call, words: Sequence[str], *, bot: str) -> dict[str, Any]:
        plain, keyed = _split(words, [a for a in self.arguments if a.keyword])
        values: dict[str, Any] = {}
        for argument in self.arguments:
            given = keyed.get(argument.name, []) if argument.keyword else plain
            if not given:
                if argument.required or (argument.keyword and argument.name in keyed):
                    raise Mistake(MISSING.fill(label=argument.reader.label, usage=self.usage(bot)))
                continue
            values[argument.name], used = argument.reader.read(given, call)
            del given[:used]
        for left in (plain, *keyed.values()):
            if left:
                raise Mistake(TOO_MANY.fill(word=left[0][:40], usage=self.usage(bot)))
        return values


def _split(words: Sequence[str], keyed: Sequence[Argument]) -> tuple[list[str], dict[str, list[str]]]:
    """Words before the first keyword, and after each keyword those up to the next."""
    introduced = {word: a.name for a in keyed for word in KEYWORDS[a.name]}
    plain: list[str] = []
    found: dict[str, list[str]] = {}
    into = plain
    for word in words:
        name = introduced.get(word.casefold())
        if name is None:
            into.append(word)
        else:
            into = found.setdefault(name, [])
    return plain, found


def command(*names: str, needs: Role, about: Text, more: Text | None = None) -> Callable[[Handler], Command]:
    """Declare the function as a command: its signature is the syntax.

    A type in arguments.READERS is read from the message (keyword-only: after its own word), a Protocol is
    handed in, anything else is a TypeError at import.
    """

    def declare(handler: Handler) -> Command:
        arguments, wants = signature(handler, skip=1)
        return Command(names, about, needs, handler, arguments, wants, more)

    return declare


def signature(handler: Handler, skip: int) -> tuple[tuple[Argument, ...], tuple[tuple[str, type], ...]]:
    """What a handler wants after its first `skip` parameters: arguments from words, and ports."""
    hints = get_type_hints(handler)
    arguments: list[Argument] = []
    wants: list[tuple[str, type]] = []
    for name, parameter in list(inspect.signature(handler).parameters.items())[skip:]:
        kind = _without_none(hints[name])
        if getattr(kind, "_is_protocol", False):
            wants.append((name, kind))
        elif kind in READERS:
            keyword = parameter.kind is inspect.Parameter.KEYWORD_ONLY
            arguments.append(Argument(name, READERS[kind], parameter.default is inspect.Parameter.empty, keyword))
        else:
            raise TypeError(f"{handler.__name__}: no way to read {name}: {kind!r} from a message")
    return tuple(arguments), tuple(wants)


def _without_none(hint: Any) -> Any:
    rest = [a for a in get_args(hint) if a is not type(None)]
    return rest[0] if len(rest) == 1 and type(None) in get_args(hint) else hint


@dataclass(frozen=True, slots=True)
class Listener:
    """Something that hears what is no command: `handler(call, event, ports…)` gives effects, or None to pass on."""

    handler: Callable[..., Effects | None]
    wants: tuple[tuple[str, type], ...]
    alone: type | None
    """It hears events of this kind, and nothing else: what other municipalities or people outside send us."""

    def hear(self, call: Call, event: Event | Delivered | Written, world: World) -> Effects | None:
        """Offer the event."""
        if (type(event) if isinstance(event, APART) else None) is not self.alone:
            return None
        return self.handler(call, event, **{n: world(p) for n, p in self.wants})


def listener(handler: Callable[..., Effects | None]) -> Listener:
    """Declare a listener; ports are handed in as for commands. With one of APART second it hears those alone."""
    _, wants = signature(handler, skip=2)  # type: ignore[arg-type]
    second = get_type_hints(handler)[list(inspect.signature(handler).parameters)[1]]
    return Listener(handler, wants, alone=second if second in APART else None)
