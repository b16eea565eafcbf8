"""`script/demo chat NAME`: a small chat in the terminal as one of the demo's people, on the real homeservers.

    python -m demo.chat URL USER PASSWORD

Typed lines are said in the chosen room; lines that begin with / are commands. Without a terminal (a pipe) each line of
standard input is taken the same way and nothing is redrawn.
"""

import asyncio
import contextlib
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout

from bridge import clock
from demo.person import Person
from demo.timeline import Heard

HELP = (
    "文を入力して Enter で送信します。 / Type and press Enter to talk.\n"
    "  /rooms         部屋の一覧            / list the rooms\n"
    "  /room 2        2番の部屋に移る       / go to room 2\n"
    "  /react 1️⃣      直前の発言に反応      / react to what was said last\n"
    "  /edit 文       自分の発言を直す      / correct what you said last\n"
    "  /file form.yaml !form load   ファイルを送る（あとは添え書き） / send a file, with a caption\n"
    "  /join #alias:server   部屋に入る     / enter a room\n"
    "  /help  /quit"
)
EARLIER = (
    "（前の暗号化された発言は、新しい端末では読めません。「一覧」か「ヘルプ」と書いてみてください。）\n"
    "(What was said before is encrypted for other devices. Type “list” or “help”.)"
)
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What could move the cursor or turn the text around in a terminal: never printed."""


class Chat:
    """One person, one chosen room; everything said in any room is printed, with the room where it is another."""

    def __init__(self, person: Person):
        self.person, self.room = person, None
        self._shown: dict[str, tuple[int, bool, int]] = {}

    def rooms(self) -> list[str]:
        return list(self.person.client.rooms)

    def name_of(self, room_id: str) -> str:
        room = self.person.client.rooms.get(room_id)
        return safe(room.display_name) if room else room_id

    def list_rooms(self) -> None:
        for number, room_id in enumerate(self.rooms(), 1):
            here = "→" if room_id == self.room else " "
            lock = "🔒" if self.person.client.rooms[room_id].encrypted else "  "
            print(f"{here}{number:3} {lock} {self.name_of(room_id)}")
        if not self.rooms():
            print("まだ部屋がありません。(no room yet)")

    def show(self, heard: Heard) -> None:
        at = f"{datetime.fromtimestamp(heard.at / 1000, tz=clock.JAPAN):%H:%M:%S}"
        room = self.person.client.rooms.get(heard.room)
        who = safe((room.user_name(heard.sender) if room else None) or heard.sender)
        where = "" if heard.room == self.room else f" [{self.name_of(heard.room)}]"
        words = "(取り消し / withdrawn)" if heard.redacted else safe(heard.body)
        mark = " ✎" if heard.edits else ""
        print(f"{at}{where} {who}{mark}: " + words.replace("\n", "\n    "))
        for sender, key in heard.reactions[self._shown.get(heard.event_id, (0, False, 0))[2] :]:
            print(f"    {safe(str(key))} {safe(sender)}")

    def catch_up(self) -> None:
        """Print what is new or changed since the last time."""
        fresh = [h for room in self.rooms() for h in self.person.timeline(room) if self._state(h) != self._before(h)]
        for heard in sorted(fresh, key=lambda h: h.order):
            self.room = self.room or heard.room
            self.show(heard)
            self._shown[heard.event_id] = self._state(heard)

    def begin(self) -> None:
        """In the room with the bot, where there is one; of what was said before, only its end is printed."""
        names = {room: self.name_of(room) for room in self.rooms()}
        self.room = next((room for room, name in names.items() if "Kairan" in name), next(iter(names), None))
        for heard in (heard for room in names for heard in self.person.timeline(room)):
            self._shown[heard.event_id] = self._state(heard)
        self.list_rooms()
        for heard in self._here()[-5:]:
            self.show(heard)
        if self.room and not self._here():
            print(EARLIER)

    async def watch(self) -> None:
        while True:
            self.catch_up()
            await asyncio.sleep(0.2)

    def _state(self, heard: Heard) -> tuple[int, bool, int]:
        return heard.edits, heard.redacted, len(heard.reactions)

    def _before(self, heard: Heard) -> tuple[int, bool, int] | None:
        return self._shown.get(heard.event_id)

    async def obey(self, line: str) -> bool:
        """One typed line; False to end."""
        word, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        if word in {"/quit", "/exit", "/q"}:
            return False
        if word.startswith("/"):
            command = self.COMMANDS.get(word)
            await command(self, rest) if command else print(HELP)
        elif line.strip():
            await self._say(line)
        return True

    async def _say(self, line: str) -> None:
        if self.room is None:
            print("/room 番号 で部屋を選んでください。(choose a room first: /room N)")
            return
        await self.person.say(self.room, line)

    async def _list(self, _: str) -> None:
        self.list_rooms()

    async def _help(self, _: str) -> None:
        print(HELP)

    async def _go(self, number: str) -> None:
        rooms = self.rooms()
        if not number.isascii() or not number.isdigit() or not 1 <= int(number[:6]) <= len(rooms):
            self.list_rooms()
            return
        self.room = rooms[int(number[:6]) - 1]
        print(f"―― {self.name_of(self.room)} ――")
        for heard in self.person.timeline(self.room)[-10:]:
            self.show(heard)

    async def _react(self, key: str) -> None:
        others = [h for h in self._here() if h.sender != self.person.user_id]
        if key and others:
            await self.person.react(self.room, others[-1].event_id, key)

    async def _edit(self, text: str) -> None:
        own = [h for h in self._here() if h.sender == self.person.user_id]
        if text and own:
            await self.person.edit(self.room, own[-1].event_id, text)

    async def _file(self, words: str) -> None:
        path, _, caption = words.partition(" ")
        file = Path(path)
        try:
            content = await asyncio.to_thread(file.read_bytes)
        except OSError as error:
            print(f"読めません (cannot read): {error}")
            return
        if self.room:
            await self.person.send_file(self.room, file.name, content, caption.strip() or None)

    async def _join(self, alias: str) -> None:
        self.room = await self.person.join(alias)

    def _here(self) -> list[Heard]:
        return self.person.timeline(self.room) if self.room else []

    COMMANDS: ClassVar = {
        "/rooms": _list,
        "/room": _go,
        "/react": _react,
        "/edit": _edit,
        "/file": _file,
        "/join": _join,
        "/help": _help,
    }


def safe(text: str) -> str:
    return CONTROLS.sub("·", text)


async def typed(chat: Chat) -> AsyncIterator[str]:
    """Lines as they are typed, until the end of input."""
    if not sys.stdin.isatty():
        while line := await asyncio.to_thread(sys.stdin.readline):
            yield line.rstrip("\n")
        return
    session = PromptSession()
    with patch_stdout(raw=True), contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            yield await session.prompt_async(lambda: f"{chat.name_of(chat.room) if chat.room else '回覧'}> ")


async def converse(url: str, user_id: str, password: str) -> None:
    """Until /quit, Ctrl-D or Ctrl-C. A refusal of the homeserver is printed, not raised."""
    with tempfile.TemporaryDirectory(prefix="kairan-chat-") as folder:
        async with Person(url, user_id, password, Path(folder)) as person:
            chat = Chat(person)
            print(HELP)
            chat.begin()
            watching = asyncio.create_task(chat.watch())
            try:
                await _obey_all(chat)
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                chat.catch_up()


async def _obey_all(chat: Chat) -> None:
    async for line in typed(chat):
        try:
            if not await chat.obey(line):
                return
        except (AssertionError, OSError) as error:
            print(f"できませんでした (it did not work): {safe(str(error))[:300]}")
    if not sys.stdin.isatty():
        await asyncio.sleep(2)  # the answer to the last line of a script


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(converse(*sys.argv[1:4]))
