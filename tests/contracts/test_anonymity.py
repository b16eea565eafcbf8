"""An attacker with every copy of the database, all logs and the rooms tries to tell who answered what, and cannot.

Eight people answer an anonymous form at known times, beside a form that names them; one more stops half-way. The
attacker copies the raw files (with write-ahead log, free pages and dead rows) again and again, and knows who sent when.
"""

import base64
import logging
import struct
from collections import Counter
from datetime import time, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from bots.roles import Role
from bridge import clock
from bridge.store.sealing import Keyring, Locked, lock_of, open_, seal, unseal
from bridge.store.tables import metadata
from tests.bridge.test_crashes import PowerCut, Telling
from tests.town import ROOM, Town

pytestmark = pytest.mark.heavy

PEOPLE = [f"p{n}" for n in range(8)]
CAST = {
    "hen": (Role.EDITOR, "tsukuba"),
    **{name: (Role.STAFF, "nakatsu" if name == "p7" else "tsukuba") for name in (*PEOPLE, "half")},
}
YES = PEOPLE[::2]  # they are asked a question more, and correct it
ENGLISH = PEOPLE[::3]
ANONYMOUS = """name: tokumei
title: 匿名
privacy: anonymous
questions:
  - {id: trouble, kind: yesno, title: 困りごと}
  - {id: what, kind: text, title: 内容, when: "${trouble} = 'yes'"}
  - {id: days, kind: integer, title: 日数, low: 0, high: 100}
"""
NAMED = """name: kimei
title: 記名
questions: [{id: note, kind: text, title: 連絡}]
"""


def first(village, who):
    """What is written first; some think better of it."""
    return f"{village.mark}-before-{who}"


def last(village, who):
    return f"{village.mark}-after-{who}"


def planted(village):
    return [f(village, who) for f in (first, last) for who in (*PEOPLE, "half")]


def sent_words(village):
    return {last(village, who) for who in YES}


class Envelopes:
    """What Megolm does for a direct room, as far as the database sees it: a text without meaning."""

    def __init__(self):
        self.inside = {}

    def sealed(self, kind, content):
        token = f"megolm-{len(self.inside)}"
        self.inside[token] = (kind, content)
        return {"algorithm": "m.megolm.v1.aes-sha2", "session_id": "s", "ciphertext": token}

    def decrypt(self, raw, _room):
        kind, content = self.inside[raw["content"]["ciphertext"]]
        return {**raw, "type": kind, "content": content}


class Village(Town):
    """Direct rooms are encrypted; all that anybody is shown is kept; the homeserver's notes outlive restarts."""

    def __init__(self, folder, **options):
        super().__init__(folder, cast=CAST, crypto=Envelopes(), **options)
        self.shown, self.mark = [], f"planted-{clock.secret(6)}"  # a server's files hold what other tests left

    def hear(self, who, kind, content, *, room=None, **more):
        if room is None and kind == "m.room.message":
            kind, content = "m.room.encrypted", self.crypto.sealed(kind, content)
        event = super().hear(who, kind, content, room=room, **more)
        self.shown += self.send()
        return event

    def tick(self, now=None):
        super().tick(now)
        self.shown += self.send()

    def seen(self, *lanes):
        return [body for lane, body in self.shown if lane in lanes]


def opened(database, folder, postgres):
    village = Village(folder, database=database)
    village.on_sqlite = database == "kairan.db"
    village.folder = folder if village.on_sqlite else postgres._folder / "data"
    return village


@pytest.fixture
def village(database, tmp_path, request):
    """Nothing has happened yet but that the form was published."""
    village = opened(database, tmp_path, None if database == "kairan.db" else request.getfixturevalue("postgres"))
    publish(village)
    yield village
    village.close()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.heavy)])
def story(request, tmp_path_factory):
    """All have answered, it was looked at after each, and closed. Tests only read."""
    postgres = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    database = "kairan.db" if postgres is None else postgres.fresh()
    story = Story(opened(database, tmp_path_factory.mktemp("story"), postgres))
    yield story
    story.village.close()


class Listening(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{record.getMessage()} {record.args!r} {record.exc_info}")


class Story:
    """`looks`: after each answer, (planted words in the files, sizes of envelopes, ballots). Then `closed`."""

    def __init__(self, village):
        self.village, self.looks, log = village, [], logging.getLogger()
        listening, level = Listening(), log.level
        log.addHandler(listening)
        log.setLevel(logging.DEBUG)
        publish(village)
        village.say("half", "!form fill tokumei")
        village.say("half", "はい")
        village.say("half", first(village, "half"))
        for who in PEOPLE:
            answer(village, who)
            self.looks.append(self.look())
        self.early_requests()
        self.boxes = [bytes(row["box"]) for row in rows(village, "envelope")]
        self.notes = dict(village.notes)
        self.named_found = holds(raw(village), f"{village.mark}-note-p0")
        self.live = [body["text"] for body in village.seen(ROOM) if "【匿名】" in body.get("text", "")]
        village.tick(village.now + timedelta(days=1, hours=8))
        village.tick(village.now + timedelta(minutes=1))
        self.after = hits(village)
        log.info("listening")
        log.removeHandler(listening)
        log.setLevel(level)
        self.logged = "\n".join(listening.lines)

    def look(self):
        for _ in range(3):  # live messages of one room take turns
            self.village.tick(self.village.now + timedelta(seconds=3))
        sizes = {len(row["box"]) for row in rows(self.village, "envelope")}
        return hits(self.village), sizes, len(rows(self.village, "ballot"))

    def early_requests(self):
        before = len(self.village.shown)
        self.village.say("hen", "!form remind tokumei")
        self.called = {lane for lane, body in self.village.shown[before:] if body.get("calls")}
        before = len(self.village.seen("!hen"))
        self.village.say("hen", "!form results tokumei")
        self.village.say("hen", "!form export csv tokumei")
        self.early = [body["text"] for body in self.village.seen("!hen")[before:]]


def raw(village):
    """Every byte that the database has on its disk: tables, write-ahead logs, free pages, dead rows."""
    if not village.on_sqlite:
        engine = sa.create_engine(village.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text("CHECKPOINT"))
        engine.dispose()
    found = []
    for path in sorted(p for p in village.folder.rglob("*") if p.is_file()):
        try:
            found.append(path.read_bytes())
        except FileNotFoundError:  # a server's own files come and go
            continue
    return b"\n".join(found)


def holds(raw_bytes, words):
    return words.encode() in raw_bytes or base64.b64encode(words.encode())[:-4] in raw_bytes


def hits(village):
    found = raw(village)
    return {words for words in planted(village) if holds(found, words)}


def publish(village):
    for name, form in (("kimei", NAMED), ("tokumei", ANONYMOUS)):
        village.say("hen", f"!form load\n{form}")
        village.say("hen", f"!form publish {name} by 明日 17:00", room=ROOM)


def answer(village, who):
    """One person, in one go; some in English, some with second thoughts. Then the form that names them."""
    number, send = PEOPLE.index(who), "send" if who in ENGLISH else "送信"
    if who in ENGLISH:
        village.say(who, "English")
    village.say(who, "!form fill tokumei")
    if who in YES:
        village.say(who, "yes")
        village.say(who, first(village, who))
        village.say(who, "change 2" if who in ENGLISH else "修正 2")
        village.say(who, last(village, who))
    else:
        village.say(who, "no")
    if number == 3:
        village.restart()
    for words in (str(10 + number), send, "!form fill kimei", f"{village.mark}-note-{who}", send):
        village.say(who, words)
    village.now += timedelta(minutes=7)


def rows(village, table):
    columns = metadata.tables[table].columns.keys()
    return [dict(zip(columns, row, strict=True)) for row in village.dump()[table]]


def scalars(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *scalars(inner))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from scalars(inner)
    elif value is not None:
        yield bytes(value) if isinstance(value, memoryview) else value


# -- while answers come in -------------------------------------------------------------------------------------------


def test_no_copy_of_the_database_taken_while_people_answer_holds_a_word_of_theirs(story):
    assert [words for words, _, _ in story.looks] == [set()] * 8
    assert story.named_found  # the search finds what is there


def test_two_copies_differ_by_an_envelope_that_looks_like_every_other(story):
    assert len(story.looks[0][1]) == 1
    assert [(sizes, opened) for _, sizes, opened in story.looks] == [(story.looks[0][1], 0)] * 8


def test_the_key_of_a_draft_opens_its_copy_until_it_is_sent_and_never_again(village):
    village.say("p0", "!form fill tokumei")
    village.say("p0", "はい")
    village.say("p0", first(village, "p0"))
    (copy,) = [row for row in rows(village, "response") if row["sealed"]]
    name = f"draft.{copy['id']}"

    def openable():
        keys = [base64.b64decode(note["key"]) for note in village.notes.values() if note]
        return [found for key in keys if (found := unseal(key, bytes(copy["sealed"]), name=name))]

    assert openable()[0]["answers"]["what"] == first(village, "p0")
    village.say("p0", "10")
    village.say("p0", "送信")
    assert openable() == []
    assert village.notes[f"jp.kairan.key.{name}"] == {}


def test_waiting_letters_say_nothing_and_sent_ones_leave_no_trace(village):
    village.say("p0", "!form fill tokumei")
    before = rows(village, "outbox")
    yes = village.crypto.sealed("m.room.message", {"msgtype": "m.text", "body": "はい"})
    Town.hear(village, "p0", "m.room.encrypted", yes)
    (waiting,) = [row for row in rows(village, "outbox") if row["state"] == "ready"]
    assert (waiting["body"]["kind"], waiting["about"]) == ("sealed", None)
    assert any("承りました：はい" in body["text"] for _, body in village.send())
    assert rows(village, "outbox") == before


# -- once it is closed -----------------------------------------------------------------------------------------------


def test_ballots_share_nothing_with_who_took_part(story):
    village = story.village
    ballots = rows(village, "ballot")
    assert {tuple(row) for row in ballots} == {("id", "publication", "answers")}
    assert {row["answers"].get("what") for row in ballots} - {None} == sent_words(village)
    assert sorted(row["answers"]["days"] for row in ballots) == list(range(10, 18))
    assert len({row["publication"] for row in ballots}) == 1
    others = {table: found for table, found in village.dump().items() if table != "ballot"}
    elsewhere = str([value for found in others.values() for row in found for value in scalars(row)])
    mine = {value for row in ballots for value in (row["id"], row["answers"].get("what")) if value}
    assert [value for value in mine if value in elsewhere] == []
    assert f"{village.mark}-note-p0" in elsewhere


def test_who_took_part_is_all_that_is_known_of_a_person(story):
    village = story.village
    mine = [r for r in rows(village, "response") if r["publication"] == rows(village, "ballot")[0]["publication"]]
    sent = [row for row in mine if row["sent_at"] is not None]
    assert {row["user_id"] for row in sent} == {village.users[who] for who in PEOPLE}
    moments = {row[column].astimezone(village.zone).time() for row in sent for column in ("begun_at", "sent_at")}
    assert moments == {time()}
    same = [{k: v for k, v in row.items() if k not in ("id", "user_id")} for row in sent]
    assert same == [same[0]] * 8
    assert (same[0]["receipt"], same[0]["sent"], same[0]["sealed"]) == ("", None, None)
    assert {(row["sealed"], row["sent"]) for row in mine} == {(None, None)}


def test_neither_letters_nor_events_tell_how_many_questions_somebody_answered(story):
    village = story.village
    kept = rows(village, "inbox")
    assert {(row["state"], row["sender"], row["room_id"], row["since"].time()) for row in kept} == {
        ("done", "", "", time())
    }
    mine = {r["id"] for r in rows(village, "response") if r["form"] == "tokumei"}
    letters = rows(village, "outbox")
    assert not {row["about"]["response"] for row in letters if row["about"]} & mine
    lanes = Counter(row["lane"] for row in letters)
    assert len({lanes[f"!{who}"] for who in PEOPLE if who in ENGLISH}) == 1
    assert len({lanes[f"!{who}"] for who in PEOPLE if who not in ENGLISH}) == 1
    assert {who in YES for who in ENGLISH} == {True, False}


def test_all_ballots_are_written_at_once_in_the_order_of_random_names(story):
    village = story.village

    def ask(statement):
        return village.store.do(lambda c: list(c.execute(sa.text(statement)).scalars()))

    if village.on_sqlite:
        assert "WITHOUT ROWID" in ask("SELECT sql FROM sqlite_master WHERE name = 'ballot'")[0]
        assert "WITHOUT ROWID" in ask("SELECT sql FROM sqlite_master WHERE name = 'envelope'")[0]
    else:
        writers = set(ask("SELECT xmin::text FROM ballot"))
        assert len(writers) == 1
        assert not writers & set(ask("SELECT xmin::text FROM response WHERE sent_at IS NOT NULL"))
    found = ask("SELECT id FROM ballot" if village.on_sqlite else "SELECT id FROM ballot ORDER BY ctid")
    assert (found, len(found)) == (sorted(found), 8)
    assert rows(village, "envelope") == []


def test_the_raw_files_show_what_was_sent_all_at_once_and_nothing_else(story):
    village, words = story.village, sent_words(story.village)
    assert story.after == words
    if village.on_sqlite:
        holding = [c for c in commits(village.folder / "kairan.db-wal") if any(holds(c, word) for word in words)]
        assert holding
        assert all(holds(commit, word) for commit in holding for word in words)


def commits(path):
    """The frames of each transaction in SQLite's write-ahead log, old ones behind the end included."""
    log = path.read_bytes()
    size = struct.unpack(">I", log[8:12])[0]
    starts = range(32, len(log) - size, 24 + size)
    frames = [(struct.unpack(">I", log[at + 4 : at + 8])[0], log[at + 24 : at + 24 + size]) for at in starts]
    ends = [-1, *(n for n, (ends_here, _) in enumerate(frames) if ends_here)]
    return [b"".join(page for _, page in frames[a + 1 : b + 1]) for a, b in pairwise(ends)]


def test_all_keys_are_burnt_once_it_is_closed_and_no_copy_opens_any_more(story):
    (note,) = [name for name in story.notes if ".urn." in name]
    name, key = note.removeprefix("jp.kairan.key."), base64.b64decode(story.notes[note]["key"])
    assert all(open_(key, box, name=name) for box in story.boxes)  # before, with both
    assert set(map(str, story.village.notes.values())) == {"{}"}
    with pytest.raises(Locked):
        story.village.runtime.keys.of(name)


# -- what people see -------------------------------------------------------------------------------------------------


def test_the_room_is_shown_full_batches_then_totals_and_never_a_text(story):
    assert len(story.live) == 2  # at the beginning, and when the fifth had answered
    assert "5人以上が回答" in story.live[1]
    assert not any("困りごと" in text for text in story.live)
    said = str(story.village.seen(ROOM))
    assert "困りごと" in said
    assert [words for words in planted(story.village) if words in said] == []


def test_the_editor_gets_nothing_before_the_end_and_no_name_afterwards(story):
    assert len(story.early) == 2
    assert all("5人以上の回答があるとき" in text for text in story.early)
    village = story.village
    village.say("hen", "!form status tokumei")
    status = village.seen("!hen")[-1]["text"]
    assert "10人のうち8人が回答" in status
    assert not any(f"・{who}" in status for who in CAST)
    village.say("hen", "!form reopen tokumei by 明後日 17:00")
    assert "受付を再開できません" in village.seen("!hen")[-1]["text"]


def test_a_reminder_reaches_only_who_has_not_finished(story):
    assert story.called == {"!hen", "!half"}


def test_no_log_line_holds_an_answer_or_a_key(story):
    assert [words for words in planted(story.village) if words in story.logged] == []
    keys = [note["key"] for note in story.notes.values() if note]
    assert [key for key in keys if key in story.logged] == []
    assert "listening" in story.logged


def test_too_few_answers_are_never_opened(village):
    for who in PEOPLE[:4]:
        answer(village, who)
    village.say("hen", "!form close tokumei", room=ROOM)
    assert "5人に満たない" in village.seen(ROOM)[-1]["text"]
    assert rows(village, "ballot") == []
    assert hits(village) == set()
    village.say("hen", "!form delete tokumei")
    village.say("hen", "はい")
    assert rows(village, "envelope") == rows(village, "urn") == []
    assert set(map(str, village.notes.values())) == {"{}"}


def test_a_room_that_is_not_encrypted_takes_no_anonymous_answer(village):
    village.say("p0", "!form fill tokumei")
    village.store.do(lambda c: Town._room(c, "!clear", [village.users["p0"]]))
    Town.hear(village, "p0", "m.room.message", {"msgtype": "m.text", "body": "はい"}, room="!clear")
    assert any("暗号化されていない" in body["text"] for lane, body in village.send() if lane == "!clear")
    assert {row["sealed"] for row in rows(village, "response")} == {None}


def test_a_key_that_the_homeserver_lost_costs_a_draft_its_answers_and_an_urn_its_results(village):
    for who in PEOPLE[:5]:
        answer(village, who)
    village.say("half", "!form fill tokumei")
    village.say("half", "はい")
    for name in village.notes:
        village.notes[name] = {}
    village.restart()
    village.say("half", "!form fill tokumei")
    assert "困りごと" in village.seen("!half")[-1]["text"]
    village.tick(village.now + timedelta(days=1, hours=8))
    assert any("鍵がホームサーバーから失われた" in body.get("text", "") for body in village.seen(ROOM))


# -- whenever the power fails ----------------------------------------------------------------------------------------


def shaken(village, work, cut):
    """Do it; before the statement of this number the power fails, and it goes on after a start."""
    seen = [0]

    def count():
        seen[0] += 1
        if seen[0] == cut:
            raise PowerCut

    village.store.reopen()
    engine = village.store._engine
    sa.event.listen(engine, "do_connect", lambda *given: given[3].update(factory=Telling))
    sa.event.listen(engine, "connect", lambda connection, _record: setattr(connection, "before", count))
    with pytest.raises(PowerCut):
        work()
    village.restart()
    village.handle()
    village.shown += village.send()


@pytest.mark.parametrize("cut", range(3, 42, 3))
def test_wherever_the_power_fails_while_sending_there_is_one_envelope_and_no_key(tmp_path, cut):
    village = opened("kairan.db", tmp_path, None)
    publish(village)
    for words in ("!form fill tokumei", "いいえ", "3"):
        village.say("p0", words)
    shaken(village, lambda: village.say("p0", "送信"), cut)
    assert len(rows(village, "envelope")) == 1
    assert len([body for body in village.seen("!p0") if "送信しました" in body.get("text", "")]) == 1
    assert [name for name, note in village.notes.items() if "draft" in name and note] == []
    assert rows(village, "response")[0]["sealed"] is None
    village.close()


# -- the locks themselves --------------------------------------------------------------------------------------------


def test_a_box_opens_with_its_own_key_and_name_alone_and_says_nothing_by_its_size():
    ring = Keyring()
    key, other = ring.new("a"), ring.new("b")
    box = seal(key, {"q": "はい"}, name="a")
    assert unseal(key, box, name="a") == {"q": "はい"}
    assert (unseal(other, box, name="a"), unseal(key, box, name="b")) == (None, None)
    assert len(box) == len(seal(key, {"q": "い" * 500}, name="a"))


def test_two_who_ask_at_once_get_the_same_new_key():
    ring = Keyring()
    assert ring.new("a") == ring.new("a")
    with pytest.raises(Locked):
        ring.of("a")
    ring.hold("a", ring.new("a"))
    assert len(lock_of(ring.of("a"))) == 32


def test_what_is_shuffled_is_in_another_order_each_time():
    assert len({tuple(clock.shuffled(range(8))) for _ in range(20)}) > 10
