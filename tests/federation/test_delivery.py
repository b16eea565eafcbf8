"""What a real Kairan sends through a real homeserver: all of it, once, in order, whoever is killed meanwhile."""

import asyncio
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.federation.kairan import eventually, sealed_person

pytestmark = pytest.mark.lab

ROOT = Path(__file__).parents[2]


def test_nothing_is_lost_or_said_twice_when_bot_and_homeserver_are_killed():
    """In plain and in encrypted rooms, each beside a homeserver of its own, both at once to save time."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.delivery", *how.split()],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for how in ("--events 60 --kills 3", "--encrypted --events 40 --kills 2")
    ]  # fmt: skip
    try:
        for run, events in zip(runs, (60, 40), strict=True):
            told = run.communicate()[0]
            assert run.returncode == 0, told
            assert told.splitlines()[-1] == f"lost 0 twice 0 of {events}"
    finally:
        for run in runs:
            run.kill()


def test_what_falls_due_while_the_homeserver_is_away_is_delivered_once_and_in_order_when_it_is_back(kairan):
    async def story():
        sato = await kairan.person()
        room = await kairan.room(sato)
        words = [f"締切{n}" for n in range(3)]
        for word in words:
            await kairan.chief.asks(room, f"!remind room 3日後 {word}", "お知らせします")
        now = time.time()
        for n, word in enumerate(words):
            kairan.ask("update reminder set due = ? where text = ?", int((now + 1 + n) * 1e6), word)
        await kairan.homeserver.kill()
        await asyncio.sleep(10)
        assert kairan.ask("select count(*) from outbox where lane = ? and state = 'ready'", room) == [(3,)]
        await kairan.homeserver.start()
        await sato.hears(room, words[-1], seconds=30)
        said = [e["content"]["body"] for e in await sato.bot_said(room)]
        assert [body for body in said if body.startswith("お知らせ: ")] == [f"お知らせ: {word}" for word in words]

    asyncio.run(story())


def test_a_letter_older_than_the_homeserver_s_memory_is_looked_for_before_it_is_sent(kairan, tmp_path):
    """It was sent, the bot died before noting it, and a day later the homeserver has forgotten its transaction."""

    async def story():
        sato = await kairan.person()
        plain = await sato.direct(kairan.bot)
        async with sealed_person(kairan.homeserver, tmp_path) as suzuki:
            secret = await suzuki.direct_room(kairan.bot)
            kept = {}
            for room, speak, hear in ((plain, sato.say, sato.hears), (secret, suzuki.say, suzuki.hears)):
                await eventually(kairan.is_in, room)
                await speak(room, "!form list")
                await hear(room, "フォーム")
                kept[room] = await noted(kairan, room)
            kairan.end(signal.SIGKILL)
            await kairan.homeserver.stop()
            forget_transactions(kairan.homeserver)
            body = '{"kind": "say", "text": "いま表示できるフォームはありません。"}'
            yesterday = int((time.time() - 25 * 3600) * 1e6)
            for room in kept:
                kairan.ask("update outbox set state = 'ready', event_id = null, body = ?, created = ? where lane = ?",
                           body, yesterday, room)  # fmt: skip
            await kairan.homeserver.start()
            await kairan.start()
            for room, before in kept.items():
                assert await noted(kairan, room) == before
            assert len(await sato.bot_said(plain)) == 1
            assert len([h for h in suzuki.timeline(secret) if h.sender == kairan.bot]) == 1

    asyncio.run(story())


async def noted(kairan, room):
    """The one letter to this room, once it is sent: its row and event."""

    async def sent():
        return kairan.ask("select seq, event_id from outbox where lane = ? and state = 'sent'", room)

    return await eventually(sent)


def forget_transactions(homeserver):
    with sqlite3.connect(homeserver.folder / "homeserver.db") as database:
        assert database.execute("delete from event_txn_id_device_id").rowcount > 0


def test_the_bot_drains_within_ten_seconds_and_shows_how_it_is(kairan):
    async def story():
        people = [await kairan.person() for _ in range(4)]
        rooms = [await p.direct(kairan.bot) for p in people]
        status, figures = await kairan.face("/metrics")
        assert status == 200
        assert re.search(r"^kairan_events_handled [0-9.]+$", figures, re.MULTILINE)
        assert re.search(r"^kairan_bugs 0.0$", figures, re.MULTILINE)
        for secret in (kairan.homeserver.as_token, *rooms, *(p.user_id for p in people)):
            assert secret not in figures
        # Not alike: the same words at the same millisecond would be one and the same event.
        words = ["!form help " + " " * n for n in range(5)]
        await asyncio.gather(*(p.say(r, w) for p, r in zip(people, rooms, strict=True) for w in words))
        assert kairan.end() < 10
        assert (await kairan.face("/healthz"))[0] is None
        await kairan.start()
        for person, room in zip(people, rooms, strict=True):

            async def all_answered(person=person, room=room):
                return len(await person.bot_said(room)) >= 5

            await eventually(all_answered)
        await asyncio.sleep(0.5)
        assert [len(await p.bot_said(r)) for p, r in zip(people, rooms, strict=True)] == [5] * 4

    asyncio.run(story())
