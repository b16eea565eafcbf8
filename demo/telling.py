"""The story as it is printed: who said what to whom, in one language, at the pace of a reader."""

import asyncio
from collections.abc import Callable

from bridge import clock
from demo.cast import ROOM
from demo.person import Person
from demo.timeline import Heard
from demo.world import World
from forms.text import Lang, Text

WIDTH, LINES = 100, 14
PAUSE = 0.7
"""Seconds in which a reader takes in one turn."""
BOT = Text(ja="回覧ボット", en="Kairan")
REWRITTEN = Text(ja="（書き換え）", en=" (edited)")
MORE = Text(ja="…（あと{count}行）", en="… ({count} more lines)")

What = Text | str | Callable[[Heard], bool]


class Telling:
    """People say and hear; each is printed as it happens. `brief`: of what the bot says, the first line only."""

    def __init__(self, world: World, lang: Lang, print_: Callable[[str], None]) -> None:
        self.world, self.lang, self.print = world, lang, print_
        self.people: dict[str, Person] = {}
        self.direct: dict[str, str] = {}
        self.room = next(iter(world.rooms.values()))
        self.room_name = f" #{ROOM[lang]}"
        self.hurry = False

    def head(self, text: Text) -> None:
        self.print(f"\n—— {text[self.lang]} ——")

    def line(self, who: str, place: str, words: str, most: int = LINES) -> None:
        first, *rest = [line for line in words.split("\n") if line.strip()] or [""]
        self.print(f"{clock.now().astimezone(clock.JAPAN):%H:%M:%S} {who}{place}: {first[:WIDTH]}")
        for line in rest[: most - 1]:
            self.print("           " + line[:WIDTH])
        if len(rest) >= most > 1:
            self.print("           " + MORE.fill(count=len(rest) - most + 1)[self.lang])

    def name(self, key: str) -> str:
        who = self.world.accounts[key].character
        town = next(town.name for town in self.world.towns if town.key == who.town)
        return f"{who.short}（{town}）" if self.lang == "ja" else f"{who.short} ({town})"

    async def says(self, key: str, words: Text | str, *, in_room: bool = False) -> str:
        said = words if isinstance(words, str) else words[self.lang]
        await self.pause()
        self.line(self.name(key), self.room_name if in_room else "", said)
        return await self.people[key].say(self.room if in_room else self.direct[key], said)

    async def hears(
        self, key: str, what: What, *, in_room: bool = False, patience: float = 40, most: int = LINES
    ) -> Heard:
        wanted = what[self.lang] if isinstance(what, Text) else what
        heard = await self.people[key].hears(self.room if in_room else self.direct[key], wanted, timeout=patience)
        place = self.room_name if in_room else f" → {self.name(key)}"
        self.line(BOT[self.lang], place + (REWRITTEN[self.lang] if heard.edits else ""), heard.body, most)
        return heard

    async def talks(self, key: str, *turns: tuple[Text | str, What], brief: bool = False) -> None:
        """Each turn: what is said, what must then be heard."""
        for said, heard in turns:
            await self.says(key, said)
            await self.hears(key, heard, most=1 if brief else LINES)

    async def pause(self) -> None:
        if not self.hurry:
            await asyncio.sleep(PAUSE)
