"""Photographs lose what they tell of the place, and not one byte of the picture."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.file_types import type_of
from forms.mistake import Mistake
from forms.photo import without_place
from forms.questions.base import Brought
from forms.questions.file import File
from forms.questions.photo import Photo
from forms.questions.signature import Signature
from tests.forms.every_kind import chunk, exif, jpeg, png, segment

ICC = segment(0xE2, b"ICC_PROFILE\0\x01\x01colours")


def test_a_jpeg_keeps_its_picture_its_colours_and_which_way_is_up():
    told = [exif(6), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0GPSLatitude"), segment(0xED, b"Photoshop 3.0\0Oita")]
    kept = without_place(jpeg(*told, ICC, segment(0xFE, b"Oita"), segment(0xE2, b"MPF\0GPS")))
    assert b"GPS" not in kept
    assert b"Oita" not in kept
    assert kept.endswith(jpeg(ICC)[2:])
    assert struct.pack(">HHIH", 0x0112, 3, 1, 6) in kept
    assert without_place(kept) == kept
    assert type_of("a.jpg", kept) == "jpeg"


def test_an_upright_jpeg_gets_no_exif_at_all_and_what_follows_its_end_is_cut_off():
    assert without_place(jpeg(exif(1)) + jpeg(exif(1))) == jpeg()


def test_a_png_keeps_its_picture():
    assert without_place(png(chunk(b"eXIf", b"GPS"), chunk(b"tEXt", b"Oita"))) == png()


def test_a_webp_keeps_its_picture_and_says_that_nothing_else_is_there():
    def riff(*chunks):
        body = b"WEBP" + b"".join(chunks)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    def part(name, body):
        return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    picture = part(b"VP8 ", b"picture")
    whole = riff(part(b"VP8X", b"\x0c" + b"\0" * 9), picture, part(b"EXIF", b"GPS"), part(b"XMP ", b"GPS!"))
    assert without_place(whole) == riff(part(b"VP8X", b"\0" * 10), picture)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xe1\x00\x01",
        b"\xff\xd8\xff\xe1\xff\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
    ],
)
def test_what_is_no_whole_picture_is_refused(content):
    with pytest.raises(ValueError, match=r"\w"):
        without_place(content)


@given(st.binary(max_size=60), st.integers(0, 200))
def test_any_damage_is_survived_and_never_lets_the_place_through(noise, at):
    whole = jpeg(exif(), ICC)
    damaged = whole[: at % len(whole)] + noise + whole[at % len(whole) :]
    for content in (damaged, b"\xff\xd8" + noise, b"\x89PNG\r\n\x1a\n" + noise, b"RIFF\x40\0\0\0WEBP" + noise):
        try:
            without_place(content)
        except ValueError:
            continue


def test_megabytes_are_looked_through_quickly():
    scan = b"\x12\xff\x00\x34" * 1_000_000
    picture = jpeg(exif())[:-2] + scan + b"\xff\xd9"
    assert b"GPS" not in without_place(picture)


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@pytest.mark.parametrize("kind", [Photo, Signature])
def test_a_photo_in_the_format_of_iphones_is_refused_with_how_to_send_another(kind):
    asked = kind.model_validate({"id": "q", "kind": kind.__name__.casefold(), "title": "写真"})
    with pytest.raises(Mistake) as caught:
        asked.take(Brought("IMG_0001.HEIC", HEIC), None)
    assert caught.value.text.ja == (
        "「IMG_0001.HEIC」はiPhoneなどの写真の形式（HEIC）のため受け取れません。"
        "「設定→カメラ→フォーマット→互換性優先」にして撮り直すか、写真を表示してスクリーンショットを送ってください。"
    )
    assert "Most Compatible" in caught.value.text.en


def test_where_no_photo_will_do_nobody_is_told_how_to_take_one():
    asked = File.model_validate({"id": "q", "kind": "file", "title": "名簿", "types": ["pdf", "csv"]})
    with pytest.raises(Mistake) as caught:
        asked.take(Brought("IMG_0001.HEIC", HEIC), None)
    assert "PDF, CSV" in caught.value.text.ja
