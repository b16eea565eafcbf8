"""Results split into groups and narrowed to a part say what counting by hand says; small groups are not on show."""

from collections import Counter
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.picture import png
from forms.breakdown import broken_down, figures_by, grouping
from forms.chart import chart, grown
from forms.figures import figures
from forms.form import Form
from forms.mistake import Mistake
from forms.selection import selection
from forms.summary import summary, summary_html
from forms.tally import Standing, numbers, tally
from forms.totals import change, entries, restored
from tests.forms.handed import ALONE, FAMILY, LATE, SMITHS
from tests.forms.results import BIRTH, FORM, GROUPS, MOVE, answers

SURVEY = Form.model_validate(
    {
        "name": "anketo",
        "title": "アンケート",
        "questions": [
            {"id": "busho", "kind": "choice", "title": "部署", "options": ["総務課", "税務課", "福祉課"]},
            {"id": "feel", "kind": "scale", "title": "満足度", "lowest": "不満", "highest": "満足"},
            {"id": "m", "kind": "matrix", "title": "職場は", "rows": ["残業", "休み"], "options": ["よい", "わるい"]},
            {"id": "needs", "kind": "choices", "title": "必要なもの", "options": ["机", "椅子"], "required": False},
        ],
    }
)
ROWS = [question.id for question in SURVEY.asked if question.id.startswith("m_")]


def reply(busho, feel, *, needs=("机",), rows=("よい", "わるい")):
    return {"busho": busho, "feel": feel, **dict(zip(ROWS, rows, strict=True)), "needs": list(needs)}


REPLIES = [("つくば市", reply("総務課", 4)), ("つくば市", reply("総務課", 5, needs=("机", "椅子"))),
           ("中津市", reply("税務課", 2, rows=("わるい", "わるい")))]  # fmt: skip


def split(words, replies=REPLIES, *, least=1):
    return broken_down(SURVEY, grouping(SURVEY, words), replies, least=least)


def labels(found):
    return [label.ja for _, label in found.groups]


# -- splitting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["部署", "busho", "「部署」", "部署別", "ＢＵＳＨＯ"])
def test_a_question_is_found_by_its_title_or_id_however_it_is_written(words):
    assert labels(split(words)) == ["総務課", "税務課"]


def test_a_question_that_cannot_split_is_refused_with_those_that_can():
    for words in ("年齢", ""):
        with pytest.raises(Mistake) as refused:
            grouping(SURVEY, words)
        assert "部署" in refused.value.text.ja
        assert "municipality" in refused.value.text.en


def test_a_scale_is_stacked_for_each_group():
    whole = tally(SURVEY, REPLIES)
    shown = figures_by(SURVEY, whole, split("部署"))[1]
    assert [(stack.label.ja, stack.parts) for stack in shown.stacks] == [
        ("総務課", (0, 0, 0, 1, 1)), ("税務課", (0, 1, 0, 0, 0))]  # fmt: skip


def test_who_chose_several_belongs_to_several_groups_and_is_still_one():
    found = split("必要なもの")
    assert [(label.ja, found.tally.responses[group]) for group, label in found.groups] == [("机", 3), ("椅子", 1)]
    assert figures_by(SURVEY, tally(SURVEY, REPLIES), found)[0].answered == 3


def test_who_did_not_answer_is_a_group_too():
    found = split("必要なもの", [*REPLIES, ("中津市", {**reply("税務課", 1), "needs": None})])
    assert labels(found)[-1] == "（無回答）"


def test_groups_that_are_too_small_are_seen_together_and_never_alone():
    many = [("つくば市", reply("総務課", 3))] * 9 + [("つくば市", reply("税務課", 3))] * 6
    found = split("部署", [*many, ("つくば市", reply("福祉課", 1))], least=5)
    assert all(found.tally.responses[group] >= 5 for group, _ in found.groups)
    assert labels(found) == ["総務課", "（5人未満の区分）"]


@given(st.lists(st.tuples(GROUPS, answers()), max_size=30), st.integers(1, 6))
def test_no_group_is_smaller_than_it_may_be_and_nobody_is_lost(responses, least):
    found = broken_down(FORM, grouping(FORM, "reason"), responses, least=least)
    assert sum(found.tally.responses.values()) == len(responses)
    assert [group for group, _ in found.groups] == [group for group, _ in found.groups if found.tally.responses[group]]
    if len(responses) >= least:
        assert all(found.tally.responses[group] >= least for group, _ in found.groups)


@given(st.lists(st.tuples(GROUPS, answers()), max_size=20))
def test_what_the_groups_have_adds_up_to_what_all_have(responses):
    whole, found = tally(FORM, responses), broken_down(FORM, grouping(FORM, "自治体"), responses)
    for question in FORM.asked:
        by_hand = Counter()
        for group, _ in found.groups:
            by_hand += found.tally.count(question.id, group).values
        assert by_hand == +whole.count(question.id).values


# -- narrowing ---------------------------------------------------------------------------------------------------------


def chosen(form, source, *responses):
    meant = selection(form, source, now=datetime(2026, 11, 24, tzinfo=UTC), zone=UTC)
    return [meant(each) for each in responses]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("${reason} = 'move'", [False, True]),
        ("${children} >= 3", [False, True]),
        ("selected(${needs}, 'seat')", [True, False]),
        ("${moved} < '2026-05-01'", [False, True]),
        ("${moved} = ''", [True, False]),
        ("not(${agree} = 'yes') or ${height} < 0", [True, True]),
        ("${children} > 1 and ${reason} ＝ 'birth'", [True, False]),
        ("jr:choice-name(${reason}, '${reason}') = '転入'", [False, True]),
    ],
)
def test_a_condition_says_which_responses_are_meant(source, found):
    assert chosen(FORM, source, BIRTH, MOVE) == found


def test_in_a_condition_a_question_of_a_repeat_stands_for_all_its_turns():
    assert chosen(FAMILY, "${age} > 4", SMITHS, ALONE, LATE) == [True, False, True]
    assert chosen(FAMILY, "sum(${age}) = 8", SMITHS, ALONE, LATE) == [True, False, False]
    assert chosen(FAMILY, "count(${toyname}) = 2", SMITHS, ALONE, LATE) == [True, False, True]


@pytest.mark.parametrize("source", ["${nobody} = 1", "${children} >", "children > 1", "fetch(1)", "(" * 100, ""])
def test_a_condition_that_is_wrong_gets_one_sentence_that_says_where(source):
    with pytest.raises(Mistake) as wrong:
        chosen(FORM, source, BIRTH)
    assert "文字目" in wrong.value.text.ja


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_a_matrix_is_one_figure_with_a_stack_for_each_row():
    shown = figures(SURVEY, tally(SURVEY, REPLIES))
    assert [one.number for one in shown] == [1, 2, 3, 5]
    assert [(stack.label.ja, stack.parts) for stack in shown[2].stacks] == [("残業", (2, 1)), ("休み", (0, 3))]


def test_quartiles_are_those_of_excel():
    known = numbers({1: 1, 2: 1, 3: 1, 4: 1})
    assert (known.lower, known.median, known.upper) == (Fraction(7, 4), Fraction(5, 2), Fraction(13, 4))
    known = numbers({5: 1})
    assert (known.lower, known.median, known.upper) == (5, 5, 5)


@given(st.dictionaries(st.integers(-50, 50), st.integers(1, 5), min_size=1))
def test_quartiles_are_in_order_and_within_what_was_given(values):
    known = numbers(values)
    assert known.low <= known.lower <= known.median <= known.upper <= known.high


def test_answers_over_time_only_grow_and_end_with_all():
    days = {date(2026, 11, 1): 3, date(2026, 11, 3): 2, date(2027, 1, 20): 4}
    reached = grown(days)
    assert len(reached) <= 10
    assert reached[-1] == (date(2027, 1, 20), 9)
    assert [n for _, n in reached] == sorted(n for _, n in reached)
    assert grown({}) == []


def test_split_results_are_drawn_and_told_with_every_group():
    whole, found = tally(SURVEY, REPLIES), split("部署")
    standing = Standing({}, {}, split=found)
    svg = chart(SURVEY, whole, standing).svg
    assert "総務課（2人）" in svg
    assert "税務課（1人）" in svg
    assert png(svg).startswith(b"\x89PNG")
    assert "<th>総務課</th>" in summary_html(SURVEY, whole, standing, lang="ja")
    assert "税務課：2 1人（100%）" in summary(SURVEY, whole, standing, lang="ja")


# -- totals ------------------------------------------------------------------------------------------------------------

_TURN = st.tuples(st.sampled_from("abc"), st.none() | answers())


@given(st.lists(_TURN, max_size=25))
def test_rows_that_go_up_and_down_with_every_change_are_the_tally_of_what_is_left(turns):
    """Each turn: somebody sends, corrects (sends again) or withdraws (None)."""
    kept, sent = Counter(), {}
    for who, given_answers in turns:
        kept.update(change(FORM, f"town-{who}", before=sent.get(who), after=given_answers))
        sent[who] = given_answers
    left = [(f"town-{who}", each) for who, each in sent.items() if each is not None]
    again = tally(FORM, left)
    assert {entry: n for entry, n in kept.items() if n} == dict(entries(again))
    assert all(n >= 0 for n in kept.values())
    assert restored(FORM, kept.items() if all(kept.values()) else [(e, n) for e, n in kept.items() if n]) == again
