"""!federation health: how each other member does, as its users feel it."""

from bots.call import Call
from bots.command import Effects, command
from bots.effects import Say
from bots.ports_health import Healths
from bots.roles import Role
from forms.text import Text, lines

NOT_YET = Text(
    ja="まだ調べていません。数分たってから、もう一度お試しください。",
    en="Nobody has looked yet. Please try again in a few minutes.",
)
SEEN = Text(ja="（{minutes} 分前に確認）", en="(seen {minutes} min ago)")


@command(
    "health",
    "健康診断",
    needs=Role.STAFF,
    about=Text(ja="ほかの自治体のサーバーの調子を表示", en="show how the other members' servers do"),
)
def health(call: Call, healths: Healths) -> Effects:
    last = healths.last()
    if last is None:
        return (Say(text=NOT_YET),)
    when, words = last
    minutes = max(0, int((call.at - when).total_seconds() // 60))
    return (Say(text=lines(words, SEEN.fill(minutes=minutes))),)
