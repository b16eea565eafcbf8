"""A question of every kind, with what people type for it: read as a value, or refused."""

import struct
import zlib
from dataclasses import dataclass

HOW = [
    {"name": "counter", "label": {"ja": "窓口", "en": "counter"}},
    {"name": "post", "label": {"ja": "郵送", "en": "by post"}},
    {"name": "online", "label": {"ja": "オンライン", "en": "online"}},
]
SCHOOLS = [
    {"name": "s1", "label": "荷揚町小学校", "columns": {"kana": "にあげまちしょうがっこう"}},
    {"name": "s2", "label": "中島小学校", "columns": {"kana": "なかしましょうがっこう"}},
    {"name": "s3", "label": "中津小学校", "columns": {"kana": "なかつしょうがっこう"}},
]


@dataclass(frozen=True)
class Sample:
    """`takes`: what is typed → the value; `refuses`: what is no answer."""

    kind: str
    fields: dict
    takes: dict
    refuses: tuple[str, ...] = ()


SAMPLES = [
    Sample("choice", {"options": HOW}, {"2": "post", "オンライン": "online"}, ("4", "")),
    Sample(
        "choice",
        {"options": HOW, "other": True, "shuffle": True},
        {"1": "counter", "4 FAX": {"other": "FAX"}, "その他（使者）": {"other": "使者"}},
        ("4", "その他"),
    ),
    Sample("choices", {"options": HOW, "most": 2}, {"1、3": ["counter", "online"]}, ("1,2,3", "なし")),
    Sample(
        "choices",
        {"options": HOW, "none": True, "other": {"ja": "ほかの方法", "en": "Another way"}},
        {
            "5": ["none"],
            "なし": ["none"],
            "1、4 FAX": ["counter", {"other": "FAX"}],
            "郵送とほかの方法：電報": ["post", {"other": "電報"}],
        },
        ("1、5", "4"),
    ),
    Sample(
        "lookup",
        {"options": SCHOOLS},
        {"荷揚": "s1", "ナカツ": "s3", "なかしましょうがっこう": "s2"},
        ("なか", "東", ""),
    ),
    Sample("rank", {"options": HOW}, {"3、1、2": ["online", "counter", "post"]}, ("3、1", "1、1、2")),
    Sample("rank", {"options": HOW, "top": 2}, {"郵送、窓口": ["post", "counter"]}, ("1",)),
    Sample(
        "scale", {"lowest": "不満", "highest": "満足"}, {"4": 4, "満足": 5, "３です": 3}, ("6", "0", "4.5", "とても")
    ),
    Sample("scale", {"points": 11, "first": 0}, {"0": 0, "10": 10}, ("11",)),
    Sample("text", {}, {"　㈱丸山②　": "㈱丸山②", "神\ufa19都\ufa26": "神\ufa19都\ufa26"}, ("", "\u202e")),
    Sample("text", {"pattern": "[A-Z]{2}[0-9]{4}", "lines": 1}, {"AB1234": "AB1234"}, ("AB123", "AB1234\nx")),
    Sample("text", {"shortest": 3, "longest": 5}, {"四文字だ": "四文字だ"}, ("二字", "六文字以上だ")),
    Sample(
        "name",
        {},
        {
            "𠮷田 太郎": "𠮷田　太郎",
            "辻\U000e0100　花子": "辻\U000e0100　花子",
            "神\ufa19 都\ufa26": "神\ufa19　都\ufa26",
            "Silva Maria": "Silva Maria",
            "スカルノ -": "スカルノ",
        },
        ("山田太郎", "なし"),
    ),
    Sample("name", {"parts": False}, {"スカルノ": "スカルノ"}, ("",)),
    Sample("kana", {}, {"なかむら ﾕｳｷ": "ナカムラ　ユウキ"}, ("中村",)),
    Sample("number", {"low": -2000, "high": 100}, {"３．５kg": 3.5, "3": 3}, ("101",)),
    Sample("integer", {"low": 0, "high": 15}, {"3人": 3}, ("4.5", "16")),
    Sample("money", {"high": 100000}, {"７万８千円": 78000, "¥1,200": 1200}, ("いくらか", "100万円")),
    Sample("percentage", {}, {"30%": 30, "３割": 30, "12.5％": 12.5}, ("120%", "半端")),
    Sample("date", {"earliest": "2026-01-01"}, {"令和8年4月1日": "2026-04-01"}, ("2025-12-31", "5/10")),
    Sample("time", {"earliest": "09:00", "latest": "17:00"}, {"午後4時半": "16:30"}, ("20:00", "2時")),
    Sample("datetime", {}, {"2026/4/1 15:00": "2026-04-01T15:00+09:00"}, ("2026/4/1", "いつか")),
    Sample("month", {}, {"令和8年4月": "2026-04"}, ("4月", "2026年13月")),
    Sample("fiscal-year", {}, {"令和8年度": 2026, "2025年度": 2025}, ("年度",)),
    Sample(
        "period",
        {"latest": "2026-12-31"},
        {"2026/4/1〜2026/4/30": ["2026-04-01", "2026-04-30"]},
        ("2026/4/1", "2026/4/30〜2026/4/1", "2026/4/1〜2027/1/1"),
    ),
    Sample("yesno", {}, {"はい": "yes", "2": "no"}, ("けっこうです",)),
    Sample("phone", {}, {"０９７－５３２－１１１１": "097-532-1111"}, ("532-1111",)),
    Sample("email", {}, {"ｊｉｍｕ＠ｅｘａｍｐｌｅ．ｊｐ": "jimu@example.jp"}, ("jimu",)),
    Sample("url", {}, {"https://www.example.jp/a": "https://www.example.jp/a"}, ("ホームページ",)),
    Sample("postal", {}, {"〒870ー0046": {"code": "8700046", "address": "大分県大分市荷揚町"}}, ("870", "4980000")),
    Sample(
        "address",
        {},
        {
            "大分市荷揚町2-31": {"postal": "", "address": "大分市荷揚町2-31"},
            "〒870-0046 2-31": {"postal": "8700046", "address": "大分県大分市荷揚町2-31"},
            "870-0046 荷揚町２－３１": {"postal": "8700046", "address": "大分県大分市荷揚町２－３１"},
        },
        ("同じ", "870-0046", "498-0000 1-1"),
    ),
    Sample(
        "place",
        {"options": ["市民ホール"]},
        {
            "市役所の前": {"words": "市役所の前"},
            "1": {"name": "市民ホール", "words": "市民ホール"},
            "33.2382, 131.6126": {"lat": 33.2382, "lon": 131.6126},
        },
        ("131.6126, 33.2382", ""),
    ),
    Sample("place", {"exact": True}, {"33.2382, 131.6126": {"lat": 33.2382, "lon": 131.6126}}, ("市役所",)),
    Sample("file", {}, {}, ("これです",)),
    Sample("photo", {"most": 3}, {}, ("写真",)),
    Sample("audio", {}, {}, ("録音",)),
    Sample("signature", {}, {"山田 太郎": {"name": "山田　太郎", "date": "2026-11-24"}}, ("",)),
]
CONSENT = Sample("consent", {"text": {"ja": "規約", "en": "Terms"}, "version": "2"}, {}, ("いいえ", "けっこうです"))

TOWNS = {"8700046": ("大分県大分市荷揚町",), "4980000": ("愛知県弥富市", "愛知県桑名郡木曽岬町")}


def towns(code):
    return TOWNS.get(code, ())


# -- files -----------------------------------------------------------------------------------------------------------


def exif(orientation=6):
    """An Exif segment with an orientation, and the place 33.2 N 131.6 E."""
    place = struct.pack(">HHHII", 1, 0x0002, 5, 3, 200) + b"\0\0\0\0"
    whole = (
        struct.pack(">HHHIHH", 2, 0x0112, 3, 1, orientation, 0) + struct.pack(">HHII", 0x8825, 4, 1, 38) + b"\0\0\0\0"
    )
    body = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + whole + place + b"GPS-33.2382-131.6126"
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*segments):
    """As large as a JPEG need be to be taken apart: tables, a scan with stuffed bytes and restarts, the end."""
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"".join(segments) + b"\xff\xdb\x00\x04\x00\x01" + scan + b"\xff\xd9"


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*chunks):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
