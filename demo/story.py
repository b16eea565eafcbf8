"""The main job as a story: people with real clients, and every outcome checked against rooms and databases."""

import asyncio
import csv
import io
import sqlite3
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from demo.person import Person
from demo.telling import Telling
from demo.timeline import Heard
from demo.world import World
from demo.writing import MOST, title, writes
from forms.text import Lang, Text
from forms.writing.naming import name_of

REMINDER, DEADLINE = 60, 120
"""Seconds after publishing."""
NO_TIME_LEFT = 40

T = Text
SENT = T(ja="受付番号", en="eceipt")
SKIP, SEND = T(ja="スキップ", en="skip"), T(ja="送信", en="send")
CHECK = SEND
"""What is heard when the answers are shown for checking: it tells how to send them."""


class Story:
    """`await Story(world, folder, lang, say).play()`; raises AssertionError where an outcome is not as it should be."""

    def __init__(self, world: World, folder: Path, lang: Lang, say: Callable[[str], None]) -> None:
        self.world, self.folder, self.lang = world, folder, lang
        self.told = Telling(world, lang, say)
        self.people, self.direct = self.told.people, self.told.direct
        self.says, self.hears, self.talks = self.told.says, self.told.hears, self.told.talks
        self.bot = world.bot("tsukuba")
        self.kept: list[Text] = []

    async def play(self) -> None:
        began = time.monotonic()
        async with AsyncExitStack() as stack:
            await self._log_in(stack)
            await self._publish()
            await self._answers()
            await self._remind()
            await self._close()
            await self._digest()
            await asyncio.sleep(1)
            self._check_databases()
        seconds = round(time.monotonic() - began)
        self.told.head(T(ja=f"おしまい（{seconds}秒）。確かめたこと", en=f"The end ({seconds} s). What was checked"))
        for kept in self.kept:
            self.told.print(f"  ✓ {kept[self.lang]}")

    def _keep(self, right: bool, ja: str, en: str) -> None:  # noqa: FBT001 - the one fact that is checked
        text = T(ja=ja, en=en)
        assert right, T(ja=f"できていません: {ja}", en=f"not so: {en}")[self.lang]
        self.kept.append(text)

    # -- the acts ----------------------------------------------------------------------------------------------------

    async def _log_in(self, stack: AsyncExitStack) -> None:
        for key, account in self.world.accounts.items():
            person = Person(account.client_url, account.user_id, account.password, self.folder / "clients" / key)
            self.people[key] = person
        await asyncio.gather(*(stack.enter_async_context(p) for p in self.people.values()))
        for person in self.people.values():
            for room in person.client.rooms:
                person.skip(room)  # what was said when these folders were used before

    async def _publish(self) -> None:
        self.told.head(
            T(
                ja="佐藤さんが、ボットと話しながらフォームを作り、部屋の全員に配ります",
                en="Sato writes a form by talking with the bot, and puts it to everybody in the room",
            )
        )
        sato = self.people["sato"]
        self.direct["sato"] = await self._own_room(sato)
        about = title(self._count("tsukuba", "manuscript"))
        self.name = name_of(about[self.lang])
        took = await writes(self.told, "sato", about)
        self.published = time.monotonic()
        self._keep(0 < took <= MOST, f"フォームは話しながら{MOST}通以内で作られた",
                   f"the form was written by talking, in {MOST} messages at most")  # fmt: skip
        await self.hears("sato", lambda h: about[self.lang] in h.body and "0/8" in h.body, in_room=True)
        await asyncio.gather(*(self._meet(key) for key in self.people))
        self._keep(len(set(self.direct.values())) == len(self.people),
                   "8人それぞれに、自分のサーバーで、暗号化された個別の部屋が開いた",
                   "each of the 8 has an encrypted direct room, on their own server")  # fmt: skip
        shown = self.people["tanaka"].timeline(self.direct["tanaka"])[-1]
        self.told.line(T(ja="回覧ボット", en="Kairan")[self.lang], f" → {self.told.name('tanaka')} 🔒", shown.body)

    async def _own_room(self, person: Person) -> str:
        """As a client's "new message" does; from the second time on the room is there already."""
        known = [r for r in person.client.rooms if self._is_own_room(person, r)]
        room = known[-1] if known else await person.direct_room(self.bot)
        for _ in range(120):
            if self.bot in person.client.rooms[room].users:
                return room
            await asyncio.sleep(0.5)
        raise AssertionError(f"the bot did not come to {person.name}")

    def _is_own_room(self, person: Person, room: str) -> bool:
        there = person.client.rooms[room]
        return {*there.users, *there.invited_users} == {person.user_id, self.bot} and there.encrypted

    async def _meet(self, key: str) -> None:
        person = self.people[key]
        if key not in self.direct:
            self.direct[key] = await self._direct_room(person)
        await person.hears(self.direct[key], "(1/", timeout=60)
        assert person.client.rooms[self.direct[key]].encrypted, "the direct room must be encrypted"

    async def _direct_room(self, person: Person) -> str:
        """The room named after Kairan: a steward may also be alone with the bot in the stewards' room."""
        for _ in range(120):
            room = await person.direct_room_with(self.bot, timeout=60)
            if "Kairan" in (person.client.rooms[room].name or ""):
                return room
            await asyncio.sleep(0.5)
        raise AssertionError(f"{person.name} has no direct room with the bot")

    async def _answers(self) -> None:
        self.told.head(T(ja="田中さんは打ちまちがえます", en="Tanaka mistypes"))
        await self.talks("tanaka", (T(ja="参加する", en="taking part"), "(2/"),
                         (T(ja="たくさん", en="lots"), T(ja="数字", en="number")), (T(ja="３人", en="3"), "(3/"),
                         (T(ja="令和8年12月7日", en="2026-12-07"), "(4/"), (T(ja="1、3", en="1, 3"), "(5/"),
                         (SKIP, CHECK), (SEND, SENT))  # fmt: skip
        await self._summary("1/8")
        self._in_time()
        self.told.head(
            T(
                ja="鈴木さんは戻って直し、送る前にもう一度直します",
                en="Suzuki goes back, and corrects again before sending",
            )
        )
        await self.talks("suzuki", ("1", "(2/"), ("20", "(3/"), (T(ja="戻る", en="back"), "20"), ("2", "(3/"),
                         (T(ja="R8.12.7", en="2026-12-07"), "(4/"), (SKIP, "(5/"),
                         (T(ja="駐車場をお願いします", en="parking please"), CHECK),
                         (T(ja="修正 4", en="change 4"), "(4/"), (T(ja="ベスト", en="vests"), CHECK),
                         (SEND, SENT))  # fmt: skip
        self._in_time()
        self.told.head(
            T(
                ja="中津市の中村さんは途中で止め、そのあいだにほかの人が答えます",
                en="Nakamura stops half-way; meanwhile the others answer",
            )
        )
        await self.talks("nakamura", ("1", "(2/"), ("4", "(3/"), (T(ja="保存", en="save"), T(ja="再開", en="resume")))
        await asyncio.gather(
            self._plain("ogawa", "2"), self._plain("takahashi", "1"), self._plain("yamada", "2"), self._sato()
        )
        self._in_time()
        self.told.head(T(ja="中村さんが戻ってきて、続きを答えます", en="Nakamura comes back and goes on"))
        await self.talks("nakamura", (T(ja="再開", en="resume"), "(3/"),
                         (T(ja="未定です", en="perhaps"), T(ja="読み取れません", en="could not read")),
                         ("2026-12-08", "(4/"), (SKIP, "(5/"), (SKIP, CHECK), (SEND, SENT))  # fmt: skip
        await self._summary("7/8")
        self._keep(
            right=True,
            ja="部屋の集計が、回答のたびに書き換わった（7/8）",
            en="the summary in the room followed the answers (7/8)",
        )

    def _in_time(self) -> None:
        """On a slow machine nobody lingers: who has not answered when the reminder is due would be reminded too."""
        self.told.hurry = time.monotonic() - self.published > NO_TIME_LEFT

    async def _summary(self, answered: str) -> None:
        await self.hears("sato", lambda h: f"{answered}" in h.body and h.edits > 0, in_room=True, most=8)

    async def _plain(self, key: str, choice: str) -> None:
        turns = {
            "1": [("1", "(2/"), ("5", "(3/"), ("2026-12-07", "(4/"), (SKIP, "(5/")],
            "2": [("2", "(2/"), (SKIP, "(3/")],
        }
        await self.talks(key, *turns[choice], (SKIP, CHECK), (SEND, SENT), brief=True)

    async def _sato(self) -> None:
        """By reaction, as on a telephone."""
        person, room = self.people["sato"], self.direct["sato"]
        question = person.timeline(room)[-1]
        self.told.line(self.told.name("sato"), "", T(ja="2️⃣（リアクション）", en="2️⃣ (reaction)")[self.lang])
        await person.react(room, question.event_id, "2\ufe0f\u20e3")
        await self.hears("sato", "(2/", most=1)
        await self.talks("sato", (SKIP, "(3/"), (SKIP, CHECK), (SEND, SENT), brief=True)

    async def _remind(self) -> None:
        self.told.hurry = False
        self.told.head(
            T(
                ja="まだ答えていない渡邉さんにだけ、お知らせが届きます",
                en="Only Watanabe, who has not answered, is reminded",
            )
        )
        for key in self.people:
            self.people[key].skip(self.direct[key])
        self._wait_for(REMINDER, T(ja="お知らせまで{seconds}秒", en="{seconds} s until the reminder"))
        called = ["watanabe"] if await self._reminded("watanabe", REMINDER + 20) else []
        await asyncio.sleep(2)  # what went to others by mistake would have come by now
        called += [k for k in self.people if k != "watanabe" and await self._reminded(k, 0)]
        self._keep(
            called == ["watanabe"],
            "お知らせは答えていない人だけに届いた",
            "the reminder reached only the one who had not answered",
        )

    def _wait_for(self, moment: int, text: Text) -> None:
        left = round(self.published + moment - time.monotonic())
        if left > 1:
            self.told.print(
                f"         （{text.fill(seconds=left)[self.lang]}）"
                if self.lang == "ja"
                else f"         ({text.fill(seconds=left)[self.lang]})"
            )

    async def _reminded(self, key: str, patience: float) -> bool:
        me = self.world.accounts[key].user_id
        try:
            await self.hears(
                key, lambda h: me in (h.content.get("m.mentions") or {}).get("user_ids", []), patience=patience
            )
        except AssertionError:
            return False
        return True

    async def _close(self) -> None:
        self.told.head(
            T(
                ja="佐藤さんがようすを見ます。締切になると、結果が部屋に出ます",
                en="Sato looks how it stands; at the deadline the result stands in the room",
            )
        )
        await self.says("sato", f"!form status {self.name}")
        await self.hears("sato", T(ja="8人のうち7人", en="7 of 8"))
        self._wait_for(DEADLINE, T(ja="締切まで{seconds}秒", en="{seconds} s until the deadline"))
        left = max(5.0, self.published + DEADLINE - time.monotonic() + 30)
        await self.hears("sato", self._is_result, in_room=True, patience=left, most=24)
        picture = await self.hears("sato", lambda h: h.msgtype == "m.image", in_room=True, most=2)
        self.chart = png = await self.people["sato"].fetch(picture)
        self._keep(
            png.startswith(b"\x89PNG") and len(png) > 5000,
            "結果のグラフ（PNG）が部屋に出た",
            "a chart stands in the room",
        )
        file = await self.hears("sato", lambda h: h.msgtype == "m.file")
        written = await self.people["sato"].fetch(file)
        rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
        self._keep(len(rows) == 8 and written.startswith(b"\xef\xbb\xbf"), "CSV（7件）が編集者の個別の部屋に届いた",
                   "the editor received a CSV of 7 answers")  # fmt: skip

    @staticmethod
    def _is_result(heard: Heard) -> bool:
        return heard.html.count("<table") > 0 and heard.edits == 0 and "7/8" in heard.body

    async def _digest(self) -> None:
        self.told.head(T(ja="部屋のまとめ", en="The room's digest"))
        await self.says("sato", T(ja="!digest every 平日 at 9:00", en="!digest every weekdays at 9:00"), in_room=True)
        await self.hears("sato", "9:00", in_room=True)
        await self.says("sato", "!digest now", in_room=True)
        await self.hears("sato", T(ja="7/8", en="7 of 8"), in_room=True)
        self._keep(right=True, ja="まとめが届いた", en="the digest arrived")

    # -- the databases -----------------------------------------------------------------------------------------------

    def _check_databases(self) -> None:
        newest = "(select id from publication order by published_at desc limit 1)"
        asked = self._count("tsukuba", f"asked where publication = {newest}")
        sent = self._count("tsukuba", f"response where publication = {newest} and sent is not null")
        self._keep(
            (asked, sent) == (8, 7), "データベースの数も 配布8・回答7", "the database says 8 asked, 7 answered, too"
        )
        fired = self._count("tsukuba", f"reminder where publication = {newest} and state = 'fired'")
        self._keep(fired == 1, "お知らせは1回だけ実行された", "the reminder fired once")
        others = [self._count(town, "response") for town in ("nakatsu", "tama")]
        self._keep(
            others == [0, 0],
            "ほかの自治体のデータベースに回答はない",
            "no other municipality's database holds an answer",
        )
        left = self._count("tsukuba", "outbox where state = 'ready'")
        self._keep(left == 0, "送り残しはない", "nothing is left unsent")

    def _count(self, town: str, what: str) -> int:
        path = self.world.kairans[town].folder / "kairan.db"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            return database.execute(f"select count(*) from {what}").fetchone()[0]
