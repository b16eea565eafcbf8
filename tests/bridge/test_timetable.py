"""What falls due happens once: after downtime, over steps of the clock, where clocks change, and not at night."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bridge.store.tables import reminder
from bridge.store.timetable import EDITS, PAUSE
from tests.bridge.test_runtime import FORM
from tests.town import ROOM, START, Town

pytestmark = pytest.mark.heavy

LATE = "遅れ"
PLEASE = "回答をお待ちしています"


@pytest.fixture
def town(database, tmp_path):
    town = Town(tmp_path, database=database)
    yield town
    town.close()


def publish(town, *, by="明日 17:00", remind="3時間前", form=FORM):
    town.say("hen", f"!form load\n{form}")
    town.say("hen", f"!form publish kyushoku by {by}" + (f" remind {remind}" if remind else ""), room=ROOM)
    town.read()


def due(town):
    return sorted(r.due for r in town.store.do(lambda c: c.execute(reminder.select()).all()) if r.state == "due")


def heard(town, now, words):
    town.tick(now)
    return sorted(lane for lane, text in town.read() if words in text)


TOMORROW = START + timedelta(days=1)
AT_14 = TOMORROW.replace(hour=14)


# -- reminders of forms ----------------------------------------------------------------------------------------------


def test_only_those_are_reminded_who_have_not_answered_and_want_to_be(town):
    publish(town)
    for words in ("1", "2", "なし", "送信"):
        town.say("sato", words)
    town.say("ono", "お知らせ停止")
    town.read()
    assert heard(town, AT_14 - timedelta(seconds=1), PLEASE) == []
    assert heard(town, AT_14, PLEASE) == ["!hen"]
    assert heard(town, AT_14 + timedelta(seconds=1), PLEASE) == []


def test_what_fell_due_while_down_is_told_once_and_says_that_it_is_late(town):
    publish(town, remind="5時間前、3時間前")
    town.restart()
    town.tick(AT_14 + timedelta(hours=2))
    late = [(lane, text) for lane, text in town.read() if PLEASE in text]
    assert sorted(lane for lane, _ in late) == sorted(["!hen", "!ono", "!sato"] * 2)
    assert all(LATE in text for _, text in late)
    town.restart()
    assert heard(town, AT_14 + timedelta(hours=2, minutes=1), PLEASE) == []


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_step_of_the_clock_reminds_once(town, step):
    publish(town)
    beats = [AT_14 - timedelta(minutes=30), AT_14, AT_14 + step, AT_14 + step + timedelta(seconds=1)]
    beats += [AT_14 + timedelta(minutes=n) for n in (0, 30, 61)]
    reminded = [lane for beat in beats for lane in heard(town, beat, PLEASE)]
    assert sorted(reminded) == ["!hen", "!ono", "!sato"]


def test_a_reminder_is_never_in_the_quiet_hours_unless_it_is_urgent(town):
    publish(town, by="明日 23:00", remind="2時間前")
    assert [d.astimezone(START.tzinfo).hour for d in due(town)] == [19]
    town.say("hen", "!form close kyushoku", room=ROOM)
    publish(town, by="明日 23:00", remind="2時間前", form=FORM + "urgent: true\n")
    assert TOMORROW.replace(hour=21) in due(town)


def test_what_is_late_waits_for_the_morning_unless_the_deadline_is_before(town):
    publish(town, by="11月26日 12:00", remind="20時間前")
    assert due(town) == [TOMORROW.replace(hour=16)]
    assert heard(town, TOMORROW.replace(hour=22), PLEASE) == []
    assert heard(town, TOMORROW.replace(hour=8) + timedelta(days=1), PLEASE) == ["!hen", "!ono", "!sato"]
    assert heard(town, TOMORROW.replace(hour=9) + timedelta(days=1), PLEASE) == []


def test_a_deadline_that_is_changed_takes_its_reminders_with_it(town):
    publish(town, remind="")
    assert due(town) == [AT_14]
    town.say("hen", "!form close kyushoku", room=ROOM)
    town.say("hen", "!form reopen kyushoku by 11月27日 17:00", room=ROOM)
    assert due(town) == [AT_14 + timedelta(days=2)]
    assert heard(town, AT_14, PLEASE) == []
    assert heard(town, AT_14 + timedelta(days=2), PLEASE) == ["!hen", "!ono", "!sato"]


def test_a_closed_form_reminds_nobody(town):
    publish(town)
    town.say("hen", "!form close kyushoku", room=ROOM)
    town.read()
    assert heard(town, AT_14, PLEASE) == []


# -- reminders of one's own, and where clocks change -----------------------------------------------------------------


def test_a_reminder_of_ones_own_is_told_once_late_or_not(town):
    town.say("sato", "!remind me 1時間後 会議の資料")
    town.say("sato", "!remind me 2時間後 電話")
    town.read()
    assert [t for _, t in town.read()] == []
    town.tick(START + timedelta(hours=1, minutes=1))
    assert [(lane, LATE in text) for lane, text in town.read()] == [("!sato", False)]
    town.restart()
    town.tick(START + timedelta(hours=9))
    assert [(lane, LATE in text) for lane, text in town.read()] == [("!sato", True)]
    assert heard(town, START + timedelta(days=9), "電話") == []


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("before", "said", "moment"),
    [
        (datetime(2027, 3, 27, 12, tzinfo=BERLIN), "明日 02:30", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (datetime(2027, 10, 30, 12, tzinfo=BERLIN), "明日 02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
    ids=["a gap", "a fold"],
)
def test_where_clocks_change_a_wall_time_comes_once(tmp_path, before, said, moment):
    town = Town(tmp_path, zone="Europe/Berlin")
    town.now = before
    town.say("sato", f"!remind me {said} 電話")
    town.read()
    assert due(town) == [moment]
    quarters = [moment + timedelta(minutes=15 * n) for n in range(-8, 12)]
    assert [beat for beat in quarters if heard(town, beat, "電話")] == [moment]
    town.close()


def test_a_digest_comes_once_on_working_days_however_the_clock_steps(town):
    publish(town, by="12月3日 17:00")
    town.say("hen", "!digest every 平日 at 9:00", room=ROOM)
    town.read()
    nine = TOMORROW.replace(hour=9)  # a Wednesday
    beats = [nine - timedelta(minutes=1), nine, nine - timedelta(hours=1), nine, nine + timedelta(hours=1)]
    assert [heard(town, beat, "まとめ") for beat in beats] == [[], [ROOM], [], [], []]
    town.restart()
    weekend = [heard(town, nine + timedelta(days=n), "まとめ") for n in range(1, 6)]
    assert weekend == [[ROOM], [ROOM], [], [], [ROOM]]


# -- the live message ------------------------------------------------------------------------------------------------


def shown(town, now):
    """(is it an edit, of which event) of what the live message does in the room at this moment."""
    town.tick(now)
    return [body.get("instead_of") for lane, body in town.send() if lane == ROOM]


def answer(town, number):
    town.say("sato", "修正 1")
    town.say("sato", str(1 + number % 2))
    town.say("sato", "送信")


def test_a_live_message_is_edited_at_most_20_times_and_then_written_anew(town):
    publish(town)
    town.tick()
    town.send()
    for words in ("1", "2", "なし", "送信"):
        town.say("sato", words)
    edits = []
    for number in range(EDITS + 4):
        answer(town, number)
        edits += shown(town, town.now + timedelta(seconds=10))
    assert None in edits
    assert len(edits[: edits.index(None)]) == EDITS
    assert edits.count(None) == 1
    assert len(set(edits[: edits.index(None)])) == 1
    assert edits[-1] not in edits[: edits.index(None)]


def test_a_room_sees_at_most_one_edit_in_two_seconds(town):
    publish(town)
    town.say("hen", "!form load\n" + FORM.replace("kyushoku", "second"))
    town.say("hen", "!form publish second by 明日 17:00", room=ROOM)
    town.send()
    beats = [town.now + timedelta(milliseconds=250 * n) for n in range(40)]
    town.store.do(lambda c: c.exec_driver_sql("UPDATE live SET stale = NOT stale WHERE NOT stale"))
    written = [beat for beat in beats if shown(town, beat)]
    assert len(written) >= 2
    assert all(later - earlier >= PAUSE for earlier, later in pairwise(written))
