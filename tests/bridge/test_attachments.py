"""Files that answer questions: fetched only when asked for, kept under the response, gone when no answer has them."""

import pytest

from bots.roles import Role
from bridge.matrix.attachment import seal
from tests.forms.every_kind import exif, jpeg
from tests.town import ROOM, Town

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
