"""A form that comes as a workbook: read outside of the transaction, so that nobody else waits for it."""

import asyncio
from functools import partial

import pytest

from bots.roles import Role
from bridge.store import inbox
from tests.forms.workbooks import book
from tests.town import Town

pytestmark = pytest.mark.heavy

CAST = {"hen": (Role.EDITOR, "tsukuba"), "sato": (Role.STAFF, "tsukuba")}
QUESTION = ["text", "q", "名前"]
PLAIN = book(survey=[["type", "name", "label"], QUESTION], settings=[["form_id"], ["meibo"]])
PASTED = "| survey |\n| | type | name | label |\n| | text | q | 名前 |\n| settings |\n| | form_id |\n| | meibo |"


@pytest.fixture
def town(database, tmp_path):
    town = Town(tmp_path, database=database, cast=CAST)
    yield town
    town.close()


def heavy():
    """It takes seconds to be read."""
    choices = [["list_name", "name", "label"], *[["L", f"c{n}", f"選択肢{n}"] for n in range(10_000)]]
    return book(survey=[["type", "name", "label"], ["select_one L", "q", "質問"]], choices=choices)


def come(town, who, number, **content):
    """Something that is in the inbox and not handled yet."""
    raw = {"type": "m.room.message", "event_id": f"$w{number}", "sender": town.users[who], "content": content,
           "origin_server_ts": int(town.now.timestamp() * 1000)}  # fmt: skip
    found = [inbox.Incoming(raw["event_id"], f"!{who}", raw["sender"], raw)]
    town.store.do(partial(inbox.record, events=found, now=town.now))


def test_while_a_workbook_is_being_read_other_rooms_are_answered(town):
    town.files["mxc://tsukuba/heavy"] = heavy()
    come(town, "hen", 1, msgtype="m.file", body="form.xlsx", url="mxc://tsukuba/heavy")
    come(town, "sato", 2, msgtype="m.text", body="!form list")

    async def scene():
        reading = asyncio.create_task(town.handling.work("!hen"))
        while not town.handling._at_a_workbook.locked():  # noqa: ASYNC110 - what is waited for is not ours to signal
            await asyncio.sleep(0.01)
        await town.handling.work("!sato")
        return reading.done(), shown(town), await reading, shown(town)

    early, answered, _, loaded = asyncio.run(scene())
    assert not early
    assert [room for room, _ in answered] == ["!sato"]
    assert [room for room, _ in loaded] == ["!hen"]
    assert "読み込みました" in loaded[0][1]


def shown(town):
    """What `read` gives, for within a loop."""
    return [(room, body["text"]) for room, body in town.store.do(town._send)]


@pytest.mark.parametrize("way", ["file", "pasted"])
def test_a_table_is_loaded_once_however_it_comes(town, way):
    if way == "file":
        town.attach("hen", "meibo.xlsx", PLAIN)
    else:
        town.say("hen", f"!form load\n{PASTED}")
    (said,) = [text for room, text in town.read() if room == "!hen"]
    assert "「meibo」を読み込みました（第1版、1問）" in said
    assert town.handling.bugs == 0


def test_the_same_workbook_again_is_read_again(town):
    for _ in range(2):
        town.attach("hen", "meibo.xlsx", PLAIN)
        assert "第1版" in town.read()[-1][1]
