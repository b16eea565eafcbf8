"""The starting library: every form is whole, in both languages, and can be filled in to its end."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.library import library
from forms.document import read_form, write_form
from forms.journey import Circumstances, Journey
from forms.text import Text

NOW = Circumstances(now=datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Tokyo")), seed="library")
FORMS = pytest.mark.parametrize("form", library().values(), ids=list(library()))
SAID = (
    "太郎", "山田　太郎", "ヤマダ　タロウ", "はい", "1", "2", "2026-11-24", "2026-12-01 10:00", "10:00", "令和8年度",
    "令和8年4月", "36.5", "37.8", "1000", "1234567", "2026-12-01〜2026-12-05", "2026-12-02 15:00", "090-1234-5678",
    "a@example.jp", "100-0001", "東京都千代田区千代田1-1", "1、2", "同意します", "2020-04-02", "2027-04-01",
)  # fmt: skip


def test_there_is_what_municipalities_ask_for_most():
    assert len(library()) >= 12


@FORMS
def test_every_word_is_there_in_both_languages(form):
    texts = list(_texts(form.model_dump()))
    assert len(texts) > 10
    assert [t for t in texts if t.ja == t.en] == []


@FORMS
def test_each_has_kana_a_date_or_time_and_a_branch(form):
    kinds = {q.kind for q in form.asked}
    assert form.rules.any
    assert kinds & {"date", "datetime", "period", "time", "month"} or form.name == "shokuin-anketo"
    assert kinds & {"kana", "name"} or form.privacy == "anonymous" or form.urgent or form.name == "nittei-chousei"


@FORMS
def test_a_form_written_and_read_is_the_same(form):
    assert read_form(write_form(form)) == form


@FORMS
@pytest.mark.parametrize("start", range(6))
def test_each_can_be_filled_in_to_its_end(form, start):
    answers = {}
    for _ in range(200):
        journey = Journey(form, answers, NOW)
        question = journey.next()
        if question is None:
            assert journey.given
            return
        answers = _answered(form, question, answers, start)
    raise AssertionError(f"no end: {list(answers)}")


def _answered(form, question, answers, start):
    """The first of the things said that will do, from `start` on; else it is skipped."""
    if question.id.endswith(".more"):
        return {**answers, question.id: "no" if start % 2 else "yes" if "1.more" in question.id else "no"}
    for n in range(len(SAID)):
        try:
            value = question.read(SAID[(start + n) % len(SAID)], date(2026, 11, 24))
        except Exception:  # noqa: BLE001 - what will not do
            continue
        tried = {**answers, question.id: value}
        if Journey(form, tried, NOW).objection(question.id) is None:
            return tried
    if hasattr(question, "formats") or not question.required:
        return {**answers, question.id: None}
    raise AssertionError(f"nothing will do for {question.id}: {question.kind}")


def _texts(value):
    match value:
        case Text():
            yield value
        case {"ja": str(), "en": str()}:
            yield Text(**value)
        case dict():
            for inside in value.values():
                yield from _texts(inside)
        case list() | tuple():
            for inside in value:
                yield from _texts(inside)
