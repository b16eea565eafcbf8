"""In order within a lane, parallel over lanes; one lane's trouble is its own; a stop waits for what is under way."""

import asyncio
import logging
import time
from collections import Counter, defaultdict

import pytest

from bridge.errors import RateLimited, Unreachable
from bridge.matrix.lanes import LONGEST, Lanes


class Work:
    """Lanes with numbered pieces; `trouble` is raised for a lane as often as it says."""

    def __init__(self, *, width=4, seconds=0.0):
        self.waiting = defaultdict(list)
        self.done, self.began = [], []
        self.trouble = {}
        self.seconds, self.inside, self.most = seconds, Counter(), 0
        self.lanes = Lanes("test", self.work, width=width)

    async def work(self, lane):
        self.began.append((lane, time.monotonic()))
        if self.trouble.get(lane):
            raise self.trouble[lane].pop()
        while self.waiting[lane]:
            self.inside[lane] += 1
            self.most = max(self.most, self.inside.total())
            assert self.inside[lane] == 1, "two at once in one lane"
            await asyncio.sleep(self.seconds)
            self.done.append((lane, self.waiting[lane].pop(0)))
            self.inside[lane] -= 1

    def give(self, lane, *pieces):
        self.waiting[lane] += pieces
        self.lanes.wake([lane])

    async def until(self, ready, seconds=5.0):
        async with asyncio.timeout(seconds):
            while not ready():  # noqa: ASYNC110 - what is waited for is not ours to signal
                await asyncio.sleep(0.005)

    def of(self, lane):
        return [piece for where, piece in self.done if where == lane]


def run(scene):
    return asyncio.run(scene())


def test_each_lane_is_in_order_and_the_lanes_run_side_by_side():
    async def scene():
        work = Work(seconds=0.002)
        for piece in range(20):
            for lane in "abc":
                work.give(lane, piece)
            await asyncio.sleep(0.001)
        await work.until(lambda: len(work.done) == 60)
        assert all(work.of(lane) == list(range(20)) for lane in "abc")
        assert work.most == 3

    run(scene)


def test_no_more_lanes_than_the_width_are_worked_on_at_once():
    async def scene():
        work = Work(width=2, seconds=0.01)
        for lane in "abcdef":
            work.give(lane, 1)
        await work.until(lambda: len(work.done) == 6)
        assert work.most == 2

    run(scene)


def test_what_comes_while_a_lane_is_busy_is_not_forgotten():
    async def scene():
        work = Work()
        looked = 0

        async def late(lane):
            nonlocal looked
            looked += 1
            if looked == 1:  # it has looked and found nothing; now something comes
                work.lanes.wake([lane])

        work.lanes._work = late
        work.lanes.wake(["a"])
        await work.until(lambda: looked == 2)
        await asyncio.sleep(0.02)
        assert (looked, work.lanes.busy) == (2, 0)

    run(scene)


@pytest.mark.parametrize("trouble", [Unreachable("away"), ZeroDivisionError("bug")])
def test_a_lane_in_trouble_is_tried_again_and_stops_no_other(trouble, monkeypatch):
    monkeypatch.setattr("bridge.matrix.lanes.FIRST", 0.01)

    async def scene():
        work = Work(width=1)
        work.trouble["a"] = [trouble, trouble]
        work.give("a", 1, 2)
        work.give("b", 1)
        await work.until(lambda: work.of("b") == [1])
        assert work.of("a") == []
        await work.until(lambda: work.of("a") == [1, 2])

    run(scene)


def test_pauses_grow_are_jittered_and_end_somewhere():
    lanes = Lanes("test", Work().work, width=1)
    pauses = [lanes._back_off("a", None) for _ in range(30)]
    assert 0.5 <= pauses[0] <= 1.0
    assert 1.0 <= pauses[1] <= 2.0
    assert all(LONGEST / 2 <= pause <= LONGEST for pause in pauses[8:])
    assert len(set(pauses[8:])) > 10


def test_the_pause_that_the_homeserver_asks_for_is_kept_whoever_wakes_the_lane():
    async def scene():
        work = Work()
        work.trouble["a"] = [RateLimited(0.3)]
        work.give("a", 1)
        for _ in range(10):
            await asyncio.sleep(0.01)
            work.lanes.wake(["a", "b"])
        assert len([lane for lane, _ in work.began if lane == "a"]) == 1
        assert len([lane for lane, _ in work.began if lane == "b"]) >= 5
        await work.until(lambda: work.of("a") == [1])
        first, second = (at for lane, at in work.began if lane == "a")
        assert 0.25 <= second - first < 1.0

    run(scene)


def test_an_outage_ends_as_soon_as_somebody_wakes_the_lane():
    async def scene():
        work = Work()
        work.trouble["a"] = [Unreachable("away")]
        work.give("a", 1)
        await work.until(lambda: not work.trouble["a"])
        await asyncio.sleep(0.01)
        work.lanes.wake(["a"])
        await work.until(lambda: work.of("a") == [1], seconds=0.2)

    run(scene)


def test_a_stop_waits_for_what_is_under_way_and_takes_nothing_new():
    async def scene():
        work = Work(seconds=0.05)
        work.give("a", 1)
        await asyncio.sleep(0.01)
        stopping = asyncio.create_task(work.lanes.drain())
        await asyncio.sleep(0)
        work.give("b", 1)
        assert await stopping
        assert work.done == [("a", 1)]
        assert work.lanes.busy == 0

    run(scene)


def test_what_does_not_end_in_time_is_broken_off():
    async def scene():
        work = Work(seconds=60)
        work.give("a", 1)
        await asyncio.sleep(0.01)
        assert not await work.lanes.drain(seconds=0.05)
        assert work.done == []

    run(scene)


def test_a_bug_is_logged_by_kind_and_place_never_by_its_words(caplog):
    async def scene():
        work = Work()
        work.trouble["!secret-room"] = [ValueError("答えは四十二")]
        work.give("!secret-room", 1)
        await work.until(lambda: caplog.records)
        await work.lanes.drain()

    with caplog.at_level(logging.DEBUG, logger="bridge"):
        run(scene)
    assert "ValueError at lanes.py" in caplog.text
    assert "四十二" not in caplog.text
    assert "Traceback" not in caplog.text
