"""The picture of a result: every number in it is a word too, and no word of people's is markup."""

import itertools
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bridge.picture import png
from forms.chart import chart
from forms.drawing import ladder
from forms.form import Form
from forms.printable import line, width, wrap
from forms.tally import Standing, tally
from tests.forms.results import BIRTH, FORM, GROUPS, MOVE, answers

ASKED = {"つくば市": 2, "中津市": 2}
ANSWERED = {"つくば市": 1, "中津市": 1}
SVG = "{http://www.w3.org/2000/svg}"


def drawn(form=FORM, responses=(("つくば市", BIRTH), ("中津市", MOVE)), asked=ASKED, answered=ANSWERED, lang="ja"):
    return chart(form, tally(form, responses), Standing(asked, answered), lang=lang)


def letters(svg):
    return [element.text for element in ET.fromstring(svg).iter(f"{SVG}text")]


def test_each_number_stands_in_letters_beside_its_bar():
    words = letters(drawn().svg)
    assert {
        "回答率",
        "2/4（50%）",
        "つくば市",
        "1/2（50%）",
        "1. 申請の理由",
        "出生",
        "1人（50%）",
        "0人（0%）",
    } <= set(words)
    assert "Response rate" in letters(drawn(lang="en").svg)


def test_the_picture_is_also_said_in_words():
    alt = drawn().alt
    assert "回答率 2/4（50%）" in alt.ja
    assert "1. 申請の理由: 出生 1人（50%）、転入 1人（50%）、その他 0人（0%）" in alt.ja
    assert "Response rate 2/4 (50%)" in alt.en


def test_options_differ_by_pattern_and_not_by_colour_alone():
    svg = drawn().svg
    marks = {pattern.get("id"): len(list(pattern)) for pattern in ET.fromstring(svg).iter(f"{SVG}pattern")}
    assert marks["fill0"] == 1
    assert all(marks[f"fill{n}"] == 2 for n in range(1, 6))
    for points in range(2, 12):
        shown = [marks[f"fill{n}"] for n in ladder(points)]
        assert all(left != right for left, right in itertools.pairwise(shown))
    assert 'fill="url(#fill1)"' in svg


def test_no_letter_is_too_small_for_a_phone():
    assert min(int(element.get("font-size")) for element in ET.fromstring(drawn().svg).iter(f"{SVG}text")) >= 18


def test_a_long_form_shows_twelve_questions_and_says_how_many_more_there_are():
    form = Form.model_validate(
        {
            "name": "long",
            "title": "長い",
            "questions": [{"id": f"q{n}", "kind": "yesno", "title": "問"} for n in range(15)],
        }
    )
    words = letters(drawn(form, ()).svg)
    assert "12. 問" in words
    assert "13. 問" not in words
    assert "ほか 3 問" in words


def test_many_municipalities_are_cut_with_their_number():
    asked = {f"{n}市": 1 for n in range(50)}
    assert "ほか 38 自治体" in letters(drawn(asked=asked, answered={}).svg)


def test_hostile_names_stay_words():
    evil = '</text><script>alert(1)</script>&"\x00\x1b\u202e\ud800\ufffe{x}' + "長" * 100
    svg = drawn(responses=((evil, BIRTH),), asked={evil: 1}, answered={evil: 1}).svg
    assert not list(ET.fromstring(svg).iter(f"{SVG}script"))
    assert not {"\x00", "\x1b", "\u202e", "\ud800", "\ufffe"} & set(svg)
    assert png(svg) == png(svg)


def test_the_same_result_is_the_same_picture():
    assert drawn().svg == drawn(responses=(("中津市", MOVE), ("つくば市", BIRTH))).svg


@given(st.lists(st.tuples(GROUPS, answers()), max_size=8), st.sampled_from(["ja", "en"]))
def test_any_result_is_well_formed_and_within_the_sheet(responses, lang):
    shown = drawn(responses=responses, answered=tally(FORM, responses).responses, lang=lang)
    root = ET.fromstring(shown.svg)
    assert (int(root.get("width")), int(root.get("height"))) == (shown.width, shown.height)
    assert all(float(box.get("width")) <= 720 for box in root.iter(f"{SVG}rect"))


def test_labels_wrap_by_the_width_of_their_letters():
    assert wrap("あいうえおかきく", 8, lines=2) == ["あいうえ", "おかきく"]
    assert wrap("あいうえおかきくけ", 8, lines=2) == ["あいうえ", "おかき…"]
    assert wrap("two words here", 10, lines=2) == ["two words", "here"]
    assert wrap("", 8, lines=2) == [""]
    assert line(" a\r\n\tb\u200b\u202ec ") == "a bc"


@given(st.text(max_size=60), st.integers(4, 30), st.integers(1, 3))
def test_no_wrapped_line_is_wider_than_asked(words, cells, lines):
    wrapped = wrap(words, cells, lines=lines)
    assert 1 <= len(wrapped) <= lines
    assert all(width(each) <= cells for each in wrapped)
