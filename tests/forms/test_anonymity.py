"""What may be shown of answers whose owners must not be told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.anonymity import LEAST, cut_off, guarded, large, merged, mixed, rounded, telling
from forms.document import read_form
from forms.flaws import KINDS

FORM = read_form("""name: tokumei
title: 匿名
privacy: anonymous
questions:
  - {id: menu, kind: choice, title: 希望, options: [{name: a, label: A}, {name: b, label: B}]}
  - {id: days, kind: integer, title: 日数}
  - {id: born, kind: date, title: 日付}
  - {id: note, kind: text, title: 意見, required: false}
  - {id: more, kind: text, title: 連絡, required: false}
""")
SIZES = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 12), max_size=8)
SHEETS = st.lists(
    st.fixed_dictionaries(
        {"menu": st.sampled_from(["a", "b"]), "days": st.integers(0, 9), "born": st.just("2026-11-24")},
        optional={"note": st.none() | st.text(min_size=1, max_size=4), "more": st.text(min_size=1, max_size=4)},
    ),
    max_size=9,
)


def reverse(values):
    return list(values)[::-1]


def test_only_a_form_that_names_people_tells_who_said_what():
    assert [guarded(FORM.model_copy(update={"privacy": p})) for p in ("named", "confidential", "anonymous")] == [
        False, True, True,
    ]  # fmt: skip


def test_a_count_grows_by_full_batches():
    assert [rounded(n) for n in (0, 4, 5, 9, 10)] == [0, 0, 5, 5, 10]


@given(SIZES)
def test_no_group_that_is_shown_is_small_unless_all_together_are(sizes):
    shown = {}
    for name, under in merged(sizes, rest="\0rest").items():
        shown[under] = shown.get(under, 0) + sizes[name]
    assert sum(shown.values()) == sum(sizes.values())
    assert all(size >= LEAST for size in shown.values()) or set(shown) == {"\0rest"}


def test_a_small_group_alone_takes_the_next_one_in():
    assert merged({"つくば": 20, "中津": 6, "多摩": 2}, rest="ほか") == {
        "つくば": "つくば",
        "中津": "ほか",
        "多摩": "ほか",
    }
    assert merged({"つくば": 20, "中津": 6}, rest="ほか") == {"つくば": "つくば", "中津": "中津"}


def test_rows_of_small_municipalities_are_added_up():
    assert large({"つくば": [20, 1, 9], "中津": [3, 0, 1], "多摩": [2, 1, 1]}, "ja") == {
        "つくば": [20, 1, 9], "ほか": [5, 1, 2],
    }  # fmt: skip
    assert large({"つくば": [6, 1, 2], "多摩": [1, 0, 1]}, "en") == {"all together": [7, 1, 3]}


@given(SHEETS)
def test_mixing_keeps_every_answer_and_whoever_wrote_something(sheets):
    found = mixed(FORM, sheets, reverse)
    kept = [{k: v for k, v in sheet.items() if k not in ("note", "more")} for sheet in sheets]
    assert [{k: v for k, v in sheet.items() if k not in ("note", "more")} for sheet in found] == kept[::-1]
    for key in ("note", "more"):
        assert sorted(map(repr, (s.get(key) for s in found))) == sorted(map(repr, (s.get(key) for s in sheets)))
        assert [isinstance(s.get(key), str) for s in found] == [isinstance(s.get(key), str) for s in sheets][::-1]


def test_mixing_moves_texts_but_no_choice_and_no_date():
    sheets = [{"menu": "a", "born": "2026-01-01", "note": "一"}, {"menu": "b", "born": "2026-01-02", "note": "二"}]
    assert mixed(FORM, sheets, reverse) == [
        {"menu": "b", "born": "2026-01-02", "note": "一"}, {"menu": "a", "born": "2026-01-01", "note": "二"},
    ]  # fmt: skip


@given(SHEETS)
def test_in_a_file_the_texts_say_nothing_about_their_rows(sheets):
    found = cut_off(FORM, sheets)
    for key in ("note", "more"):
        said = sorted(s[key] for s in sheets if isinstance(s.get(key), str))
        assert [s[key] for s in found if isinstance(s.get(key), str)] == said
        assert [s[key] for s in found[: len(said)]] == said
    assert cut_off(FORM, sheets[::-1]) == found


def test_texts_within_a_repeat_are_mixed_under_their_own_turn():
    sheets = [{"note.1": "一", "note.2": "二"}, {"note.1": "三"}]
    assert mixed(FORM, sheets, reverse) == [{"note.1": "一"}, {"note.1": "三", "note.2": "二"}]


def form_with(question):
    return read_form(
        f"name: x\ntitle: x\nprivacy: anonymous\nquestions:\n  - {question}\n  - {{id: b, kind: text, title: B}}"
    )


@pytest.mark.parametrize(
    "question",
    [
        "{id: a, kind: calculated, calculate: now()}",
        "{id: a, kind: calculated, calculate: 'once(random())'}",
        "{id: a, kind: date, title: a, default: '=today()'}",
        "{id: a, kind: text, title: a, when: 'now () > 3'}",
        "{kind: group, id: g, title: g, questions: [{id: a, kind: calculated, calculate: uuid()}]}",
    ],
)
def test_the_time_and_chance_would_tell_whose_answers_they_are(question):
    assert telling(form_with(question)) in {"a", "g"}


@pytest.mark.parametrize(
    "question",
    [
        "{id: a, kind: date, title: a, constraint: '. <= today()'}",
        "{id: a, kind: text, title: now() and today()}",
        "{id: a, kind: calculated, calculate: '1 + 1'}",
    ],
)
def test_what_leaves_nothing_of_the_moment_is_welcome(question):
    assert telling(form_with(question)) is None


def test_every_kind_says_whether_its_answers_are_in_own_words_or_lead_to_their_owner():
    free = {"text", "name", "kana", "postal", "address", "place", "url", "email", "phone", "lookup"}
    traceable = {"file", "photo", "audio", "signature"}
    same_for_many = {
        "choice", "choices", "rank", "scale", "yesno", "consent", "matrix", "integer", "number", "money", "percentage",
        "date", "time", "datetime", "month", "fiscal-year", "period", "calculated", "hidden", "note", "group", "repeat",
    }  # fmt: skip
    assert {kind for kind, model in KINDS.items() if getattr(model, "free", False)} == free
    assert {kind for kind, model in KINDS.items() if getattr(model, "traceable", False)} == traceable
    assert set(KINDS) == free | traceable | same_for_many


OWN = [
    ("kind: choice, options: [x, y], other: true", "x", [{"other": "一"}, {"other": "二"}]),
    ("kind: choices, options: [x, y], other: true", ["x"], [["x", {"other": "一"}], [{"other": "二"}]]),
    ("kind: place, options: [x]", {"name": "x", "words": "x"}, [{"words": "一"}, {"lat": 1.0, "lon": 2.0}]),
    ("kind: address", None, [{"postal": "", "address": "一"}, {"postal": "", "address": "二"}]),
    ("kind: consent, text: a", {"agreed": True, "version": 1, "sha256": "0"}, []),
    ("kind: scale", 3, []),
]


@pytest.mark.parametrize(("question", "common", "own"), OWN)
def test_own_words_are_moved_whatever_holds_them_and_what_was_offered_is_not(question, common, own):
    form = form_with(f"{{id: a, title: a, {question}}}")
    sheets = [{"a": value, "n": n} for n, value in enumerate([common, *own])]
    moved = {sheet["n"]: sheet["a"] for sheet in mixed(form, sheets, reverse)}
    assert moved == dict(enumerate([common, *own[::-1]]))
    apart = [sheet.get("a") for sheet in cut_off(form, sheets)]
    assert sorted(map(repr, filter(None, apart))) == sorted(map(repr, filter(None, [common, *own])))
