"""From words to a command, or to whoever listens: the one place that knows the exclamation mark."""

import difflib
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from bots.bot import Bot
from bots.call import Call
from bots.command import Command, Effects, World
from bots.effects import Say
from bots.events import Delivered, Event, Said, Written
from bots.notices import paced
from bots.ports import Pending, Responses
from bots.records import NotAllowed
from forms.mistake import Mistake
from forms.text import Text, lines, same

UNKNOWN = Text(ja="「!{bot} {word}」というコマンドはありません。", en="There is no command “!{bot} {word}”.")
NEAREST = Text(ja="もしかして: {usage}", en="Did you mean: {usage}")
SEE_HELP = Text(ja="使い方は「!{bot} help」で表示します。", en="“!{bot} help” shows what there is.")
NO_BOT = Text(ja="「!{word}」は使えません。もしかして: !{near}", en="There is no “!{word}”. Did you mean: !{near}")
CANCELLED = Text(ja="取りやめました。", en="Nothing was done.")
YES = frozenset({"はい", "yes", "y", "ok", "うん"})
NO = frozenset({"いいえ", "no", "n", "やめる", "中止", "cancel"})
LONGEST_WORD = 40


def dispatch(bots: Sequence[Bot], call: Call, event: Event | Delivered | Written, *, world: World) -> Effects:
    """What the bots do about an event. Raises Mistake for the person to read."""
    if not (call.mine or call.direct or isinstance(event, Delivered)):
        return ()  # in a shared room each municipality's bot serves its own people
    if isinstance(event, Said):
        typed = _typed(event.text)
        if typed is not None:
            return _run(bots, call, typed, world=world)
        answered = _answered(bots, call, event, world=world)
        if answered is not None:
            return answered
    for bot in bots:
        for listening in bot.listeners:
            effects = listening.hear(call, event, world)
            if effects is not None:
                return paced(event.signed, effects, world) if isinstance(event, Delivered) else effects
    return ()


def _typed(text: str) -> str | None:
    """What follows the exclamation mark, half or full width; None for ordinary talk."""
    text = text.lstrip()
    return text[1:].lstrip(" \u3000") if text[:1] in ("!", "！") and len(text) > 1 else None


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _run(bots: Sequence[Bot], call: Call, typed: str, *, world: World) -> Effects:
    head, _, rest = _cut(typed)
    bot = next((b for b in bots if _plain(head) in b.names), None)
    if bot is None:
        return _no_such_bot(bots, call, head)
    whole = rest
    verb, words, rest = _cut(rest)
    command = find(bot, verb or "help")
    if command is None and bot.otherwise:
        command, words, rest = find(bot, bot.otherwise), whole.split(), whole
    if command is None:
        raise Mistake(_no_such_command(bot, verb))
    if call.role < command.needs:
        raise NotAllowed(command.needs)
    return command.run(replace(call, rest=rest), words, bot=bot.name, world=world)


def _cut(text: str) -> tuple[str, list[str], str]:
    """The first word, the words after it, and all after it as it was typed."""
    parts = text.split(maxsplit=1)
    rest = parts[1] if len(parts) > 1 else ""
    return (parts[0] if parts else ""), rest.split(), rest


def find(bot: Bot, verb: str) -> Command | None:
    """The bot's command of this name, in either language."""
    return next((c for c in bot.commands if _plain(verb) in c.names), None)


def _no_such_command(bot: Bot, verb: str) -> Text:
    names = {name: c for c in bot.commands for name in c.names}
    near = difflib.get_close_matches(_plain(verb), names, n=1, cutoff=0.5)
    unknown = UNKNOWN.fill(bot=bot.name, word=verb[:LONGEST_WORD])
    hint = NEAREST.fill(usage=names[near[0]].usage(bot.name)) if near else SEE_HELP.fill(bot=bot.name)
    return lines(unknown, hint)


def _no_such_bot(bots: Sequence[Bot], call: Call, head: str) -> Effects:
    """Other bots may own other words: only in a direct room is a near miss worth a word."""
    near = difflib.get_close_matches(_plain(head), [n for b in bots for n in b.names], n=1)
    if not call.direct:
        return ()
    if not near:
        usable = same(" ".join(f"!{b.name}" for b in bots))
        raise Mistake(Text(ja="使えるコマンド: {all}", en="Commands: {all}").fill(all=usable))
    raise Mistake(NO_BOT.fill(word=head[:LONGEST_WORD], near=near[0]))


def _answered(bots: Sequence[Bot], call: Call, event: Said, *, world: World) -> Effects | None:
    """A yes or no to what the bot asked back."""
    word = _plain(event.text.strip(" 。.!！"))
    if word not in YES | NO:
        return None
    about = world(Responses).about(event.replies_to) if event.replies_to else None
    if about is not None and about.bot != "form":
        return None  # it answers somebody else's words
    pending = world(Pending).take()
    if pending is None:
        return None
    if not pending.words:  # a file is awaited: yes and no answer something else
        world(Pending).ask(pending)
        return None
    if word in NO:
        return (Say(text=CANCELLED),)
    return _run(bots, call, " ".join((pending.command, *pending.words)), world=world)
