"""Conditions: what they mean, and what is said of those that mean nothing."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.expression import Node, Scope, compile_expression
from forms.mistake import Mistake
from forms.questions.base import Placed

KNOWN = ("reason", "children", "moved", "needs", "note", "other")
_ANY = Placed(id="any")
ANSWERS = {"reason": "move", "children": 3, "moved": "2026-04-01", "needs": ["seat", "bed"], "note": None}


def asked(expression, answers, today=None):
    """Whether an expression holds over flat answers; what cannot be worked out does not."""
    top = Node("data")
    places = {id_: [top.append(Node(id_, _ANY.expressed(answers.get(id_))))] for id_ in KNOWN}
    now = today and datetime.combine(today, time(), ZoneInfo("Asia/Tokyo"))
    try:
        return expression.holds(top, Scope(named=lambda id_, _node: places.get(id_, []), now=now))
    except Mistake:
        return False


def holds(source, today=None, **answers):
    return asked(compile_expression(source, KNOWN), {**ANSWERS, **answers}, today)


def refused(source):
    with pytest.raises(Mistake) as mistake:
        compile_expression(source, KNOWN)
    text = mistake.value.text
    assert text.ja
    assert text.en
    return text


@pytest.mark.parametrize(
    "source",
    [
        "${reason} = 'move'",
        '${reason} = "move"',
        "${ reason }!='birth'",
        "${children} > 2 and ${children} <= 3",
        "${children} = 3 or ${nothing} = 1".replace("nothing", "note"),
        "${children} = '3'",
        "not(${children} < 3)",
        "${children} + 1 * 2 = 5",
        "(${children} + 1) * 2 = 8",
        "7 mod 4 = ${children}",
        "${children} div 2 = 1.5",
        "-${children} < -2",
        "- - 3 = ${children}",
        "10 - 4 - 3 = 3",
        "1 or 1 and 0",
        "${moved} > '2026-03-31' and ${moved} < '2026-04-02'",
        "${moved} = '2026-04-01'",
        "selected(${needs}, 'seat')",
        "not(selected(${needs}, 'sea'))",
        "not(selected(${note}, 'seat'))",
        "selected(${reason}, 'move')",
        "count-selected(${needs}) = 2",
        "count-selected(${note}) = 0",
        "${needs} = 'seat bed'",
        "${note} = ''",
        "not(${note} != '')",
        "true() and not(false())",
        "if(${children} > 2, 'many', 'few') = 'many'",
        "string-length(${reason}) = 4",
        "string-length('子育て') = 3",
        "string-length(${note}) = 0",
        "'a=b (c)' = 'a=b (c)'",
        "${reason}='move'and${children}=3",
    ],
)
def test_what_holds(source):
    assert holds(source)


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "="])
def test_an_empty_answer_is_neither_less_nor_more_nor_equal_to_a_number(sign):
    assert not holds(f"${{note}} {sign} 0")
    assert not holds(f"0 {sign} ${{note}}")


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
def test_an_empty_answer_is_neither_before_nor_after_a_day(sign):
    assert not holds(f"${{note}} {sign} '2026-04-01'")


def test_a_question_without_an_answer_is_empty():
    assert holds("${other} = ''")
    assert not holds("${other}")


def test_numbers_compare_as_numbers():
    assert holds("${children} < 10", children=9)


@pytest.mark.parametrize("number", [float("nan"), 1e308, 10**400])
def test_extraordinary_numbers_break_nothing(number):
    for source in (
        "${children} * ${children} > 1",
        "${children} mod 0 = 1",
        "${children} div 0 = 1",
        "-${children} = 1",
    ):
        assert holds(source, children=number) in (True, False)


def test_today_is_the_day_that_is_passed_in():
    assert holds("${moved} <= today()", today=date(2026, 4, 1))
    assert not holds("${moved} <= today()", today=date(2026, 3, 31))


def test_without_a_day_today_is_empty():
    assert holds("today() = ''")
    assert not holds("${moved} <= today()")


@pytest.mark.parametrize(
    "source",
    [
        "${reason}＝'move'",
        "${reason} ！＝ ’birth’",
        "＄｛reason｝ = ‘move’",
        "${reason} = “move”",
        "（${children}＞２）　and ${children} ≦ 3",
        "selected（${needs}，＇seat＇）",
        "${children} ＋ 1 ＝ 4",
        "${children} ≠ 4",
    ],
)
def test_full_width_signs_mean_what_they_look_like(source):
    assert holds(source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("${reason} == 'move'", "「=」"),
        ("${reason} && 1", "「and」"),
        ("${reason} || 1", "「or」"),
        ("${reason} <> 1", "「!=」"),
        ("${reasen} = 1", "${reason}"),
        ("slected(${needs}, 'a')", "selected()"),
        ("selected(${needs})", "2"),
        ("not()", "1"),
        ("reason = 'move'", "${reason}"),
        ("${reason} = 'move", "引用符"),
        ("${reason", "${id}"),
        ("$reason = 1", "${id}"),
        ("(1", "「)」"),
        ("1 +", "終わって"),
        ("", "終わって"),
        ("1 2", "2"),
        ("1 = = 2", "="),
        (")", ")"),
        ("1; 2", ";"),
        ("__import__('os')", "_"),
        ("1\x00", "U+0000"),
    ],
)
def test_what_means_nothing_is_refused_with_a_hint(source, said):
    assert said in refused(source).ja


def test_the_place_is_said():
    assert "13文字目" in refused("${reason} = ;").ja


@pytest.mark.parametrize(
    "source",
    [
        "(" * 10_000,
        "(" * 65 + "1" + ")" * 65,
        "-" * 8000 + "1",
        "not(" * 100 + "1" + ")" * 100,
        "1 + " * 600 + "1",
        "1" * 8193,
        "'" * 8001,
        "${" * 4000,
    ],
)
def test_a_condition_that_is_too_long_or_too_deep_is_refused(source):
    refused(source)


def test_the_largest_condition_can_be_asked():
    assert holds("1 + " * 200 + "1 = 201")
    assert holds("(" * 60 + "1" + ")" * 60)
    assert holds(" or ".join(["${children} = 1"] * 120) + " or 1")


def test_a_condition_knows_which_questions_it_looks_at():
    assert compile_expression("${reason} = 'a' or selected(${needs}, ${note})", KNOWN).mentions == {
        "reason",
        "needs",
        "note",
    }


VALUES = st.none() | st.text(max_size=10) | st.integers() | st.floats() | st.lists(st.text(max_size=5), max_size=3)
PIECES = st.sampled_from(
    ["${reason}", "${needs}", "'a'", "2026", "1.5", "and", "or", "=", "!=", "<", ">=", "+", "-", "*", "div", "mod",
     "(", ")", ",", "not(", "selected(", "if(", "today()", "count-selected(", "string-length(", "true()", "'", "＝"]
)  # fmt: skip


@given(
    st.lists(PIECES, max_size=15).map(" ".join) | st.text(max_size=100), st.dictionaries(st.sampled_from(KNOWN), VALUES)
)
def test_any_text_is_a_condition_that_can_be_asked_or_a_mistake(source, answers):
    try:
        condition = compile_expression(source, KNOWN)
    except Mistake:
        return
    assert asked(condition, answers) in (True, False)
    assert asked(condition, answers, date(2026, 4, 1)) in (True, False)
