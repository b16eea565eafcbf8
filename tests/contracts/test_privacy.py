"""What people write stays where it belongs: in no log line, error or metric, and answers in one table alone."""

import asyncio
import logging
import traceback
import urllib.request
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from bots.all import BOTS
from bots.bot import Bot
from bots.command import listener
from bots.events import Said
from bridge.config import Config, FederationSection, HomeserverSection, KairanSection, PeopleSection, RoomsSection
from bridge.matrix.lanes import Lanes
from bridge.store import inbox, outbox, rooms
from bridge.store.tables import metadata
from bridge.web import Face
from forms.text import same
from tests.town import ROOM, Town

pytestmark = pytest.mark.heavy

ANSWER, OTHER_ANSWER, NAME, WORDS = (
    "planted-answer-7301",
    "planted-answer-7302",
    "planted-name-7303",
    "planted-words-7304",
)
TOKEN, TITLE, OPTION = "planted-token-7305", "planted-title-7306", "planted-option-7307"
PLANTED = (ANSWER, OTHER_ANSWER, NAME, WORDS, TOKEN, TITLE, OPTION)
FORM = f"""name: himitsu
title: {TITLE}
questions:
  - {{id: note, kind: text, title: {TITLE}}}
  - {{id: menu, kind: choice, title: 希望, options: [{{name: a, label: {OPTION}}}, {{name: b, label: B}}]}}
  - {{id: more, kind: text, title: 連絡, required: false}}
"""


@listener
def faulty(call, event: Said):
    """Bugs of every sort, raised with what somebody said in their message."""
    text = getattr(event, "text", "")
    if "boom" in text:
        raise {"boom1": ValueError, "boom2": KeyError, "boom3": sa.exc.SQLAlchemyError}[text.split()[0]](text)


FAULTY = Bot(names=("faulty",), about=same("x"), commands=(), listeners=(faulty,))


@pytest.fixture
def town(database, tmp_path, caplog):
    """Everything is logged that can be, save what SQLAlchemy shows only to who asks it for every row."""
    town = Town(tmp_path, database=database, bots=(FAULTY, *BOTS))
    for name, user in town.users.items():
        town.store.do(lambda c, u=user, n=name: rooms.set_member(c, ROOM, u, membership="join", name=f"{NAME} {n}"))
    with caplog.at_level(logging.DEBUG):
        yield town
    town.close()


def all_said(caplog):
    lines = [record.getMessage() for record in caplog.records]
    lines += ["".join(traceback.format_exception(*r.exc_info)) for r in caplog.records if r.exc_info]
    return "\n".join(lines + [repr(record.args) for record in caplog.records])


def busy_day(town):
    """Two people answer; one corrects, one withdraws, some words are in vain, files are fetched, a bug is met."""
    town.say("hen", f"!form load\n{FORM}")
    town.say("hen", "!form publish himitsu by 明日 17:00", room=ROOM)
    town.read()
    said = town.say("sato", ANSWER)
    for words in ("1", OTHER_ANSWER, "送信"):
        town.say("sato", words)
    town.edit("sato", said, ANSWER + "x")
    town.say("sato", "送信")
    struck = town.say("ono", OTHER_ANSWER)
    town.strike("ono", struck)
    for words in (f"boom1 {WORDS}", f"boom2 {WORDS}", f"boom3 {ANSWER}", f"!form {WORDS}", f"!form show {WORDS}"):
        town.say("ono", words)
    town.attach("hen", "form.yaml", f"title: [{WORDS}".encode())
    town.say("hen", f"!remind me 3時間後 {WORDS}")
    town.say("hen", "!form export csv himitsu")
    town.say("hen", "!form status himitsu", room=ROOM)
    town.tick()
    return town.send()


def held(town, *values):
    """(table, column) of every place that holds one of the values."""
    found = set()
    for table, rows in town.dump().items():
        for row in rows:
            columns = metadata.tables[table].columns.keys()
            found |= {(table, c) for c, value in zip(columns, row, strict=True) for v in values if v in _text(value)}
    return found


def _text(value):
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def test_no_log_line_holds_what_anybody_wrote(town, caplog):
    busy_day(town)
    assert town.handling.bugs == 3
    assert caplog.text.count("bug ") >= 3
    said = all_said(caplog)
    assert [word for word in PLANTED if word in said] == []


def test_an_error_of_the_database_shows_no_value(town):
    with pytest.raises(sa.exc.StatementError) as wrong:
        town.store.do(lambda c: c.execute(sa.text("INSERT INTO nothing VALUES (:a)"), {"a": ANSWER}))
    shown = "".join(traceback.format_exception(wrong.value))
    assert ANSWER not in shown
    assert "hide_parameters" in shown


def test_a_lane_in_trouble_logs_no_words(caplog):
    async def scene():
        async def work(_lane):
            raise KeyError(ANSWER, TOKEN)

        lanes = Lanes("test", work, width=1)
        lanes.wake([f"!{NAME}"])
        await asyncio.sleep(0.02)
        await lanes.drain()

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scene())
    assert "KeyError" in caplog.text
    assert [word for word in PLANTED if word in all_said(caplog)] == []


def test_answers_are_in_one_table_alone_once_what_was_said_is_sent(town):
    sent = busy_day(town)
    assert any(ANSWER in str(body) for _, body in sent)
    assert held(town, ANSWER, OTHER_ANSWER) == {("response", "state"), ("response", "sent")}
    assert held(town, WORDS) == {("reminder", "text")}


def test_what_was_withdrawn_is_nowhere(town):
    town.say("hen", f"!form load\n{FORM}")
    town.say("hen", "!form publish himitsu by 明日 17:00", room=ROOM)
    town.strike("ono", town.say("ono", OTHER_ANSWER))
    town.send()
    assert held(town, OTHER_ANSWER) == set()


def test_a_deleted_form_leaves_no_answer_and_no_text_of_its_own(town):
    busy_day(town)
    town.say("hen", "!form delete himitsu")
    town.say("hen", "はい")
    town.send()
    assert held(town, ANSWER, OTHER_ANSWER, TITLE) == set()


def test_a_fired_reminder_and_a_person_who_left_leave_no_words(town):
    busy_day(town)
    town.hear("hen", "m.room.member", {"membership": "leave"}, state_key=town.users["hen"])
    town.tick(town.now.replace(hour=14))
    town.hear("hen", "m.room.member", {"membership": "leave"}, state_key=town.users["hen"])
    town.send()
    assert held(town, WORDS) == set()
    assert {table for table, _ in held(town, ANSWER, OTHER_ANSWER)} == {"response"}


def test_the_file_of_a_sqlite_database_holds_nothing_of_what_was_deleted(tmp_path):
    town = Town(tmp_path)
    busy_day(town)
    town.say("hen", "!form delete himitsu")
    town.say("hen", "はい")
    town.send()
    town.close()
    left = b"".join(path.read_bytes() for path in tmp_path.glob("town.db*"))
    assert ANSWER.encode() not in left
    assert OTHER_ANSWER.encode() not in left


# -- what Kairan shows of itself -------------------------------------------------------------------------------------


def config(folder):
    return Config(
        folder=folder, homeserver=HomeserverSection(url="http://127.0.0.1:9", server_name="tsukuba"),
        kairan=KairanSection(municipality="つくば市"), federation=FederationSection(), people=PeopleSection(),
        rooms=RoomsSection(staff="#a:b", editors="#a:b", stewards="#a:b"), as_token=TOKEN,
    )  # fmt: skip


def test_metrics_and_health_hold_figures_alone(town, tmp_path, caplog):
    busy_day(town)
    town.say("sato", f"hello {WORDS}")
    app = SimpleNamespace(store=town.store, handling=town.handling, delivery=SimpleNamespace(sent=1, dead=0),
                          intake=SimpleNamespace(last_sync=0.0))  # fmt: skip

    def get(url):
        return urllib.request.urlopen(url).read().decode()

    async def scene():
        async with Face(config(tmp_path), app) as face:
            return await asyncio.to_thread(get, f"http://{face.address}/metrics")

    shown = asyncio.run(scene())
    assert f"kairan_bugs {town.handling.bugs}.0" in shown
    assert [word for word in (*PLANTED, "@sato", "tsukuba") if word in shown] == []
    assert [word for word in PLANTED if word in all_said(caplog)] == []


def test_settings_never_show_their_token(tmp_path):
    assert TOKEN not in repr(config(tmp_path))
    assert TOKEN not in str(config(tmp_path))


def test_the_backlog_counts_and_names_nobody(town):
    town.say("sato", WORDS)
    assert set(town.store.do(inbox.backlog)) | set(town.store.do(outbox.backlog)) <= {"new", "waiting", "ready", "dead"}
