"""What forms can hold, written and answered by real clients in encrypted rooms, across towns, with real files."""

import asyncio
import csv
import io
import json
import secrets
import sys
import zipfile
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import quote

import openpyxl
import pytest

from forms.document import read_form
from forms.form import Form
from forms.xlsform.reading import read_workbook
from forms.xlsform.writing import MIME, write_xlsx
from tests.federation.kairan import eventually, sealed_person
from tests.forms.every_kind import exif, jpeg
from tests.forms.lists.rows import many
from tests.forms.workbooks import raw_book

pytestmark = pytest.mark.lab

REPORT = """
name: {name}
title: 通学路の報告
results: at-close
lists:
  schools:
    - {{name: s01, label: 荷揚町小学校, columns: {{kana: にあげまち}}}}
    - {{name: s02, label: 中島小学校, columns: {{kana: なかしま}}}}
    - {{name: s03, label: 中津小学校, columns: {{kana: なかつ}}}}
questions:
  - {{id: photo, kind: photo, title: 現場の写真}}
  - {{id: list, kind: file, title: 点検表, types: [csv], required: false}}
  - {{id: where, kind: place, title: 現場の位置, exact: true}}
  - {{id: school, kind: lookup, title: 学校, options: schools}}
  - id: child
    kind: repeat
    title: 児童
    most: 3
    another: もう一人いますか
    questions:
      - {{id: called, kind: text, title: 呼び名}}
      - {{id: age, kind: integer, title: "${{called}}さんの年齢", low: 6, high: 12}}
  - id: road
    kind: matrix
    title: 道の様子
    rows: [{{name: light, label: 明るさ}}, {{name: cars, label: 車の量}}]
    options: [{{name: good, label: 良い}}, {{name: bad, label: 悪い}}]
  - {{id: agree, kind: consent, title: 個人情報の取り扱い, text: 点検にだけ使います。, version: 2026-04}}
"""


@asynccontextmanager
async def editor(kairan, folder):
    """(an editor with a real client, the encrypted room that they opened with the bot)."""
    async with sealed_person(kairan.homeserver, folder) as sato:
        alias = quote(f"#kairan_editors:{kairan.homeserver.server_name}")
        editors = (await kairan.chief.call("GET", f"/directory/room/{alias}"))["room_id"]
        await kairan.chief.invites(editors, sato.user_id)
        await eventually(kairan.chief.sees_in, editors, sato.user_id)
        direct = await sato.direct_room(kairan.bot)
        await eventually(kairan.is_in, direct)
        yield sato, direct


async def talk(person, room, *turns):
    """Say each and hear what belongs to it."""
    for said, heard in turns:
        await person.say(room, said)
        await person.hears(room, heard)


async def received(person, room, ending):
    """The content of the next file with this ending, decrypted."""
    heard = await person.hears(room, lambda h: str(h.content.get("filename", h.body)).endswith(ending))
    assert heard.content["msgtype"] == "m.file"
    assert "url" not in heard.content, "a file in an encrypted room must be encrypted"
    return await person.fetch(heard)


def test_a_neighbour_answers_with_photo_place_and_repeats_and_the_editor_is_handed_it(kairan, tmp_path):
    async def story():
        async with AsyncExitStack() as stack:
            sato, desk = await stack.enter_async_context(editor(kairan, tmp_path))
            ogawa = await stack.enter_async_context(sealed_person(kairan.neighbour, tmp_path))
            room = await kairan.room(sato, ogawa)
            name = f"f{secrets.token_hex(4)}"
            await talk(sato, desk, (f"!form load\n{REPORT.format(name=name)}", f"!form publish {name}"))
            await talk(sato, room, (f"!form publish {name}", f"!form status {name}"))
            direct = await ogawa.direct_room_with(kairan.bot)
            assert ogawa.client.rooms[direct].encrypted
            await ogawa.hears(direct, "現場の写真")
            await answered(ogawa, direct)
            await kept_without_the_place(kairan, name)
            await handed_over(kairan, name, sato=sato, desk=desk, ogawa=ogawa)
            await exported_by_a_robot(kairan, name, tmp_path)

    asyncio.run(story())


async def answered(ogawa, direct):
    await ogawa.send_file(direct, "入口.jpg", b"MZ\x90\0 no picture", mime="image/jpeg")
    await ogawa.hears(direct, "「入口.jpg」は受け取れない形式です。")
    await ogawa.send_file(direct, "入口.jpg", jpeg(exif()), mime="image/jpeg")
    await ogawa.hears(direct, "点検表")
    await ogawa.send_file(direct, "点検.csv", b"%PDF-1.7\n%%EOF", mime="text/csv")
    await ogawa.hears(direct, "「点検.csv」は受け取れない形式です。CSV で送ってください。")
    await ogawa.send_file(direct, "点検.csv", "場所,状態\n橋,良\n".encode(), mime="text/csv")
    await ogawa.hears(direct, "現場の位置")
    spot = {"msgtype": "m.location", "body": "ここです", "geo_uri": "geo:33.2382,131.6126;u=12"}
    await ogawa.send(direct, "m.room.message", spot)
    await ogawa.hears(direct, "学校")
    turns = [
        ("なか", "1. "), ("2", "呼び名"), ("はな", "はなさんの年齢"), ("七歳", "もう一人いますか"), ("はい", "呼び名"),
        ("太郎", "太郎さんの年齢"), ("15", "12"), ("11歳です", "もう一人いますか"), ("いいえ", "明るさ"),
        ("良い", "車の量"), ("2", "点検にだけ使います。"), ("同意します", "回答の確認"), ("送信", "受付番号"),
    ]  # fmt: skip
    await talk(ogawa, direct, *turns)


async def kept_without_the_place(kairan, name):
    kept = dict(kairan.ask(
        "select name, content from attachment join response on response.id = response where form = ?", name
    ))  # fmt: skip
    assert set(kept) == {"入口.jpg", "点検.csv"}
    assert kept["入口.jpg"].startswith(b"\xff\xd8")
    assert b"GPS" not in kept["入口.jpg"]


async def handed_over(kairan, name, *, sato, desk, ogawa):
    await sato.say(desk, f"!form export json {name}")
    found = json.loads(await received(sato, desk, ".json"))["responses"][0]
    assert found["user"] == ogawa.user_id
    assert found["municipality"]
    answers = found["answers"]
    assert [one["name"] for key in ("photo", "list") for one in answers[key]] == ["入口.jpg", "点検.csv"]
    assert answers["where"] == {"lat": 33.2382, "lon": 131.6126, "accuracy": 12.0}
    assert answers["school"] == "s03"
    assert [answers[key] for key in ("called.1", "age.1", "called.2", "age.2")] == ["はな", 7, "太郎", 11]
    assert (answers["road_light"], answers["road_cars"]) == ("good", "bad")
    assert answers["agree"]["version"] == "2026-04"
    await sato.say(desk, f"!form export xlsx {name}")
    book = openpyxl.load_workbook(io.BytesIO(await received(sato, desk, ".xlsx")))
    head, row = book["回答"].iter_rows(values_only=True)
    cells = dict(zip(head, row, strict=True))
    assert (cells["photo"], cells["school"], cells["road_cars"]) == ("入口.jpg", "中津小学校", "悪い")
    assert (cells["where_lat"], cells["where_lon"]) == (33.2382, 131.6126)
    assert [turn[2:] for turn in book["child"].iter_rows(min_row=2, values_only=True)] == [
        (1, "はな", 7),
        (2, "太郎", 11),
    ]
    await sato.say(desk, f"!form export files {name}")
    with zipfile.ZipFile(io.BytesIO(await received(sato, desk, ".zip"))) as archive:
        photo, table, listed = (archive.read(entry) for entry in archive.namelist())
    assert (photo[:2], table.decode()) == (b"\xff\xd8", "場所,状態\n橋,良\n")
    assert all(words in listed.decode("utf-8-sig") for words in (ogawa.user_id, "photo_入口.jpg", "list_点検.csv"))


async def exported_by_a_robot(kairan, name, folder):
    """From the shell, while Kairan runs; twice at once."""
    command = [sys.executable, "-m", "bridge", "export", name, "--config", str(kairan.config), "--into", str(folder)]
    formats = ("rpa", "sav", "files")
    runs = [await asyncio.create_subprocess_exec(*command, "--format", format_) for format_ in formats]
    assert [await run.wait() for run in runs] == [0, 0, 0]
    made = {path.name for path in folder.iterdir() if path.is_file()}
    assert made == {f"{name}-1{end}" for end in (".csv", ".child.csv", ".sav", ".files.zip")} | {
        f"{name}-1.{format_}.manifest.json" for format_ in formats
    }
    assert "中津小学校" not in (folder / f"{name}-1.csv").read_text("cp932")


def test_a_form_is_written_published_answered_and_exported_in_ten_messages(kairan, tmp_path):
    async def story():
        async with AsyncExitStack() as stack:
            sato, desk = await stack.enter_async_context(editor(kairan, tmp_path))
            yamada = await stack.enter_async_context(sealed_person(kairan.homeserver, tmp_path))
            place, title = f"防災{secrets.token_hex(3)}", f"避難所の状況{secrets.token_hex(3)}"
            await kairan.room(sato, yamada, name=place)
            writing = [
                (f"!form new {title}", "最初の質問文"),
                ("避難所の名前", "（文字）"),
                ("避難所は開設しましたか", "（はい・いいえ）"),
                ("避難者は何人ですか", "（整数）"),
                ("足りない物資（複数回答可）：水、毛布、食料", "選択肢：水、毛布、食料"),
                ("その他の連絡事項（任意）", "（文字・任意）"),
                ("条件 3 質問2が『はい』のときだけ", "「はい」のときだけ"),
                (f"公開 {place} 締切なし", "配りました"),
            ]  # fmt: skip
            await talk(sato, desk, *writing)
            direct = await yamada.direct_room_with(kairan.bot)
            await yamada.hears(direct, "避難所の名前")
            answering = [
                ("本町小学校", "開設しましたか"), ("はい", "何人"), ("百二十人", "物資"), ("1、3", "連絡事項"),
                ("スキップ", "回答の確認"), ("送信", "受付番号"),
            ]  # fmt: skip
            await talk(yamada, direct, *answering)
            await sato.say(desk, f"!form export csv {title}")
            (row,) = csv.DictReader(io.StringIO((await received(sato, desk, ".csv")).decode("utf-8-sig"), newline=""))
            assert len(writing) + 1 <= 10
            assert (row["receipt"] != "", row["user"].lstrip("'")) == (True, yamada.user_id)
            assert [cell for cell in row.values() if cell][4:] == ["本町小学校", "はい", "120", "1", "0", "1"]

    asyncio.run(story())


def bomb():
    """Two hundred megabytes in two hundred kilobytes."""
    out = io.BytesIO(raw_book())
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/a.png", "w", force_zip64=True) as part,
    ):
        for _ in range(200):
            part.write(bytes(1 << 20))
    return out.getvalue()


def endless():
    """A row of more than a million cells."""
    return raw_book("<row>" + "<c/>" * 1_600_000 + "</row>")


def test_a_list_of_fifty_thousand_rows_comes_as_a_csv_file_and_a_neighbour_finds_in_it(kairan, tmp_path):
    async def story():
        async with AsyncExitStack() as stack:
            sato, desk = await stack.enter_async_context(editor(kairan, tmp_path))
            ogawa = await stack.enter_async_context(sealed_person(kairan.neighbour, tmp_path))
            room = await kairan.room(sato, ogawa)
            name = f"f{secrets.token_hex(4)}"
            form = f"name: {name}\ntitle: 学校\nquestions: [{{id: a, kind: lookup, title: 学校, options: {name}}}]"
            await sato.send_file(desk, "a.csv", many().encode("cp932"), caption=f"!list keep {name}", mime="text/csv")
            await sato.hears(desk, "50,000件")
            await talk(sato, desk, (f"!form load\n{form}", f"!form publish {name}"))
            await talk(sato, room, (f"!form publish {name}", f"!form status {name}"))
            direct = await ogawa.direct_room_with(kairan.bot)
            await ogawa.hears(direct, "全50,000件")
            turns = (("しょうがっこう", "1,000件以上"), ("ダイ4999ショウ", "第4999小学校"), ("送信", "受付番号"))
            await talk(ogawa, direct, *turns)
            await sato.say(desk, f"!form export {name} xlsform")
            assert (await received(sato, desk, ".csv")).count(b"\n") == 50_001

    asyncio.run(story())


def test_workbooks_come_in_and_go_out_as_files_and_a_hostile_one_stops_nobody(kairan, tmp_path):
    async def story():
        async with editor(kairan, tmp_path) as (sato, desk):
            other = await kairan.person()
            elsewhere = await other.direct(kairan.bot)
            name = f"f{secrets.token_hex(4)}"
            form = read_form(REPORT.format(name=name))
            assert isinstance(form, Form)
            await sato.send_file(desk, "報告.xlsx", write_xlsx(form), caption="!form load", mime=MIME)
            await sato.hears(desk, f"!form publish {name}")
            hostile = {
                bomb(): "大きすぎます", endless(): "大きすぎます", b"MZ\x90\0" + bytes(4000): "フォームではありません",
                write_xlsx(form)[:-900]: "壊れている",
            }  # fmt: skip
            for content, sentence in hostile.items():
                await sato.send_file(desk, "罠.xlsx", content, caption="!form load", mime=MIME)
                await other.asks(elsewhere, "!form list", "フォーム")
                await sato.hears(desk, sentence)
            await sato.say(desk, f"!form export {name} xlsform")
            again = read_workbook(await received(sato, desk, ".xlsx"), name=name)
            assert again.form == form
            await sato.say(desk, "!form template xlsx")
            blank = await received(sato, desk, ".xlsx")
            await sato.send_file(desk, "様式.xlsx", blank, caption="!form load", mime=MIME)
            await sato.hears(desk, "読み込みました")

    asyncio.run(story())
