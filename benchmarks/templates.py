"""700 templates of forty municipalities: how long a search takes, and adopting one.

    python -m benchmarks.templates [--templates 700] [--rounds 20]

On a fresh SQLite file, and on a PostgreSQL of its own where its wheel is installed. Times are those of the port that
the command calls: signatures are checked when a template comes in and when it is used.
"""

import argparse
import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.alliance import Member
from bots.events import RoomId, UserId
from bots.roles import Role
from bridge.alliance.parcel import sealed
from bridge.alliance.signing import Key
from bridge.library import library
from bridge.store.adoptions import AdoptionDesk
from bridge.store.desk import Desk, Municipality
from bridge.store.engine import Store, database_url
from bridge.store.forms import FormShelf
from bridge.store.members import Listed, put_in_force
from bridge.store.neighbours import Neighbours
from bridge.store.sealing import Keyring
from bridge.store.templates import TemplateDesk
from forms.template import LICENCES, Template, write_template
from forms.text import Text

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TOWNS = 40
SEARCHES = (
    "学童",
    "がくどう",
    "ガクドウ 申請",
    "避難所",
    "氏名 電話",
    "nyusho",
    "市町村12",
    "どこにもない言葉",
    "%_",
    "の",
    "",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--templates", type=int, default=700)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with ExitStack() as stack:
        for kind, url in addresses(stack):
            print(
                json.dumps({"database": kind, **measured(url, options.templates, options.rounds)}, ensure_ascii=False)
            )


def addresses(stack):
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    yield "SQLite", database_url("kairan.db", folder)
    try:
        from tests.postgres import postgresql

        address = stack.enter_context(postgresql()).fresh()
    except BaseException as why:
        if type(why).__name__ not in ("Skipped", "ModuleNotFoundError"):
            raise
        print(f"PostgreSQL left out: {why}")
        return
    yield "PostgreSQL", database_url(address, folder)


def measured(url, count, rounds):
    store = Store(url)
    store.migrate()
    neighbours = Neighbours("t0", names={}, allowed=[])
    town = Municipality(bot="@kairan:t0", server="t0", neighbours=neighbours, zone=ZoneInfo("Asia/Tokyo"),
                        language="ja", key=Key.of("t0"))  # fmt: skip
    store.do(lambda c: put_in_force(c, neighbours, [listed(n) for n in range(TOWNS)]))
    signed = [document(n) for n in range(count)]
    begun = time.perf_counter()
    for one in signed:
        store.do(lambda c, one=one: TemplateDesk(desk(c, town)).keep(one))
    kept = (time.perf_counter() - begun) / count
    times = {words: [search(store, town, words) for _ in range(rounds)] for words in SEARCHES}
    every = [seconds for row in times.values() for seconds in row]
    adopted = [adopt(store, town, n) for n in range(min(rounds, count))]
    store.close()
    return {
        "templates": count,
        "keep_ms": round(kept * 1000, 1),
        "search_ms": {words: round(statistics.median(row) * 1000, 1) for words, row in times.items()},
        "slowest_search_ms": round(max(every) * 1000, 1),
        "slowest_adoption_ms": round(max(adopted) * 1000, 1),
    }


def desk(connection, town):
    return Desk(connection=connection, town=town, who=UserId("@sato:t0"), role=Role.EDITOR, room=RoomId("!r"), at=NOW,
                source="$e", keys=Keyring())  # fmt: skip


def listed(n):
    member = Member(server=f"t{n}", bot=UserId(f"@kairan:t{n}"), name=Text(ja=f"市町村{n}", en=f"Town {n}"), code="",
                    kind="municipality", contact="")  # fmt: skip
    key = Key.of(f"t{n}")
    return Listed(member=member, keys={key.id: key.public})


def document(n):
    forms = list(library().values())
    form = forms[n % len(forms)]
    form = form.model_copy(update={"name": f"{form.name}-{n}"})
    server = f"t{n % TOWNS}"
    body = write_template(Template(form=form, version=1, licence=LICENCES[0]))
    return sealed("template", body, server=server, key=Key.of(server), at=NOW)


def search(store, town, words):
    begun = time.perf_counter()
    store.do(lambda c: TemplateDesk(desk(c, town)).search(words))
    return time.perf_counter() - begun


def adopt(store, town, n):
    name = document(n).body["name"]

    def work(connection):
        at = desk(connection, town)
        kept = TemplateDesk(at).find(name)
        AdoptionDesk(at).adopt(name, kept)
        FormShelf(at).save(kept.template.form)

    begun = time.perf_counter()
    store.do(work)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
