"""Plays the story and draws what people saw in their clients: the pictures in README and docs. See script/picture."""

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
from demo.writing import TURNS
from forms.text import Lang, Text

T = Text
TALKER, READER = "tanaka", "sato"
FROM_LIBRARY = T(
    ja="!form new 12月の会議の出欠 from kaigi-shukketsu", en="!form new December meeting from kaigi-shukketsu"
)
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


class Album(Story):
    """The story, and after it what else an editor does with forms."""

    async def _digest(self) -> None:
        await super()._digest()
        self.writing_ended = len(self.people[READER].timeline(self.direct[READER]))
        for said, heard in (
            ("!form library", "kaigi-shukketsu"),
            (FROM_LIBRARY, T(ja="問）", en="questions)")),
            (T(ja="終わる", en="end"), T(ja="保存しました", en="is kept")),
            ("!form template xlsx", lambda h: h.msgtype == "m.file"),
            (f"!form results {self.name}", "7"),
            (f"!form export {self.name} xlsx", lambda h: h.msgtype == "m.file"),
        ):
            await self.says(READER, said)
            await self.hears(READER, heard)
            await asyncio.sleep(1)  # what belongs to it may come in two messages


def pages(story: Album, lang: Lang) -> dict[str, str]:
    """By the name of the picture: the story as such, how the form was written, what else there is."""
    own, room = story.direct[READER], story.told.room
    talk = Panel(story, TALKER, story.direct[TALKER], lang)
    shared, editor = Panel(story, READER, room, lang), Panel(story, READER, own, lang)
    writing = _of_writing(editor.heard)
    half = next(i for i, h in enumerate(writing) if h.body == TURNS[3][0][lang])
    more = editor.heard[story.writing_ended :]
    use = next(i for i, h in enumerate(more) if h.body.startswith("!form template"))
    told = "# " + ROOM[lang]
    return {
        "demo": _page(talk.draw(_named(talk), _of_talk(talk.heard)), shared.draw(told, _of_room(shared.heard))),
        "forms-write": _page(editor.draw(_named(editor), writing[:half]), editor.draw(_named(editor), writing[half:])),
        "forms-more": _page(editor.draw(_named(editor), more[:use]), editor.draw(_named(editor), more[use:])),
    }


def _page(left: str, right: str) -> str:
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><body>{left}{right}{MEASURE}</body>"


def _named(panel: "Panel") -> str:
    return "🔒 " + (panel.person.client.rooms[panel.room].display_name or "")


def _of_talk(heard: list[Heard]) -> list[Heard]:
    """The question and what follows: all of one person's conversation but its middle."""
    return heard[:9] + heard[-3:]


def _of_writing(heard: list[Heard]) -> list[Heard]:
    """From the order to write until the form is handed out."""
    first = next(i for i, h in enumerate(heard) if h.body.startswith("!form new"))
    return heard[first : first + 2 * (len(TURNS) + 2)]


def _of_room(heard: list[Heard]) -> list[Heard]:
    """The result, the chart, the digest: not what lies between."""
    chart = next(i for i, h in enumerate(heard) if h.msgtype == "m.image")
    return [*heard[chart - 1 : chart + 1], *heard[-2:]]


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
        if heard.msgtype == "m.file":
            return f"📎 {escape(heard.content.get('filename') or heard.body)}"
        return escape(re.sub(r"\n\n+", "\n", heard.body.strip()))


async def _play(lang: Lang) -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="kairan-demo-") as folder:
        async with World(Path(folder), say=print, lang=lang) as world:
            story = Album(world, Path(folder), lang, print)
            await story.play()
            return pages(story, lang)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m demo.album")
    parser.add_argument("folder", type=Path, help="where the HTML pages are written, one for each picture")
    parser.add_argument("--lang", choices=("ja", "en"), default="ja")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, page in asyncio.run(_play(options.lang)).items():
        (options.folder / f"{name}.html").write_text(page, "utf-8")
