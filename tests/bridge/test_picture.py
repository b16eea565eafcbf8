"""Charts become pictures with Japanese letters, the same on every run."""

import struct

import pytest

from bridge.errors import Misconfigured
from bridge.picture import font_file, png

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">
<text x="5" y="30" font-size="24" font-family="{font}">{words}</text></svg>"""


def drawn(words, font="IPAexGothic"):
    return png(SVG.format(words=words, font=font))


def test_a_picture_is_two_pixels_for_each_unit():
    picture = drawn("回答")
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (400, 80)


def test_a_very_long_picture_is_drawn_smaller():
    picture = png(SVG.format(words="", font="IPAexGothic").replace('height="40"', 'height="3000"'))
    assert struct.unpack(">II", picture[16:24]) == (200, 3000)


def test_the_same_picture_has_the_same_bytes():
    assert drawn("回答") == drawn("回答")


def test_letters_are_really_drawn():
    assert len({drawn("回"), drawn("答"), drawn("")}) == 3


def test_no_font_of_the_machine_is_used():
    assert drawn("回答", font="Noto Sans CJK JP") == drawn("", font="Noto Sans CJK JP")


def test_a_missing_font_is_the_operators_to_mend():
    for package in ("no_such_package_here", "json"):
        with pytest.raises(Misconfigured, match="matplotlib-fontja"):
            font_file(package)
