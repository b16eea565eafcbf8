"""Help is a function of the declarations: what this caller may use, or one command in full."""

from collections.abc import Callable

from bots.arguments import CommandName
from bots.bot import Bot
from bots.call import Call
from bots.command import Command, Effects, command
from bots.dispatch import find
from bots.effects import Say
from bots.roles import Role
from forms.mistake import Mistake
from forms.text import Text, lines, same

ONE_LINE = Text(ja="{usage} — {about}", en="{usage} — {about}")
LEGEND = Text(
    ja="< >には自分の言葉を入れ、[ ]の中は省けます。コマンドの説明: !{bot} help {example}",
    en="Put your own words in place of < >; what stands in [ ] may be left out. One command: !{bot} help {example}",
)
NEEDED = Text(ja="使える人: {role}以上", en="For: {role} and above")
EVERYBODY = Text(ja="だれでも使えます。", en="Anybody may use it.")
ALSO = Text(ja="同じ意味: {names}", en="Also: {names}")


def help_command(bot: Callable[[], Bot]) -> Command:
    """`!bot help [command]` for a bot that is not complete yet while its commands are being declared."""

    @command("help", "ヘルプ", "?", needs=Role.RESIDENT, about=Text(ja="使い方を表示", en="show how to use this"))
    def help_(call: Call, name: CommandName | None = None) -> Effects:
        whole = bot()
        if name is None:
            return (Say(text=_all(whole, call.role)),)
        found = find(whole, name)
        if found is None:
            raise Mistake(
                Text(
                    ja="そのコマンドはありません。「!{bot} help」で一覧を表示します。",
                    en="There is no such command. “!{bot} help” lists them.",
                ).fill(bot=whole.name)
            )
        return (Say(text=explain(whole, found)),)

    return help_


def _all(bot: Bot, role: Role) -> Text:
    """What this role may use, and how to read it."""
    usable = [c for c in bot.commands if role >= c.needs]
    rows = [ONE_LINE.fill(usage=c.usage(bot.name), about=c.about) for c in usable]
    return lines(bot.about, *rows, LEGEND.fill(bot=bot.name, example=usable[-1].name))


def explain(bot: Bot, found: Command) -> Text:
    """One command in full: usage, what it does, who may, other names."""
    parts = [ONE_LINE.fill(usage=found.usage(bot.name), about=found.about)]
    if found.more:
        parts.append(found.more)
    parts.append(NEEDED.fill(role=found.needs.title) if found.needs else EVERYBODY)
    if found.names[1:]:
        parts.append(ALSO.fill(names=same(", ".join(f"!{bot.name} {n}" for n in found.names[1:]))))
    return lines(*parts)
