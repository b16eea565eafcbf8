"""Counts are right, stay right when answers come and go, and never hold what people wrote."""

from fractions import Fraction
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from forms.bars import show_number, show_share
from forms.figures import figures
from forms.form import Form
from forms.summary import summary, summary_html
from forms.tally import Rate, Standing, Tally, overall, rates, tally
from tests.forms.results import BIRTH, FORM, GROUPS, MOVE, answers

RESPONSES = [("つくば市", BIRTH), ("中津市", MOVE), ("中津市", BIRTH)]
ASKED = {"つくば市": 2, "中津市": 2, "多摩市": 1}


def test_every_option_is_counted_also_the_one_that_nobody_chose():
    whole = tally(FORM, RESPONSES)
    assert whole.options("reason") == {"birth": 2, "move": 1, "other": 0}
    assert whole.options("reason", "中津市") == {"birth": 1, "move": 1, "other": 0}
    assert whole.options("agree") == {"yes": 2, "no": 1}
    assert whole.responses == {"つくば市": 1, "中津市": 2}


def test_numbers_have_their_sum_bounds_mean_and_median():
    known = tally(FORM, RESPONSES).numbers("children")
    assert (known.n, known.total, known.low, known.high) == (3, 7, 2, 3)
    assert (known.mean, known.median) == (Fraction(7, 3), 2)
    assert tally(FORM, []).numbers("children") is None


def test_a_share_is_of_those_whom_the_question_concerned():
    moved = next(figure for figure in figures(FORM, tally(FORM, RESPONSES)) if figure.title.ja == "転入した日")
    assert (moved.asked, moved.answered) == (1, 1)
    assert [(bar.label.ja, bar.count, bar.share) for bar in moved.bars] == [("2026年4月1日", 1, 1.0)]


def test_a_skipped_question_was_asked_and_not_answered():
    count = tally(FORM, RESPONSES).count("needs")
    assert (count.asked, count.answered) == (3, 2)


def test_what_people_wrote_is_counted_and_kept_nowhere():
    whole = tally(FORM, RESPONSES)
    assert whole.count("note").answered == 2
    assert "秘密" not in repr(whole)


@given(st.lists(st.tuples(GROUPS, answers(), st.booleans()), max_size=12))
def test_answers_that_come_and_go_leave_the_same_counts_as_counting_again(responses):
    running = Tally(FORM)
    for group, given_answers, _ in responses:
        running.add(given_answers, group)
    for group, given_answers, stays in responses:
        if not stays:
            running.remove(given_answers, group)
    assert running == tally(FORM, [(group, given_answers) for group, given_answers, stays in responses if stays])


@given(st.lists(st.tuples(GROUPS, answers()), max_size=30))
def test_the_bars_of_a_question_add_up_to_those_who_answered(responses):
    for figure in figures(FORM, tally(FORM, responses)):
        counts = [bar.count for bar in figure.bars]
        assert len(counts) <= 15
        if figure.title.ja not in ("必要なもの", "連絡事項"):
            assert sum(counts) == figure.answered


def test_a_response_that_was_never_counted_cannot_be_taken_back():
    empty = Tally(FORM)
    try:
        empty.remove(BIRTH, "つくば市")
    except ValueError:
        assert empty == Tally(FORM)
    else:
        raise AssertionError


def test_rates_have_a_row_for_each_municipality_asked_and_one_for_all():
    rows = rates(ASKED, tally(FORM, RESPONSES).responses)
    assert rows == (Rate("つくば市", 2, 1), Rate("中津市", 2, 2), Rate("多摩市", 1, 0))
    assert overall(rows) == Rate("", 5, 3)
    assert Rate("", 0, 0).share is None


def test_shares_and_numbers_are_written_as_people_expect():
    assert [show_share(share) for share in (0.0, 0.001, 0.405, 0.999, 1.0, None)] == [
        "0%",
        "1%",
        "41%",
        "99%",
        "100%",
        "–",
    ]
    shown = {0: "0", 1234: "1,234", -2.5: "-2.5", 0.001: "0", -0.001: "0", 10**400: "1.00e400"}
    assert {value: show_number(value) for value in shown} == shown


def test_the_summary_says_rate_municipalities_and_questions():
    found = tally(FORM, RESPONSES), Standing(ASKED, {"つくば市": 1, "中津市": 2})
    said = summary(FORM, *found, lang="ja")
    assert said.splitlines()[:5] == [
        "【子育て給付金の申請】途中経過",
        "回答 3/5（60%）",
        "　つくば市 1/2（50%）",
        "　中津市 2/2（100%）",
        "　多摩市 0/1（0%）",
    ]
    assert "　出生　▇▇▇▇▇▇▇ 2人（67%）" in said
    assert "　その他　0人（0%）" in said
    assert "秘密" not in said
    assert "Answers 3/5 (60%)" in summary(FORM, *found, lang="en")
    assert summary(FORM, *found, lang="ja", closed=True).startswith("【子育て給付金の申請】最終結果\n")


def test_the_tables_hold_names_as_words_and_never_as_markup():
    evil = "<img src=x>&{asked}\u202e"
    found = tally(FORM, [(evil, BIRTH)]), Standing({evil: 1}, {evil: 1})
    page = summary_html(FORM, *found, lang="ja")
    assert "&lt;img src=x&gt;&amp;{asked}" in page
    assert "<img" not in page
    assert "caption" not in page
    assert "\u202e" not in page
    tags = _Tags()
    tags.feed(page)
    assert tags.seen <= {"h4", "p", "strong", "br", "table", "thead", "tbody", "tr", "th", "td"}
    assert "　<img src=x>&{asked} 1/1（100%）" in summary(FORM, *found, lang="ja")


def test_a_result_fits_into_a_message_however_long_the_form():
    options = [{"name": f"o{n}", "label": f"{n}" + "長" * 300} for n in range(40)]
    questions = [{"id": f"q{n}", "kind": "choice", "title": "題" * 300, "options": options} for n in range(40)]
    form = Form.model_validate({"name": "long", "title": "長" * 300, "questions": questions})
    standing = Standing({f"{n}" + "市" * 300: 1 for n in range(100)}, {})
    said, page = (make(form, Tally(form), standing, lang="ja") for make in (summary, summary_html))
    assert len(said.encode()) < 9_000
    assert len(page.encode()) < 15_000
    assert "ほか70自治体 0/70（0%）" in said
    assert "ほか" in said.splitlines()[-1]
    assert "ほか" in page[-30:]


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = set()

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - the parser's own signature
        self.seen.add(tag)
