"""The form itself: its public fields, what may stand in them, and that it cannot change."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from forms.form import Form

ONE = {"id": "q", "kind": "yesno", "title": "はい？"}
SMALL = {"name": "a", "title": "b", "questions": [ONE]}


def form(**fields):
    return Form.model_validate(SMALL | fields)


def test_what_need_not_be_written_is_named_live_and_not_urgent():
    small = form()
    assert (small.privacy, small.results, small.urgent) == ("named", "live", False)
    assert (small.about, small.audience, small.closes, small.remind) == (None, None, None, ())


def test_a_form_cannot_change():
    with pytest.raises(ValidationError):
        form().name = "b"


def test_a_question_is_found_by_its_id():
    assert form().question("q").kind == "yesno"
    with pytest.raises(KeyError):
        form().question("x")


@pytest.mark.parametrize("name", ["kodomo-kyufu", "子育て給付金", "アンケート-2026", "a", "7", "神社", "あ" * 64])
def test_a_name_is_of_small_letters_digits_hyphens_or_japanese_letters(name):
    assert form(name=name).name == name


@pytest.mark.parametrize("name", ["", "A", "a b", "a_b", "-a", "а", "a/b", "あ" * 65, "a\n", "ａ", "😀", 5, None])
def test_other_names_are_refused(name):
    with pytest.raises(ValidationError):
        form(name=name)


def test_a_name_with_separate_voicing_marks_is_composed():
    assert form(name="ベッド").name == "ベッド"


@pytest.mark.parametrize("id_", ["", "1a", "a b", "あ", "a.b", "a\n", "x" * 65])
def test_an_id_begins_with_a_letter_and_holds_letters_digits_and_hyphens(id_):
    with pytest.raises(ValidationError):
        form(questions=[ONE | {"id": id_}])


@pytest.mark.parametrize(
    "closes", ["2026-12-11T17:00", "2026-12-11 17:00", "2026/12/11 17:00", "２０２６-12-11 17:00:00"]
)
def test_a_closing_time_without_a_zone_is_japanese_time(closes):
    assert form(closes=closes).closes == datetime(2026, 12, 11, 8, tzinfo=UTC)


def test_a_closing_day_without_a_time_ends_with_the_day():
    assert form(closes="2026-12-11").closes.isoformat() == "2026-12-11T23:59:00+09:00"


@pytest.mark.parametrize("closes", ["17:00", "1765000000", 1765000000, "2026-02-30T10:00", "1026-01-01T10:00"])
def test_a_closing_time_that_is_none_is_refused(closes):
    with pytest.raises(ValidationError):
        form(closes=closes)


def test_reminders_are_lengths_of_time_before_closing():
    form_ = form(remind=["30m", "3h", "1d", "2w"])
    assert form_.remind == ("30m", "3h", "1d", "2w")
    assert form_.reminders == tuple(
        timedelta(**length) for length in ({"minutes": 30}, {"hours": 3}, {"days": 1}, {"weeks": 2})
    )


@pytest.mark.parametrize("remind", ["0d", "-1d", "1", "d", "1y", "1.5h", "99999d", ""])
def test_other_lengths_of_time_are_refused(remind):
    with pytest.raises(ValidationError):
        form(remind=[remind])


def test_a_thousand_questions_are_possible_and_no_more():
    many = [ONE | {"id": f"q{n}"} for n in range(1001)]
    assert len(form(questions=many[:1000]).questions) == 1000
    for wrong in (many, []):
        with pytest.raises(ValidationError):
            form(questions=wrong)


def test_a_bare_option_is_both_name_and_label():
    (question,) = form(questions=[ONE | {"kind": "choice", "options": ["郵送"]}]).questions
    assert [(option.name, option.label.ja, option.label.en) for option in question.options()] == [("郵送",) * 3]


@pytest.mark.parametrize("options", [[], ["a", "a"], [f"a{n}" for n in range(201)], ["a\nb"], [" a"], [""]])
def test_options_have_names_of_their_own_on_one_line(options):
    with pytest.raises(ValidationError):
        form(questions=[ONE | {"kind": "choice", "options": options}])


@pytest.mark.parametrize(
    "title", ["", " ", "\u3000", "\u202eabc", "a\x07", {"ja": "あ", "fr": "a"}, {"en": "a"}, ["a"]]
)
def test_a_title_shows_something_and_hides_nothing(title):
    with pytest.raises(ValidationError):
        form(title=title)


def test_an_error_never_holds_what_was_written():
    with pytest.raises(ValidationError) as refused:
        form(title=["秘密のことば"], privacy="秘密のことば")
    assert "秘密のことば" not in str(refused.value)
