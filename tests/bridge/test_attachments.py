"""Files that answer questions: fetched only when asked for, kept under the response, gone when no answer has them."""

import asyncio
import json
import zipfile
from io import BytesIO

import pytest

from bots.roles import Role
from bridge.cli import main
from bridge.errors import Refused
from bridge.matrix.attachment import seal
from bridge.matrix.delivery import Delivery
from tests.bridge.test_export import CONFIG
from tests.forms.every_kind import exif, jpeg
from tests.town import ROOM, Town

pytestmark = pytest.mark.heavy

FORM = """name: hinan
title: 避難所
questions:
  - {id: people, kind: integer, title: 人数}
  - {id: photo, kind: photo, title: 入口の写真, most: 2, megabytes: 1}
  - {id: place, kind: place, title: 場所, required: false}
"""
CAST = {"hen": (Role.EDITOR, "tsukuba"), "sato": (Role.STAFF, "tsukuba")}
PHOTO = jpeg(exif())


@pytest.fixture
def town(database, tmp_path):
    town = Town(tmp_path, database=database, cast=CAST)
    town.fetched = []
    town.handling._door.download = remembered(town)
    town.say("hen", f"!form load\n{FORM}")
    town.say("hen", "!form publish hinan by 明日 17:00", room=ROOM)
    town.read()
    yield town
    town.close()


def remembered(town):
    async def download(address, *, limit):
        town.fetched.append((address, limit))
        return town.files[address][:limit]

    return download


def send(town, content, *, who="sato", kind="m.image", name="入口.jpg", size=None, **more):
    address = f"mxc://tsukuba/{len(town.files)}"
    town.files[address] = content
    body = {"msgtype": kind, "body": name, "url": address, "info": {"size": size or len(content)}, **more}
    return town.hear(who, "m.room.message", body)


def kept(town):
    return [(row[1], row[3], row[4]) for row in town.dump()["attachment"]]


def answer(town):
    return next(row for row in town.dump()["response"] if "sato" in row[4])[6]["answers"]


def last(town):
    return [text for room, text in town.read() if room == "!sato"][-1]


def test_a_photo_is_fetched_only_while_one_is_asked_for_and_up_to_its_size(town):
    send(town, PHOTO)
    assert town.fetched == []
    assert "ファイルは使えません" in last(town)
    town.say("sato", "12")
    send(town, PHOTO)
    assert [limit for _, limit in town.fetched] == [1_000_000]
    assert kept(town) == [("photo", "入口.jpg", "image/jpeg")]
    assert answer(town)["photo"][0]["name"] == "入口.jpg"


def test_what_says_that_it_is_too_large_is_never_fetched_and_what_lies_is_cut_short(town):
    town.say("sato", "12")
    send(town, PHOTO, size=1_000_001)
    assert town.fetched == []
    assert "1MBまで" in last(town)
    send(town, PHOTO[:-2] + b"\0" * 2_000_000, size=10)
    assert kept(town) == []
    assert "画像として開けません" in last(town)


def test_a_sealed_photo_is_opened(town):
    town.say("sato", "12")
    sealed, key = seal(PHOTO)
    address = f"mxc://tsukuba/{len(town.files)}"
    town.files[address] = sealed
    town.hear("sato", "m.room.message", {"msgtype": "m.image", "body": "a.jpg", "file": {**key, "url": address}})
    assert kept(town) == [("photo", "a.jpg", "image/jpeg")]
    damaged = {**key, "url": address, "hashes": {"sha256": "A" * 43}}
    town.hear("sato", "m.room.message", {"msgtype": "m.image", "body": "b.jpg", "file": damaged})
    assert len(kept(town)) == 1


def test_the_place_is_not_in_the_database(town):
    town.say("sato", "12")
    send(town, PHOTO)
    contents = [bytes(row[6]) for row in town.dump()["attachment"]]
    assert contents
    assert not any(b"GPS" in content for content in contents)


def test_a_photo_that_no_answer_speaks_of_any_more_is_thrown_away(town):
    town.say("sato", "12")
    send(town, PHOTO)
    second = send(town, jpeg(exif(), b"\xff\xdb\x00\x03\x01"), name="受付.jpg")
    assert {name for _, name, _ in kept(town)} == {"入口.jpg", "受付.jpg"}
    town.strike("sato", second)
    assert kept(town) == []


def test_what_was_sent_keeps_its_photo_until_the_correction_is_sent(town):
    town.say("sato", "12")
    send(town, PHOTO)
    for words in ("次へ", "スキップ", "送信", "修正 2"):
        town.say("sato", words)
    send(town, jpeg(exif(), b"\xff\xdb\x00\x03\x01"), name="二枚目.jpg")
    town.say("sato", "修正 2")
    send(town, jpeg(exif(), b"\xff\xdb\x00\x03\x02"), name="三枚目.jpg")
    assert {name for _, name, _ in kept(town)} == {"入口.jpg", "三枚目.jpg"}
    for words in ("次へ", "送信"):
        town.say("sato", words)
    assert {name for _, name, _ in kept(town)} == {"三枚目.jpg"}


def test_a_form_that_is_deleted_takes_its_files_along(town):
    town.say("sato", "12")
    send(town, PHOTO)
    town.say("hen", "!form delete hinan")
    town.say("hen", "はい")
    assert kept(town) == []


def test_a_preview_keeps_no_file(town):
    town.say("hen", "!form preview hinan")
    town.say("hen", "12")
    send(town, PHOTO, who="hen")
    assert kept(town) == []


def test_a_place_on_the_map_is_an_answer(town):
    town.say("sato", "12")
    send(town, PHOTO)
    town.say("sato", "次へ")
    town.hear(
        "sato", "m.room.message", {"msgtype": "m.location", "body": "here", "geo_uri": "geo:33.2382,131.6126;u=35"}
    )
    assert answer(town)["place"] == {"lat": 33.2382, "lon": 131.6126, "accuracy": 35.0}


def test_a_restart_forgets_neither_what_came_nor_what_was_found(town):
    town.say("sato", "12")
    send(town, PHOTO)
    town.restart()
    town.say("sato", "次へ")
    assert "場所" in last(town)
    assert len(kept(town)) == 1


# -- what the editor fetches -------------------------------------------------------------------------------------------

PEOPLE = [f"p{n}" for n in range(5)]
CONFIDENTIAL = FORM.replace("title: 避難所", "title: 避難所\nprivacy: confidential").replace("hinan", "naisho")


@pytest.fixture
def village(database, tmp_path):
    cast = CAST | dict.fromkeys(PEOPLE, (Role.STAFF, "tsukuba"))
    town = Town(tmp_path, database=database, cast=cast)
    (tmp_path / "kairan.toml").write_text(CONFIG.format(database=database), "utf-8")
    (tmp_path / "registration.yaml").write_text("as_token: secret\n", "utf-8")
    for form in (FORM, CONFIDENTIAL):
        town.say("hen", f"!form load\n{form}")
    yield town
    town.close()


@pytest.fixture
def export(tmp_path, capsysbinary):
    def run(*arguments, form="hinan"):
        capsysbinary.readouterr()
        config = str(tmp_path / "kairan.toml")
        code = main(["export", form, "--format", "files", "--config", config, *map(str, arguments)])
        out, err = capsysbinary.readouterr()
        assert b"Traceback" not in err
        return code, out, err.decode()

    return run


def different(n):
    return jpeg(exif(), b"\xff\xdb\x00\x03" + bytes([n]))


def answered(town, who, name, content):
    town.say(who, "12")
    send(town, content, who=who, name=name)
    for words in ("次へ", "スキップ", "送信"):
        town.say(who, words)


def fetch(town, form):
    """What the editor is told, and the archive that comes with it (None where none does)."""
    town.send()
    town.say("hen", f"!form export {form} files")
    archives = [content for row in town.dump()["blob"] if (content := bytes(row[1])).startswith(b"PK")]
    told = [body["text"] for room, body in town.send() if room == "!hen" and body["kind"] != "react"]
    return told[-1], archives[-1] if archives else None


def packed(content):
    archive = zipfile.ZipFile(BytesIO(content))
    return {name: archive.read(name) for name in archive.namelist()}


def test_an_editor_and_a_script_get_the_same_archive_of_what_was_kept(village, export):
    village.say("hen", "!form publish hinan by 明日 17:00", room=ROOM)
    answered(village, "sato", "入口.jpg", PHOTO)
    answered(village, "p0", "入口.jpg", different(1))
    told, archive = fetch(village, "hinan")
    assert "ファイル 2個" in told
    *photos, listed = packed(archive)
    assert (listed, {name.partition("/")[2] for name in photos}) == ("list.csv", {"photo_入口.jpg"})
    contents = {bytes(row[6]) for row in village.dump()["attachment"]}
    assert {packed(archive)[name] for name in photos} == contents
    assert export() == (0, archive, "")


def test_a_folder_gets_the_archive_and_then_only_what_is_new(village, export, tmp_path):
    village.say("hen", "!form publish hinan by 明日 17:00", room=ROOM)
    answered(village, "sato", "入口.jpg", PHOTO)
    folder = tmp_path / "watched"
    folder.mkdir()
    assert export("--into", folder)[0] == 0
    assert {path.name for path in folder.iterdir()} == {"hinan-1.files.zip", "hinan-1.files.manifest.json"}
    answered(village, "p0", "受付.jpg", different(1))
    assert export("--into", folder, "--since", folder / "hinan-1.files.manifest.json")[0] == 0
    (new,) = folder.glob("hinan-1-*.files.zip")
    assert [name.partition("/")[2] for name in packed(new.read_bytes())] == ["photo_受付.jpg", ""]


def test_files_of_a_confidential_form_leave_with_nobody_s_name_once_it_is_closed_and_five_have_answered(
    village, export
):
    village.say("hen", "!form publish naisho by 明日 17:00", room=ROOM)
    for n, who in enumerate(PEOPLE[:4]):
        answered(village, who, f"{who}の家.jpg", different(n))
    assert "5人以上" in fetch(village, "naisho")[0]
    assert export(form="naisho")[0] == 1
    answered(village, "p4", "p4の家.jpg", different(4))
    assert fetch(village, "naisho")[1] is None
    village.say("hen", "!form close naisho")
    village.send()
    told, archive = fetch(village, "naisho")
    assert "取り扱いにご注意ください" in told
    *photos, _ = packed(archive)
    assert photos == [f"response-00{n}/photo.jpg" for n in range(1, 6)]
    contents = {bytes(row[6]) for row in village.dump()["attachment"]}
    assert {packed(archive)[name] for name in photos} == contents
    assert not [who for who in PEOPLE if who.encode() in archive.replace(b"photo", b"")]
    assert export(form="naisho")[1] == archive


@pytest.mark.parametrize("format_", ["csv", "xlsx", "json", "jsonl", "sav", "rpa", "files"])
def test_no_file_of_a_confidential_form_says_what_people_called_theirs(village, export, format_):
    seen = "  - {id: seen, kind: calculated, calculate: \"concat('写真: ', ${photo})\"}\n"
    village.say("hen", f"!form load\n{CONFIDENTIAL}{seen}")
    village.say("hen", "!form publish naisho by 明日 17:00", room=ROOM)
    for n, who in enumerate(PEOPLE):
        answered(village, who, f"山田太郎{n}の家.jpg", different(n))
    village.say("hen", "!form close naisho")
    code, out, _ = export("--format", format_, form="naisho")
    assert code == 0
    everything = b"".join(packed(out).values()) if out.startswith(b"PK") else out
    for planted in ("山田太郎".encode(), "山田太郎".encode("cp932"), json.dumps("山田太郎")[1:-1].encode()):
        assert planted not in everything + out
    assert b"photo.jpg" in everything + out


def test_more_than_can_be_sent_is_refused_with_what_to_do(village, monkeypatch):
    monkeypatch.setattr("bots.form_export.MOST_IN_CHAT", 1000)
    village.say("hen", "!form publish hinan by 明日 17:00", room=ROOM)
    answered(village, "sato", "入口.jpg", PHOTO)
    told, archive = fetch(village, "hinan")
    assert archive is None
    assert "kairan export hinan --format files --into" in told


class Narrow:
    """A homeserver, beyond encryption, that takes no file at all."""

    user_id = "@kairan:tsukuba"

    def __init__(self):
        self.said = []

    async def upload(self, *_, **__):
        raise Refused("M_TOO_LARGE", 413)

    async def send_event(self, _room, _kind, *, content, txn):
        self.said.append(content["body"])
        return f"${txn}"

    async def messages(self, *_, **__):
        return {"chunk": []}

    async def encrypt(self, *_, content, **__):
        return content


def test_who_waits_for_a_file_that_the_homeserver_does_not_take_is_told(village):
    village.say("hen", "!form publish hinan by 明日 17:00", room=ROOM)
    answered(village, "sato", "入口.jpg", PHOTO)
    village.send()
    village.say("hen", "!form export hinan files")
    narrow = Narrow()
    delivery = Delivery(narrow, narrow, village.store, village.runtime.keys)
    asyncio.run(delivery.work("!hen"))
    assert "hinan-1.files.zip" in narrow.said[-1]
    assert "max_upload_size" in narrow.said[-1]
    assert (delivery.sent, delivery.dead) == (1, 0)
