"""How does one inquiry to fifty municipalities go, with liars, doubles, latecomers and dead servers among them?

    python -m benchmarks.inquiry [--members 50] [--real 3] [--people 12] [--seed 1]
    python -m benchmarks.inquiry --synapses 4 [--members 50] [--people 12]     # see benchmarks/federated.py

The asker and `--real` members are whole Kairans (runtime, SQLite on disk, bots, signatures, parcels) whose people
answer. The others are spoken for by a STUB: it holds a key of its own, takes the very parcels that would be Matrix
events, checks the asker's signature, and answers with signed parcels; it has no people, no database and no homeserver.
What is carried between them is carried in memory: no Synapse is measured here.

Exits 1 unless every figure of the asker's table and sum is what the members released, no answer of theirs is in its
database, what a liar sent counts nowhere, and `kairan verify` holds.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stdout
from datetime import timedelta
from io import StringIO
from pathlib import Path

from bots.alliance import Member
from bots.events import UserId
from bots.roles import Role
from bridge.alliance.parcel import Parcel, joined, parts_of, read_envelope, read_part, sealed
from bridge.alliance.signing import Key, parse, verify
from bridge.cli import main as kairan
from bridge.stage import Stage
from bridge.store.members import Listed
from forms.form import Form
from forms.inquiry import digest_of
from forms.inquiry_release import written
from forms.inquiry_suppression import released
from forms.tally import tally
from forms.text import same

ASKER = "tsukuba"
HOME = f"@kairan:{ASKER}"  # also of what is answered in the room where it was heard
PLANTED = "zzplantedzz"
FORM = """name: kyushoku
title: 学校給食の調査
results: editors
questions:
  - {id: free, kind: choice, title: 無償ですか, options: [はい, 一部, いいえ]}
  - {id: cost, kind: integer, title: 一食の費用, required: false}
  - {id: why, kind: text, title: 理由, required: false}
"""
MOODS = ("good", "good", "good", "good", "good", "double", "corrects", "declines", "late", "dead", "liar", "unable")


def listed(server, n):
    member = Member(
        server=server, bot=UserId(f"@kairan:{server}"), name=same(f"{server}市"), code=f"{n % 47 + 1:02}{n:03}0",
        kind="municipality", contact="",
    )  # fmt: skip
    key = Key.of(server)
    return Listed(member=member, keys={key.id: key.public})


class Stub:
    """STUB, no Kairan: one municipality that answers as its mood is."""

    def __init__(self, server, mood, chance, *, asker=ASKER, keys=None):
        self.server, self.mood, self.chance = server, mood, chance
        self.asker, self.asker_keys = asker, keys or {Key.of(ASKER).id: Key.of(ASKER).public}
        self.key, self.parts, self.out = Key.of(server), {}, []
        self.released = None
        self._count = 0

    def receive(self, sender, part, now):
        where = {"id": "$", "room": "!", "sender": sender, "at": now, "direct": True}
        got = read_part(part, where)
        assert isinstance(got, Parcel)
        kept = self.parts.setdefault(got.name, {})
        kept[got.part] = got.data
        if len(kept) == got.of and self.mood != "dead":
            raw = joined([kept[n] for n in sorted(kept)])
            signed = read_envelope(raw)
            if signed.signer != self.asker:
                return  # another member's sign of life
            assert verify(parse(raw), signed.signer, self.asker_keys)
            self._hear(signed, now)

    def _hear(self, signed, now):
        if signed.kind == "inquiry":
            self._inquired(signed.body, now)
        elif signed.kind == "inquiry-plea" and self.mood == "late":
            self._send("inquiry-release", self._release(1), now)

    def _inquired(self, body, now):
        self.id, self.form = body["id"], Form.model_validate_json(body["form"])
        self.digest = digest_of(body["form"])
        self._tell("unable" if self.mood == "unable" else "received", 1, now)
        if self.mood in ("unable", "declines"):
            self._tell("declined", 2, now) if self.mood == "declines" else None
            return
        self._tell("asking", 2, now)
        if self.mood == "liar":
            self._send("inquiry-release", {**self._release(1), "asked": 3}, now)
        elif self.mood != "late":
            self._send("inquiry-release", self._release(1), now)
        if self.mood == "corrects":
            self._send("inquiry-release", self._release(2), now)

    def _release(self, version):
        people = self.chance.randrange(3, 400)
        sheets = [("", self._sheet()) for _ in range(people)]
        whole = released(self.form, tally(self.form, sheets), asked=people + 20, version=version)
        self.released = None if self.mood == "liar" else whole
        return {"id": self.id, "form": self.digest, **written(whole)}

    def _sheet(self):
        picked = self.chance.choices(["はい", "一部", "いいえ"], [6, 3, 1])[0]
        cost = self.chance.choice([None, self.chance.randrange(200, 400)])
        return {"free": picked, "cost": cost, "why": self.chance.choice([None, PLANTED])}

    def _tell(self, state, n, now):
        self._send("inquiry-state", {"id": self.id, "n": n, "state": state, "reason": "", "asked": None}, now)

    def _send(self, kind, body, now):
        self._count += 1
        cause = f"{self.server}{self._count}"
        signed = sealed(kind, body, server=self.server, key=self.key, at=now, to=self.asker, cause=cause)
        for _ in range(2 if self.mood == "double" else 1):
            self.out += [(self.server, part) for part in parts_of(signed.raw, cause)]


class Country:
    """Carries parcels between the whole Kairans and the stubs, and measures what the asker takes for each."""

    def __init__(self, folder, arguments):
        chance = random.Random(arguments.seed)
        reals = [f"jitsu{n}" for n in range(arguments.real)]
        stubs = [f"stub{n}" for n in range(arguments.members - arguments.real)]
        everybody = [listed(server, n) for n, server in enumerate([ASKER, *reals, *stubs])]
        self.people = {server: [f"p{n}" for n in range(arguments.people)] for server in reals}
        self.stages = {ASKER: Stage(made(folder, ASKER), {"佐藤": (Role.EDITOR, ASKER)})}
        for server in reals:
            cast = {"管理": (Role.STEWARD, server), **dict.fromkeys(self.people[server], (Role.STAFF, server))}
            self.stages[server] = Stage(made(folder, server), cast, server=server)
        for stage in self.stages.values():
            stage.meet(everybody)
        self.stubs = {server: Stub(server, MOODS[n % len(MOODS)], chance) for n, server in enumerate(stubs)}
        self.said, self.taken, self.chance = [], [], chance

    @property
    def asker(self):
        return self.stages[ASKER]

    def settle(self):
        """Until nothing more is on its way; out of order, as it comes."""
        while True:
            going = [part for stub in self.stubs.values() for part in stub.out]
            for stub in self.stubs.values():
                stub.out.clear()
            for server, stage in self.stages.items():
                self.said += [(server, heard) for heard in stage.read()]
                going += [(server, part, owner or HOME) for owner, part in stage.posted]
                stage.posted.clear()
            if not going:
                return
            self.chance.shuffle(going)
            for one in going:
                self._carry(*one)

    def _carry(self, server, part, owner=HOME):
        to = owner.partition(":")[2]
        if to in self.stubs:
            self.stubs[to].receive(f"@kairan:{server}", part, self.asker.now)
            return
        began = time.perf_counter()
        self.stages[to].receive(f"@kairan:{server}", part)
        if to == ASKER:
            self.taken.append(time.perf_counter() - began)
        for stage in self.stages.values():
            stage.now += timedelta(milliseconds=300)
        self.stages[to].tick()

    def say(self, server, who, words):
        began = time.perf_counter()
        self.stages[server].say(who, words)
        self.stages[server].tick()
        took = time.perf_counter() - began
        said = list(self.stages[server].read())
        self.said += [(server, heard) for heard in said]
        self.settle()
        return said, took


def made(folder, server):
    (folder / server).mkdir()
    return folder / server


def answer_at_home(land, server):
    """A whole Kairan's people answer, a person releases."""
    land.say(server, "管理", "!inquiry accept 1")
    land.say(server, "管理", "!inquiry ask 1 to staff")
    for n, who in enumerate(land.people[server]):
        for words in ("はい" if n % 2 else "いいえ", "250", PLANTED, "送信"):
            land.say(server, who, words)
    land.say(server, "管理", "!form close 照会1-kyushoku")
    land.say(server, "管理", "!inquiry release 1")
    land.say(server, "管理", "はい")


def wrong(land, signed, folder):
    """What is not as it must be."""
    rows = dict(land.asker.query("SELECT server, released FROM inquiry_body"))
    meant = {s.server: s.released and written(s.released) for s in land.stubs.values()}
    for server, stub in land.stubs.items():
        held = rows[server] and json.loads(rows[server])
        if held != (meant[server] and {**meant[server]}):
            yield f"{server} ({stub.mood}): what is held is not what was released"
    yield from (f"{server}: a whole Kairan's release is missing" for server in land.people if rows[server] is None)
    body = json.loads(json.loads(signed)["total"])["body"]
    if body["asked"] != sum(json.loads(row)["asked"] for row in rows.values() if row):
        yield "the sum is not the sum"
    if PLANTED.encode() in (folder / ASKER / "stage.db").read_bytes():
        yield "an answer is in the asker's database"
    (folder / "x.json").write_bytes(signed)
    with redirect_stdout(StringIO()):
        if kairan(["verify", "--keys-in-file", str(folder / "x.json")]):
            yield "kairan verify says no"


def run(arguments, folder):
    land = Country(folder, arguments)
    land.say(ASKER, "佐藤", f"!form load\n{FORM}")
    began = time.perf_counter()
    _, sending = land.say(ASKER, "佐藤", "!inquiry send kyushoku to 全員 by 12月1日 17:00")
    through = time.perf_counter() - began
    for server in land.people:
        answer_at_home(land, server)
    for _ in range(8):  # the reminders come; those who are late answer
        land.asker.move(land.asker.now + timedelta(days=1))
        land.settle()
    status, _ = land.say(ASKER, "佐藤", "!inquiry status 1")
    _, totals = land.say(ASKER, "佐藤", "!inquiry results 1 by 都道府県")
    files, exporting = land.say(ASKER, "佐藤", "!inquiry export 1")
    signed = next(heard.content for heard in files if heard.text.startswith("[kyushoku-照会1.signed"))
    report(land, folder, status, {"send": sending, "through": through, "results": totals, "export": exporting})
    found = list(wrong(land, signed, folder))
    for stage in land.stages.values():
        stage.close()
    return found


def report(land, folder, status, took):
    times = sorted(land.taken)
    tables = [h for s, h in land.said if s == ASKER and h.text.startswith("【照会1】")]
    kinds = Counter(heard.kind for heard in tables)
    warned = sum("受け取っていません" in h.text and h.text.startswith("照会1、") for s, h in land.said if s == ASKER)
    size = sum(file.stat().st_size for file in (folder / ASKER).iterdir())
    print(f"members: {len(land.people)} whole Kairans, {len(land.stubs)} spoken for by the STUB")
    print(f"moods of the stub: {dict(Counter(stub.mood for stub in land.stubs.values()))}")
    print(status[0].text.split("\n")[1])
    print(
        f"!inquiry send to all: {took['send'] * 1000:.0f} ms; until the stubs' answers were in: {took['through']:.1f} s"
    )
    print(
        f"the asker took {len(times)} parcels: p50 {times[len(times) // 2] * 1000:.1f} ms, "
        f"p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms, max {times[-1] * 1000:.1f} ms"
    )
    print(f"its table: {kinds['say']} messages, {kinds['edit']} edits; refused aloud: {warned} liars")
    print(f"results by prefecture, with chart: {took['results'] * 1000:.0f} ms; workbook and originals: "
          f"{took['export'] * 1000:.0f} ms; database {size / 1e6:.1f} MB")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=50)
    parser.add_argument("--real", type=int, default=3)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--synapses", type=int, choices=(3, 4), help="beside real homeservers, that many of them")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kairan-inquiry-") as folder:
        if arguments.synapses:
            from benchmarks.federated import run_beside_synapses

            found = run_beside_synapses(arguments, Path(folder))
        else:
            found = run(arguments, Path(folder))
    for line in found:
        print(f"✗ {line}")
    print("nothing is wrong" if not found else f"{len(found)} wrong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
