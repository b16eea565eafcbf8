"""Plays the story and draws what two people saw in their clients: the picture in the README. See script/picture."""

import argparse
import asyncio
import base64
import re
import tempfile
from datetime import datetime
from html import escape
from pathlib import Path

from bridge import clock
from demo.cast import ROOM
from demo.story import Story
from demo.timeline import Heard
from demo.world import World
from forms.text import Lang, Text

TALKER, READER = "tanaka", "sato"
BOT, SAYS = Text(ja="回", en="K"), Text(ja="{name}さんの画面", en="What {name} sees")
MEASURE = "<script>document.body.dataset.height = document.documentElement.scrollHeight</script>"
STYLE = """
* { box-sizing: border-box; margin: 0 }
body { width: 880px; padding: 14px; background: #e6ebe8; display: flex; gap: 14px; align-items: stretch;
  font: 13px/1.5 'Noto Sans CJK JP', sans-serif; color: #1d2522 }
.panel { flex: 1; background: #fff; border-radius: 12px; overflow: hidden; border: 1px solid #cdd7d2 }
header { background: #0b6e4f; color: #fff; padding: 9px 14px; font-weight: 700; font-size: 14px }
header small { font-weight: 400; opacity: .85; float: right; font-size: 12px; line-height: 21px }
.said { display: flex; gap: 8px; padding: 5px 12px }
.face { flex: none; width: 28px; height: 28px; border-radius: 50%; background: #0b6e4f; color: #fff; text-align: center;
  line-height: 28px; font-weight: 700; font-size: 12px }
.me { flex-direction: row-reverse } .me .face, .person .face { background: #c2703d }
.text { background: #eef3f0; border-radius: 10px; padding: 5px 10px; max-width: 346px; white-space: pre-wrap;
  overflow-wrap: anywhere }
.me .text { background: #d9ecdf } .text img { display: block; width: 326px }
.who { font-size: 11px; color: #5b6b64 }
.gap { text-align: center; color: #8a9a93; font-size: 12px }
"""


def drawn(story: Story, lang: Lang) -> str:
    """Two panels: a person's own room with the bot, and the room that all share."""
    talk = Panel(story, TALKER, story.direct[TALKER], lang)
    room = Panel(story, READER, story.told.room, lang)
    left = talk.draw("🔒 " + story.people[TALKER].client.rooms[talk.room].name, _of_talk(talk.heard))
    right = room.draw("# " + ROOM[lang], _of_room(room.heard))
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><body>{left}{right}{MEASURE}</body>"


def _of_talk(heard: list[Heard]) -> list[Heard]:
    """The question and what follows: all of one person's conversation but its middle."""
    return heard[:9] + heard[-3:]


def _of_room(heard: list[Heard]) -> list[Heard]:
    """The order, the result, the chart, the digest: not what lies between."""
    order = next(i for i, h in enumerate(heard) if h.body.startswith("!form publish"))
    chart = next(i for i, h in enumerate(heard) if h.msgtype == "m.image")
    return [*heard[order : order + 2], *heard[chart - 1 : chart + 1], *heard[-2:]]


class Panel:
    """What one person's client shows of one room."""

    def __init__(self, story: Story, key: str, room: str, lang: Lang) -> None:
        self.story, self.key, self.room, self.lang = story, key, room, lang
        self.person = story.people[key]
        self.heard = [h for h in self.person.timeline(room) if not h.redacted]

    def draw(self, title: str, chosen: list[Heard]) -> str:
        name = self.story.world.accounts[self.key].character.short
        head = f"<header>{escape(title)}<small>{escape(SAYS.fill(name=name)[self.lang])}</small></header>"
        rows, before = [], -1
        for heard in chosen:
            at = self.heard.index(heard)
            rows += ["<div class=gap>⋮</div>"] if rows and at != before + 1 else []
            rows.append(self._row(heard))
            before = at
        return f"<section class=panel>{head}{''.join(rows)}</section>"

    def _row(self, heard: Heard) -> str:
        bot, mine = heard.sender == self.story.bot, heard.sender == self.person.user_id
        who = "" if mine else self.person.client.rooms[self.room].user_name(heard.sender) or ""
        at = f"{datetime.fromtimestamp(heard.at / 1000, tz=clock.JAPAN):%H:%M}"
        small = f"<div class=who>{escape(who)} {at}</div>"
        face = BOT[self.lang] if bot else self.story.world.accounts[self.key].character.name[0]
        kind = "me" if mine else "bot" if bot else "person"
        said = f"{small}<div class=text>{self._words(heard)}</div>"
        return f"<div class='said {kind}'><div class=face>{face}</div><div>{said}</div></div>"

    def _words(self, heard: Heard) -> str:
        if heard.msgtype == "m.image":
            return f"<img src='data:image/png;base64,{base64.b64encode(self.story.chart).decode()}'>"
        return escape(re.sub(r"\n\n+", "\n", heard.body.strip()))


async def _play(lang: Lang) -> str:
    with tempfile.TemporaryDirectory(prefix="kairan-demo-") as folder:
        async with World(Path(folder), say=print, lang=lang) as world:
            story = Story(world, Path(folder), lang, print)
            await story.play()
            return drawn(story, lang)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m demo.album")
    parser.add_argument("page", type=Path, help="the HTML page to write")
    parser.add_argument("--lang", choices=("ja", "en"), default="ja")
    options = parser.parse_args()
    options.page.write_text(asyncio.run(_play(options.lang)), "utf-8")
