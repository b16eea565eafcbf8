"""An attacker with every copy of the database, all logs and the rooms tries to tell who answered what, and cannot.

Eight people answer an anonymous form at known times, beside a form that names them; one more stops half-way. The
attacker copies the raw files (with write-ahead log, free pages and dead rows) after every step, and knows who sent when.
"""

import base64
import logging
import struct
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from bots.roles import Role
from bridge.store.sealing import Keyring, Locked, lock_of, open_, seal, unseal
from bridge.store.tables import metadata
from tests.town import ROOM, Town

PEOPLE = [f"p{n}" for n in range(8)]
CAST = {
    "hen": (Role.EDITOR, "tsukuba"),
    **{name: (Role.STAFF, "nakatsu" if name == "p7" else "tsukuba") for name in (*PEOPLE, "half")},
}
YES = PEOPLE[::2]  # they are asked a question more, and correct it
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
FIRST, LAST = "planted-before-{}", "planted-after-{}"


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
        self.shown = []

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


@pytest.fixture
def village(database, tmp_path, request, caplog):
    village = Village(tmp_path, database=database)
    village.folder = tmp_path if database == "kairan.db" else request.getfixturevalue("postgres")._folder / "data"
    village.on_sqlite = database == "kairan.db"
    with caplog.at_level(logging.DEBUG):
        yield village
    village.close()


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


def answer(village, who):
    """One person, in one go: the named form between the questions of the anonymous one."""
    number = PEOPLE.index(who)
    if number % 3 == 0:
        village.say(who, "English")
    village.say(who, "!form fill tokumei")
    if who in YES:
        village.say(who, "yes")
        first = village.say(who, FIRST.format(number))
        village.say(who, "修正 2" if number % 3 else "change 2")
        village.say(who, LAST.format(number))
        village.edit(who, first, "ずれた編集")
    else:
        village.say(who, "no")
    if number == 3:
        village.restart()
    village.say(who, str(10 + number))
    village.say(who, "送信" if number % 3 else "send")
    village.say(who, "!form fill kimei")
    village.say(who, f"named-note-{number}")
    village.say(who, "送信" if number % 3 else "send")
    village.now += timedelta(minutes=7)


def all_answer(village, *, each=lambda: None):
    for form in (NAMED, ANONYMOUS):
        village.say("hen", f"!form load\n{form}")
    village.say("hen", "!form publish kimei by 明日 17:00", room=ROOM)
    village.say("hen", "!form publish tokumei by 明日 17:00", room=ROOM)
    village.say("half", "!form fill tokumei")
    village.say("half", "はい")
    village.say("half", FIRST.format("half"))
    for who in PEOPLE:
        answer(village, who)
        village.tick()
        each()


def closed(village):
    all_answer(village)
    village.tick(village.now + timedelta(days=1, hours=8))
    village.tick(village.now + timedelta(minutes=1))


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


PLANTED = [FIRST.format(n) for n in range(8)] + [LAST.format(n) for n in range(8)] + [FIRST.format("half")]
SENT = {LAST.format(PEOPLE.index(who)) for who in YES}


# -- while answers come in -------------------------------------------------------------------------------------------


def test_no_copy_of_the_database_taken_while_people_answer_holds_a_word_of_theirs(village):
    copies = []
    all_answer(village, each=lambda: copies.append(raw(village)))
    assert len(copies) == 8
    assert [words for copy in copies for words in PLANTED if holds(copy, words)] == []
    assert holds(copies[-1], "named-note-0")  # the search finds what is there


def test_two_copies_differ_by_an_envelope_that_looks_like_every_other(village):
    sizes, opened = [], []

    def look():
        sizes.append({len(row["box"]) for row in rows(village, "envelope")})
        opened.append(len(rows(village, "ballot")))

    all_answer(village, each=look)
    assert sizes == [sizes[0]] * 8
    assert len(sizes[0]) == 1
    assert opened == [0] * 8


def test_the_key_of_a_draft_opens_its_copy_until_it_is_sent_and_never_again(village):
    for form in (NAMED, ANONYMOUS):
        village.say("hen", f"!form load\n{form}")
    village.say("hen", "!form publish tokumei by 明日 17:00", room=ROOM)
    village.say("p0", "はい")
    village.say("p0", "planted-before-0")
    (copy,) = [row for row in rows(village, "response") if row["sealed"]]
    name = f"draft.{copy['id']}"

    def openable():
        keys = [base64.b64decode(note["key"]) for note in village.notes.values() if note]
        return [found for key in keys if (found := unseal(key, bytes(copy["sealed"]), name=name))]

    assert openable()[0]["answers"]["what"] == "planted-before-0"
    village.say("p0", "10")
    village.say("p0", "送信")
    assert openable() == []
    assert village.notes[f"jp.kairan.key.{name}"] == {}


def test_waiting_letters_say_nothing_and_sent_ones_leave_no_trace(village):
    for form in (NAMED, ANONYMOUS):
        village.say("hen", f"!form load\n{form}")
    village.say("hen", "!form publish tokumei by 明日 17:00", room=ROOM)
    Town.hear(
        village,
        "p0",
        "m.room.encrypted",
        village.crypto.sealed("m.room.message", {"msgtype": "m.text", "body": "はい"}),
    )
    waiting = [row for row in rows(village, "outbox") if row["state"] == "ready"]
    assert [row["body"]["kind"] for row in waiting] == ["sealed"]
    assert [row["about"] for row in waiting] == [None]
    before = len(rows(village, "outbox"))
    assert any("承りました：はい" in body["text"] for _, body in village.send())
    assert len(rows(village, "outbox")) == before - 1


# -- once it is closed -----------------------------------------------------------------------------------------------


def test_ballots_share_nothing_with_who_took_part(village):
    closed(village)
    ballots = rows(village, "ballot")
    assert {tuple(row) for row in ballots} == {("id", "publication", "answers")}
    assert {row["answers"].get("what") for row in ballots} - {None} == SENT
    assert sorted(row["answers"]["days"] for row in ballots) == list(range(10, 18))
    assert len({row["publication"] for row in ballots}) == 1
    elsewhere = Counter(
        value for table, found in village.dump().items() if table != "ballot" for row in found for value in scalars(row)
    )  # fmt: skip
    mine = {value for row in ballots for value in (row["id"], row["answers"].get("what")) if value}
    assert [value for value in mine if value in elsewhere] == []
    said = "".join(map(str, elsewhere))
    assert [value for value in mine if value in said] == []


def test_who_took_part_is_all_that_is_known_of_a_person(village):
    closed(village)
    publication = rows(village, "ballot")[0]["publication"]
    mine = [row for row in rows(village, "response") if row["publication"] == publication]
    sent = [row for row in mine if row["sent_at"] is not None]
    assert {row["user_id"] for row in sent} == {village.users[who] for who in PEOPLE}
    assert {row["sent_at"].astimezone(village.zone).strftime("%H:%M:%S.%f") for row in sent} == {"00:00:00.000000"}
    assert {row["begun_at"].astimezone(village.zone).strftime("%H:%M:%S.%f") for row in mine} == {"00:00:00.000000"}
    same = [{k: v for k, v in row.items() if k not in ("id", "user_id")} for row in sent]
    assert same == [same[0]] * 8
    assert (same[0]["receipt"], same[0]["sent"], same[0]["sealed"]) == ("", None, None)
    assert {(row["sealed"], row["sent"]) for row in mine} == {(None, None)}


def test_neither_letters_nor_events_tell_how_many_questions_somebody_answered(village):
    closed(village)
    assert {row["sender"] + row["room_id"] for row in rows(village, "inbox") if row["state"] == "done"} == {""}
    assert {row["since"].microsecond + row["since"].second for row in rows(village, "inbox")} == {0}
    lanes = Counter(row["lane"] for row in rows(village, "outbox"))
    assert len({lanes[f"!{who}"] for who in PEOPLE if PEOPLE.index(who) % 3}) == 1  # those of one language
    named = {row["id"] for row in rows(village, "response") if row["sent"] is not None}
    assert {row["about"]["response"] for row in rows(village, "outbox") if row["about"]} == named | {
        row["id"] for row in rows(village, "response") if row["form"] == "kimei"
    }


def test_all_ballots_are_written_at_once_in_the_order_of_random_names(village):
    closed(village)
    if village.on_sqlite:
        made = village.store.do(
            lambda c: c.execute(sa.text("SELECT sql FROM sqlite_master WHERE name='ballot'")).scalar()
        )
        assert "WITHOUT ROWID" in made
        order = "SELECT id FROM ballot"
    else:
        writers = village.store.do(
            lambda c: c.execute(sa.text("SELECT DISTINCT xmin::text FROM ballot")).scalars().all()
        )
        taking = village.store.do(
            lambda c: c.execute(sa.text("SELECT xmin::text FROM response WHERE sent_at IS NOT NULL")).scalars().all()
        )
        assert len(writers) == 1
        assert not set(writers) & set(taking)
        order = "SELECT id FROM ballot ORDER BY ctid"
    found = village.store.do(lambda c: c.execute(sa.text(order)).scalars().all())
    assert list(found) == sorted(found)
    assert rows(village, "envelope") == []


def test_the_order_of_the_ballots_is_another_each_time():
    ring = Keyring()
    assert len({seal(ring.new("k"), ["same"], name="k") for _ in range(3)}) == 3
    from bridge import clock

    assert len({tuple(clock.shuffled(range(8))) for _ in range(20)}) > 10


def test_the_raw_files_show_the_sent_words_together_and_no_others(village):
    all_answer(village)
    open_still = raw(village)
    village.tick(village.now + timedelta(days=1, hours=8))
    found = raw(village)
    assert not any(holds(open_still, words) for words in PLANTED)
    assert {words for words in PLANTED if holds(found, words)} == SENT
    if village.on_sqlite:
        holding = [
            commit for commit in commits(village.folder / "kairan.db-wal") if any(holds(commit, w) for w in SENT)
        ]
        assert holding
        assert all(holds(commit, words) for commit in holding for words in SENT)


def commits(path):
    """The frames of each transaction in SQLite's write-ahead log, old ones behind the end included."""
    log = path.read_bytes()
    size = struct.unpack(">I", log[8:12])[0]
    starts = range(32, len(log) - size, 24 + size)
    frames = [(struct.unpack(">I", log[at + 4 : at + 8])[0], log[at + 24 : at + 24 + size]) for at in starts]
    ends = [-1, *(n for n, (ends_here, _) in enumerate(frames) if ends_here)]
    return [b"".join(page for _, page in frames[a + 1 : b + 1]) for a, b in pairwise(ends)]


def test_all_keys_are_burnt_once_it_is_closed_and_no_copy_opens_any_more(village):
    all_answer(village)
    boxes = [bytes(row["box"]) for row in rows(village, "envelope")]
    (name,) = [note for note in village.notes if ".urn." in note]
    key, label = base64.b64decode(village.notes[name]["key"]), name.removeprefix("jp.kairan.key.")
    assert [box for box in boxes if open_(key, box, name=label) is None] == []
    village.tick(village.now + timedelta(days=1, hours=8))
    assert set(map(str, village.notes.values())) == {"{}"}
    with pytest.raises(Locked):
        village.runtime.keys.of(label)


# -- what people see -------------------------------------------------------------------------------------------------


def test_the_room_is_shown_full_batches_then_totals_and_never_a_text(village):
    all_answer(village)
    live = [body["text"] for body in village.seen(ROOM) if "【匿名】" in body.get("text", "")]
    assert len(live) == 2  # at the beginning, and when the fifth had answered
    assert "5人以上が回答" in live[1]
    assert not any("困りごと" in text for text in live)
    village.say("hen", "!form results tokumei")
    village.say("hen", "!form export csv tokumei")
    assert all("5人以上の回答があるとき" in body["text"] for body in village.seen("!hen")[-2:])
    village.tick(village.now + timedelta(days=1, hours=8))
    said = str(village.seen(ROOM))
    assert "困りごと" in said
    assert [words for words in PLANTED if words in said] == []


def test_the_editors_file_names_nobody_and_cuts_texts_off(village):
    closed(village)
    shown = [body for body in village.seen("!hen") if body["kind"] == "file" and "tokumei" in body["name"]]
    assert len(shown) == 1
    village.say("hen", "!form status tokumei")
    assert not any(f"・{who}" in village.seen("!hen")[-1]["text"] for who in CAST)
    village.say("hen", "!form reopen tokumei by 明後日 17:00")
    assert "受付を再開できません" in village.seen("!hen")[-1]["text"]


def test_a_reminder_reaches_only_who_has_not_finished(village):
    all_answer(village)
    before = len(village.shown)
    village.say("hen", "!form remind tokumei")
    called = {lane for lane, body in village.shown[before:] if body.get("calls")}
    assert called == {"!hen", "!half"}


def test_too_few_answers_are_never_opened(village):
    for form in (NAMED, ANONYMOUS):
        village.say("hen", f"!form load\n{form}")
    village.say("hen", "!form publish tokumei by 明日 17:00", room=ROOM)
    village.say("hen", "!form publish kimei by 明日 17:00", room=ROOM)
    for who in PEOPLE[:4]:
        answer(village, who)
    village.say("hen", "!form close tokumei", room=ROOM)
    assert "5人に満たない" in village.seen(ROOM)[-1]["text"]
    assert rows(village, "ballot") == []
    assert [words for words in PLANTED if holds(raw(village), words)] == []
    village.say("hen", "!form delete tokumei")
    village.say("hen", "はい")
    assert rows(village, "envelope") == rows(village, "urn") == []
    assert set(map(str, village.notes.values())) == {"{}"}


def test_a_room_that_is_not_encrypted_takes_no_anonymous_answer(village):
    village.say("hen", f"!form load\n{ANONYMOUS}")
    village.say("hen", "!form publish tokumei by 明日 17:00", room=ROOM)
    village.store.do(lambda c: Town._room(c, "!clear", [village.users["p0"]]))
    Town.hear(village, "p0", "m.room.message", {"msgtype": "m.text", "body": "はい"}, room="!clear")
    assert any("暗号化されていない" in body["text"] for lane, body in village.send() if lane == "!clear")
    assert all(row["state"]["answers"] == {} for row in rows(village, "response"))


def test_no_log_line_holds_an_answer_or_a_key(village, caplog):
    closed(village)
    said = "\n".join([record.getMessage() for record in caplog.records] + [repr(r.args) for r in caplog.records])
    assert [words for words in PLANTED if words in said] == []
    assert "jp.kairan.key" not in said


def test_a_key_that_the_homeserver_lost_costs_a_draft_its_answers_and_an_urn_its_results(village):
    all_answer(village)
    for name in village.notes:
        village.notes[name] = {}
    village.restart()
    village.say("half", "!form fill tokumei")
    assert "困りごと" in village.seen("!half")[-1]["text"]
    village.tick(village.now + timedelta(days=1, hours=8))
    assert any("鍵がホームサーバーから失われた" in body.get("text", "") for body in village.seen(ROOM))


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
