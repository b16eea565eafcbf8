"""Anonymous forms on a real homeserver: keys are kept there, outlive a kill, and are gone once they have served."""

import asyncio
import re
import signal
from contextlib import AsyncExitStack
from urllib.parse import quote

import pytest

from tests.federation.kairan import eventually, sealed_person
from tests.person import Person

pytestmark = pytest.mark.lab

FORM = """
name: {name}
title: 困りごと
privacy: anonymous
questions:
  - {{id: trouble, kind: yesno, title: 困っていますか}}
  - {{id: what, kind: text, title: 困りごとの内容, required: false}}
"""


async def notes(kairan, form):
    """Key name → whether there is a key, of all that was ever sealed for this form."""
    token = re.search(r"as_token: *\"?([^\"\n]+)", (kairan.folder / "registration.yaml").read_text("utf-8"))[1]
    bot = Person(kairan.homeserver, kairan.bot, token)
    names = [f"draft.{row[0]}" for row in kairan.ask("select id from response where form = ?", form)]
    names += [f"urn.{row[0]}" for row in kairan.ask("select id from publication where form = ?", form)]
    found = {}
    for name in names:
        path = f"/user/{quote(kairan.bot)}/account_data/jp.kairan.key.{name}"
        status, note = await bot.ask("GET", path, user_id=kairan.bot)
        found[name] = status == 200 and "key" in note
    return found


def test_five_people_answer_through_a_kill_and_only_the_sum_is_left(kairan, tmp_path):
    async def story():
        async with AsyncExitStack() as stack:
            people = [
                await stack.enter_async_context(sealed_person(kairan.homeserver, tmp_path)) for _ in range(5)
            ]  # fmt: skip
            room = await kairan.room(*people)
            name = await kairan.publish(room, form=FORM)
            direct = [await person.direct_room_with(kairan.bot) for person in people]
            for person, where in zip(people, direct, strict=True):
                await person.hears(where, "困っていますか")
                await person.say(where, "はい")
                await person.hears(where, "困りごとの内容")
            kairan.end(signal.SIGKILL)
            await kairan.start()
            for person, where in zip(people, direct, strict=True):
                await person.say(where, "planted-words")
                await person.hears(where, "planted-words")
            kept = await notes(kairan, name)
            assert sorted(kept.values()) == [True] * 6
            assert b"planted-words" not in b"".join(p.read_bytes() for p in kairan.folder.glob("kairan.db*"))
            for person, where in zip(people, direct, strict=True):
                await person.say(where, "送信")
                await person.hears(where, "鍵は捨てました")

            async def drafts_burnt():
                return [key for key, there in (await notes(kairan, name)).items() if there] == [
                    key for key in kept if key.startswith("urn.")
                ]

            await eventually(drafts_burnt)
            await kairan.chief.say(room, f"!form close {name}")
            await kairan.chief.hears(room, "最終結果")

            async def all_burnt():
                return not any((await notes(kairan, name)).values())

            await eventually(all_burnt)
            assert kairan.ask("select count(*) from ballot")[0][0] == 5
            assert kairan.ask("select count(*) from envelope")[0][0] == 0
            assert kairan.bugs() == []

    asyncio.run(story())
