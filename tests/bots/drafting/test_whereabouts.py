"""A room and a deadline in one breath."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bots.call import Call
from bots.events import EventId, RoomId, UserId
from bots.roles import Role
from bots.whereabouts import Whereabouts, where_and_when
from forms.mistake import Mistake

JAPAN = ZoneInfo("Asia/Tokyo")
CALL = Call(
    event=EventId("$1"), who=UserId("@a:x"), role=Role.EDITOR, lang="ja", room=RoomId("!r"), direct=True,
    at=datetime(2026, 11, 24, 1, 0, tzinfo=UTC), zone=JAPAN,
)  # fmt: skip
TOMORROW = datetime(2026, 11, 25, 17, 0, tzinfo=JAPAN)


@pytest.mark.parametrize(("said", "room", "by"), [
    ("行政DX 明日 17:00", "行政DX", TOMORROW),
    ("行政DXに明日17時まで", "行政DX", TOMORROW),
    ("「行政DX」、明日 17:00", "行政DX", TOMORROW),
    ("行政DX by tomorrow 17:00", "行政DX", TOMORROW),
    ("to 行政DX by tomorrow 5pm", "行政DX", TOMORROW),
    ("宛先 行政DX 締切 明日 17:00", "行政DX", TOMORROW),
    ("避難所 連絡室 12月1日", "避難所 連絡室", datetime(2026, 12, 1, 23, 59, tzinfo=JAPAN)),
    ("明日 17:00", None, TOMORROW),
    ("行政DX", "行政DX", None),
    ("#dx:tsukuba 明日 17:00", "#dx:tsukuba", TOMORROW),
    ("", None, None),
])  # fmt: skip
def test_both_are_found(said, room, by):
    assert where_and_when(said, CALL) == Whereabouts(room, by)


@pytest.mark.parametrize("said", ["行政DX 締切なし", "行政DX なし", "行政DX no deadline", "行政DX、期限なし"])
def test_no_deadline_may_be_said(said):
    assert where_and_when(said, CALL) == Whereabouts("行政DX", None, endless=True)


@pytest.mark.parametrize(("said", "by"), [
    ("行政DX 明日 17:00 催促 1時間前", TOMORROW),
    ("to 行政DX by tomorrow 17:00 remind 1h", TOMORROW),
    ("行政DX 催促 1時間前", None),
])  # fmt: skip
def test_a_reminder_may_be_said(said, by):
    assert where_and_when(said, CALL) == Whereabouts("行政DX", by, remind=(timedelta(hours=1),))


@pytest.mark.parametrize("said", ["行政DX 昨日 17:00", "行政DX 明日 5時"])
def test_a_moment_that_cannot_be_is_said(said):
    with pytest.raises(Mistake):
        where_and_when(said, CALL)
