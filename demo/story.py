"""The main job as a story, played by people with real clients, and every outcome checked against rooms and databases."""

import asyncio
import csv
import io
import sqlite3
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from demo.person import Person
from demo.timeline import Heard
from demo.world import World
from forms.text import Lang, Text

FORM = """
name: bosai-kunren
title: {ja: 合同防災訓練の参加調べ, en: Joint disaster drill}
about: {ja: 1分で終わります。, en: Takes one minute.}
questions:
  - {id: attend, kind: choice, title: {ja: 訓練に参加しますか, en: Will you take part?},
     options: [{name: go, label: {ja: 参加する, en: taking part}}, {name: stay, label: {ja: 参加しない, en: not taking part}}]}
  - {id: people, kind: integer, title: {ja: 何人で参加しますか, en: How many of you?}, low: 1, high: 50, when: "${attend} = 'go'"}
  - {id: day, kind: date, title: {ja: 都合のよい日, en: Which day suits you?}, when: "${attend} = 'go'"}
  - {id: needs, kind: choices, required: false, title: {ja: 用意してほしいもの, en: What should we bring?},
     options: [{name: radio, label: {ja: 無線機, en: radios}}, {name: vest, label: {ja: ベスト, en: vests}}, {name: tent, label: {ja: テント, en: tents}}]}
  - {id: note, kind: text, required: false, title: {ja: 連絡事項, en: Anything else?}}
results: live
"""
NAME = "bosai-kunren"
WIDTH = 100
SENT = Text(ja="受付番号", en="eceipt")


class Story:
    """`await Story(world, folder, lang, say).play()`; raises AssertionError where an outcome is not as it should be."""

    def __init__(self, world: World, folder: Path, lang: Lang, say: Callable[[str], None]) -> None:
        self.world, self.folder, self.lang, self.tell = world, folder, lang, say
        self.people: dict[str, Person] = {}
        self.room = next(iter(world.rooms.values()))
        self.bot = world.bot("tsukuba")
        self.direct: dict[str, str] = {}
        self.kept: list[str] = []

    async def play(self) -> None:
        began = time.monotonic()
        async with AsyncExitStack() as stack:
            await self._log_in(stack)
            await self._publish()
            await self._answers()
            await self._remind_and_close()
            await self._digest()
            self._check_databases()
        self.tell("")
        self._head(Text(ja=f"おしまい（{time.monotonic() - began:.0f} 秒）。確かめたこと:",
                        en=f"The end ({time.monotonic() - began:.0f} s). Checked:"))  # fmt: skip
        for kept in self.kept:
            self.tell(f"  ✓ {kept}")

    # -- saying and hearing ------------------------------------------------------------------------------------------

    def _head(self, text: Text) -> None:
        self.tell(f"\n—— {text[self.lang]} ——")

    def _name(self, key: str) -> str:
        account = self.world.accounts[key]
        town = next(t.name for t in self.world.towns if t.key == account.character.town)
        return f"{town} {account.character.name.partition('（')[0]}"

    def _line(self, who: str, place: str, words: str) -> None:
        first, *rest = words.strip().split("\n")
        head = f"{time.strftime('%H:%M:%S')} {who}{place}: "
        self.tell(head + first[:WIDTH])
        for more in rest[:18]:
            self.tell("    | " + more[:WIDTH])
        if len(rest) > 18:
            self.tell(f"    | …（{len(rest) - 18}行）")

    async def _say(self, key: str, ja: str, en: str | None = None, *, room: str | None = None) -> str:
        words = ja if self.lang == "ja" or en is None else en
        place = room or self.direct[key]
        self._line(self._name(key), " #行政DX" if room else "", words)
        return await self.people[key].say(place, words)

    async def _hears(self, key: str, what: str | Callable[[Heard], bool], *, room: str | None = None,
                     patience: float = 40) -> Heard:  # fmt: skip
        heard = await self.people[key].hears(room or self.direct[key], what, timeout=patience)
        self._line("回覧ボット", " #行政DX" if room else f" → {self._name(key)}", heard.body)
        return heard

    async def _answer(self, key: str, *turns: tuple[str, str | None, str, str | None]) -> None:
        """Each turn: what is said (ja, en), what must be heard (ja, en)."""
        for said_ja, said_en, heard_ja, heard_en in turns:
            await self._say(key, said_ja, said_en)
            await self._hears(key, heard_ja if self.lang == "ja" or heard_en is None else heard_en)

    def _keep(self, right: bool, ja: str, en: str) -> None:  # noqa: FBT001 - the one fact that is checked
        words = ja if self.lang == "ja" else en
        assert right, words
        self.kept.append(words)

    # -- the acts ----------------------------------------------------------------------------------------------------

    async def _log_in(self, stack: AsyncExitStack) -> None:
        for key, account in self.world.accounts.items():
            person = Person(account.client_url, account.user_id, account.password, self.folder / "clients" / key)
            self.people[key] = person
        await asyncio.gather(*(stack.enter_async_context(p) for p in self.people.values()))

    async def _publish(self) -> None:
        self._head(Text(ja="佐藤さんがフォームを読み込み、部屋の全員に配ります", en="Sato loads a form and puts it to the room"))
        await self._say("sato", f"!form load\n{FORM}", room=self.room)
        await self._hears("sato", NAME, room=self.room)
        self.deadline = time.monotonic() + 120
        await self._say("sato", f"!form publish {NAME} by 2分後 remind 1分後",
                        f"!form publish {NAME} by in 2 minutes remind in 1 minute", room=self.room)  # fmt: skip
        await self._hears("sato", lambda h: NAME in h.body and "8" in h.body, room=self.room)
        await asyncio.gather(*(self._meet(key) for key in self.people))
        self._keep(len(set(self.direct.values())) == len(self.people),
                   "8人それぞれに、暗号化された個別の部屋が開いた", "each of 8 people has an encrypted direct room")  # fmt: skip

    async def _meet(self, key: str) -> None:
        person = self.people[key]
        self.direct[key] = await self._direct_room(person)
        await person.hears(self.direct[key], "1", timeout=60)
        assert person.client.rooms[self.direct[key]].encrypted, "the direct room must be encrypted"

    async def _direct_room(self, person: Person) -> str:
        """The room named after Kairan: a steward may also be alone with the bot in the stewards' room."""
        for _ in range(120):
            room = await person.direct_room_with(self.bot, timeout=60)
            if "回覧" in (person.client.rooms[room].name or ""):
                return room
            await asyncio.sleep(0.5)
        raise AssertionError(f"{person.name} has no direct room with the bot")

    async def _answers(self) -> None:
        self._head(Text(ja="田中さんは打ちまちがえ、鈴木さんは戻って直し、中村さんは途中で止めます",
                        en="Tanaka mistypes, Suzuki goes back, Nakamura stops half-way"))  # fmt: skip
        await asyncio.gather(self._tanaka(), self._suzuki(), self._nakamura(), self._plain("ogawa", "2"),
                             self._plain("takahashi", "1"), self._plain("yamada", "2"), self._sato())  # fmt: skip
        self._head(Text(ja="中村さんが戻ってきて続きを答えます", en="Nakamura comes back"))
        await self._answer("nakamura", ("再開", "resume", "(3/", None), ("12月8日と思いますが未定", "perhaps", "日", "date"),
                           ("2026-12-08", None, "(4/", None), ("スキップ", "skip", "(5/", None), ("スキップ", "skip", "送信", "send"),
                           ("送信", "send", SENT.ja, SENT.en))  # fmt: skip
        await self._hears("sato", lambda h: "7/8" in h.body, room=self.room, patience=30)
        self._keep(True, "部屋の集計が、回答のたびに書き換わった（7/8）", "the summary in the room followed the answers (7/8)")

    async def _tanaka(self) -> None:
        await self._answer("tanaka", ("参加する", "taking part", "(2/", None), ("たくさん", "lots", "数字", "number"),
                           ("３人", "3", "(3/", None), ("令和8年12月7日", "2026-12-07", "(4/", None),
                           ("1、3", "1, 3", "(5/", None), ("スキップ", "skip", "送信", "send"), ("送信", "send", SENT.ja, SENT.en))  # fmt: skip

    async def _suzuki(self) -> None:
        await self._answer("suzuki", ("1", None, "(2/", None), ("20", None, "(3/", None), ("戻る", "back", "20", None),
                           ("2", None, "(3/", None), ("R8.12.7", "2026-12-07", "(4/", None), ("スキップ", "skip", "(5/", None),
                           ("駐車場をお願いします", "parking please", "送信", "send"), ("修正 4", "change 4", "(4/", None),
                           ("ベスト", "vests", "送信", "send"), ("送信", "send", SENT.ja, SENT.en))  # fmt: skip

    async def _nakamura(self) -> None:
        await self._answer("nakamura", ("1", None, "(2/", None), ("4", None, "(3/", None), ("保存", "save", "再開", "resume"))

    async def _plain(self, key: str, choice: str) -> None:
        turns = [(choice, None, "(2/", None)]
        if choice == "1":
            turns += [("5", None, "(3/", None), ("2026-12-07", None, "(4/", None)]
            turns += [("スキップ", "skip", "(5/", None)]
        else:
            turns += [("スキップ", "skip", "(3/", None)]
        turns += [("スキップ", "skip", "送信", "send"), ("送信", "send", SENT.ja, SENT.en)]
        await self._answer(key, *turns)

    async def _sato(self) -> None:
        """By reaction, as on a telephone."""
        person, room = self.people["sato"], self.direct["sato"]
        question = person.timeline(room)[-1]
        self._line(self._name("sato"), "", "2️⃣ (reaction)")
        await person.react(room, question.event_id, "2\ufe0f\u20e3")
        await self._hears("sato", "(2/")
        await self._answer("sato", ("スキップ", "skip", "(3/", None), ("スキップ", "skip", "送信", "send"), ("送信", "send", SENT.ja, SENT.en))

    async def _remind_and_close(self) -> None:
        self._head(Text(ja="まだ答えていない渡邉さんにだけ、お知らせが届きます", en="Only Watanabe, who has not answered, is reminded"))
        for key in self.people:
            self.people[key].skip(self.direct[key])
        calls = [k for k in self.people if await self._reminded(k, 75 if k == "watanabe" else 1)]
        self._keep(calls == ["watanabe"], "お知らせは答えていない人だけに届いた", "the reminder reached only the one who had not answered")
        self._head(Text(ja="締切になり、結果が部屋に出ます", en="The deadline passes; the result stands in the room"))
        left = max(5.0, self.deadline - time.monotonic() + 30)
        final = await self._hears("sato", lambda h: h.html.count("<table") > 0 and h.edits == 0 and "7/8" in h.body,
                                  room=self.room, patience=left)  # fmt: skip
        self.final = final.body
        picture = await self._hears("sato", lambda h: h.msgtype == "m.image", room=self.room)
        png = await self.people["sato"].fetch(picture)
        self._keep(png.startswith(b"\x89PNG") and len(png) > 5000, "結果のグラフ（PNG）が部屋に出た", "a chart stands in the room")
        file = await self._hears("sato", lambda h: h.msgtype == "m.file")
        self.csv = await self.people["sato"].fetch(file)
        rows = list(csv.reader(io.StringIO(self.csv.decode("utf-8-sig"))))
        self._keep(len(rows) == 8 and self.csv.startswith(b"\xef\xbb\xbf"), "CSV（7件）が編集者の個別の部屋に届いた",
                   "the editor received a CSV of 7 answers")  # fmt: skip

    async def _reminded(self, key: str, patience: float) -> bool:
        me = self.world.accounts[key].user_id
        try:
            await self._hears(key, lambda h: me in (h.content.get("m.mentions") or {}).get("user_ids", []),
                              patience=patience)  # fmt: skip
        except AssertionError:
            return False
        return True

    async def _digest(self) -> None:
        self._head(Text(ja="部屋のまとめ", en="The room's digest"))
        await self._say("sato", "!digest every 平日 at 9:00", "!digest every weekdays at 9:00", room=self.room)
        await self._hears("sato", "9:00", room=self.room)
        await self._say("sato", "!digest now", room=self.room)
        await self._hears("sato", "7/8", room=self.room)
        self._keep(True, "まとめが届いた", "the digest arrived")

    # -- the databases -----------------------------------------------------------------------------------------------

    def _check_databases(self) -> None:
        asked, sent = self._query("tsukuba", "select (select count(*) from asked), (select count(*) from response where sent is not null)")[0]
        self._keep((asked, sent) == (8, 7), "データベースの数も 配布8・回答7", "the database says 8 asked, 7 answered too")
        fired = self._query("tsukuba", "select count(*) from reminder where state = 'fired'")[0][0]
        self._keep(fired == 1, "お知らせの行は1回だけ実行された", "the reminder fired once")
        others = [self._query(t, "select count(*) from response")[0][0] for t in ("nakatsu", "tama")]
        self._keep(others == [0, 0], "ほかの自治体のデータベースに回答はない", "no other municipality's database holds an answer")
        left = self._query("tsukuba", "select count(*) from outbox where state = 'ready'")[0][0]
        self._keep(left == 0, "送り残しはない", "nothing is left unsent")

    def _query(self, town: str, statement: str) -> list[tuple]:
        path = self.world.kairans[town].folder / "kairan.db"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            return database.execute(statement).fetchall()
