"""Conditions in words: read into expressions, told again in both languages."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forms.expression import compile_expression
from forms.form import Form
from forms.mistake import Mistake
from forms.writing.condition import Compared, Joined, parsed, source
from forms.writing.spoken_condition import read_condition
from forms.writing.told import told

TODAY = date(2026, 11, 24)
FORM = Form.model_validate({
    "name": "hinan", "title": "避難所の状況",
    "questions": [
        {"id": "q1", "kind": "text", "title": "避難所の名前"},
        {"id": "q2", "kind": "yesno", "title": "開設しましたか"},
        {"id": "q3", "kind": "date", "title": "開設した日"},
        {"id": "q4", "kind": "integer", "title": "避難者は何人ですか"},
        {"id": "q5", "kind": "choices", "title": "足りない物資", "options": ["水", "毛布", "食料"]},
        {"id": "q6", "kind": "choice", "title": "開設状況",
         "options": [{"name": "open", "label": {"ja": "開設済み", "en": "open"}},
                     {"name": "soon", "label": {"ja": "準備中", "en": "getting ready"}},
                     {"name": "no", "label": {"ja": "未開設", "en": "not open"}}]},
        {"id": "q7", "kind": "text", "title": "備考"},
    ],
})  # fmt: skip
LAST = FORM.asked[-1]
TABLE = [
    ("質問2が「はい」のときだけ", "${q2} = 'yes'"),
    ("質問2が『はい』のとき", "${q2} = 'yes'"),
    ("only if 2 is yes", "${q2} = 'yes'"),
    ("if 2 is yes", "${q2} = 'yes'"),
    ("when question 2 is no", "${q2} = 'no'"),
    ("2がいいえの場合", "${q2} = 'no'"),
    ("２番が「はい」の場合のみ", "${q2} = 'yes'"),
    ("問2がはいなら", "${q2} = 'yes'"),
    ("Q2 = yes", "${q2} = 'yes'"),
    ("2 is not yes", "${q2} != 'yes'"),
    ("質問2が「はい」でないとき", "${q2} != 'yes'"),
    ("質問2が「はい」以外のとき", "${q2} != 'yes'"),
    ("質問2で「はい」と答えたとき", "${q2} = 'yes'"),
    ("質問2が「はい」で、質問4が3以上のとき", "${q2} = 'yes' and ${q4} >= 3"),
    ("質問2が『はい』かつ質問4が３人以上の場合", "${q2} = 'yes' and ${q4} >= 3"),
    ("2がはい、4が100以上", "${q2} = 'yes' and ${q4} >= 100"),
    ("if 2 is yes and 4 is at least 3", "${q2} = 'yes' and ${q4} >= 3"),
    ("if question 2 is yes or question 4 is more than 10", "${q2} = 'yes' or ${q4} > 10"),
    ("質問2が「はい」または質問4が0のとき", "${q2} = 'yes' or ${q4} = 0"),
    ("質問2が「はい」のとき、または質問4が0のとき", "${q2} = 'yes' or ${q4} = 0"),
    ("質問4が3以上のとき", "${q4} >= 3"),
    ("質問4が3人以上10人以下のとき", "${q4} >= 3 and ${q4} <= 10"),
    ("質問4が3以上で10未満のとき", "${q4} >= 3 and ${q4} < 10"),
    ("質問4が百人を超えるとき", "${q4} > 100"),
    ("質問4が5より大きいとき", "${q4} > 5"),
    ("質問4が5より少ないとき", "${q4} < 5"),
    ("質問4が10未満のとき", "${q4} < 10"),
    ("質問4が１，０００以下", "${q4} <= 1000"),
    ("4 >= 3", "${q4} >= 3"),
    ("4 < 3", "${q4} < 3"),
    ("question 4 is at most 20", "${q4} <= 20"),
    ("question 4 is 3 or more", "${q4} >= 3"),
    ("質問4が0でないとき", "${q4} != 0"),
    ("質問5に「毛布」が含まれるとき", "selected(${q5}, '毛布')"),
    ("質問5で毛布を選んだとき", "selected(${q5}, '毛布')"),
    ("質問5が毛布のとき", "selected(${q5}, '毛布')"),
    ("質問5に「毛布」が含まれないとき", "not(selected(${q5}, '毛布'))"),
    ("5 includes 水", "selected(${q5}, '水')"),
    ("5 does not include 水", "not(selected(${q5}, '水'))"),
    ("質問5で毛布を選んでいないとき", "not(selected(${q5}, '毛布'))"),
    ("質問6が「準備中」のとき", "${q6} = 'soon'"),
    ("質問6が「準備中」か「未開設」のとき", "${q6} = 'soon' or ${q6} = 'no'"),
    ("6 is open or getting ready", "${q6} = 'open' or ${q6} = 'soon'"),
    ("質問6で開設済みを選んだとき", "${q6} = 'open'"),
    ("質問6が1番のとき", "${q6} = 'open'"),
    ("質問3が2026年4月1日以降のとき", "${q3} >= '2026-04-01'"),
    ("質問3が令和8年4月1日より前のとき", "${q3} < '2026-04-01'"),
    ("question 3 is on or before 2026-04-01", "${q3} <= '2026-04-01'"),
    ("質問1が「本庁舎」のとき", "${q1} = '本庁舎'"),
    ("質問1に回答があるとき", "${q1} != ''"),
    ("質問1が未回答のとき", "${q1} = ''"),
    ("question 1 is answered", "${q1} != ''"),
    ("「開設しましたか」が「はい」のとき", "${q2} = 'yes'"),
    ("前の質問が「未開設」のとき", "${q6} = 'no'"),
    ("質問１の答えが「O'Neill」のとき", '${q1} = "O\'Neill"'),
    ("${q4} >= 3 and ${q2} = 'yes'", "${q4} >= 3 and ${q2} = 'yes'"),
]
REFUSED = [
    "", "いつか", "はいのとき", "質問9が「はい」のとき", "質問0がはい", "質問2が「たぶん」のとき",
    "質問6が「閉鎖」のとき", "質問7が「あ」のとき",
    "質問1が3以上のとき", "質問2が3以上のとき", "質問4が「はい」のとき", "質問4が", "質問2",
    "質問2がはいで、質問4が3以上または質問5が水のとき",
    "質問3が2月30日以降のとき", "猫なら質問2がはい", "${q9} = 1", "${q7} = 1", "質問2が「はい」" * 200,
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), TABLE, ids=[said for said, _ in TABLE])
def test_a_condition_in_words_becomes_an_expression(said, expected):
    written = source(read_condition(said, FORM, LAST, today=TODAY))
    assert written == expected
    compile_expression(written, frozenset(q.id for q in FORM.asked))


def test_there_are_many_sentences():
    assert len(TABLE) >= 40


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_read_is_asked_back(said):
    with pytest.raises(Mistake):
        read_condition(said, FORM, LAST, today=TODAY)


def test_only_questions_before_it_can_decide():
    with pytest.raises(Mistake) as why:
        read_condition("質問5が水のとき", FORM, FORM.asked[1], today=TODAY)
    assert "5を2へ移動" in why.value.text.ja


@pytest.mark.parametrize(("expression", "ja", "en"), [
    ("${q2} = 'yes'", "質問2が「はい」のとき", "if question 2 is “yes”"),
    ("${q2} = 'yes' and ${q4} >= 3", "質問2が「はい」で、質問4が3以上のとき",
     "if question 2 is “yes” and question 4 is at least 3"),
    ("${q6} = 'soon' or ${q6} = 'no'", "質問6が「準備中」か「未開設」のとき",
     "if question 6 is “getting ready” or “not open”"),
    ("${q2} != 'yes' and ${q4} > 3 and ${q4} < 9", "質問2が「はい」でなく、質問4が3より大きく、質問4が9未満のとき",
     "if question 2 is not “yes” and question 4 is more than 3 and question 4 is less than 9"),
    ("selected(${q5}, '水') and not(selected(${q5}, '毛布'))", "質問5に「水」が含まれ、質問5に「毛布」が含まれないとき",
     "if question 5 includes “水” and question 5 does not include “毛布”"),
    ("${q3} >= '2026-04-01'", "質問3が2026年4月1日以降のとき", None),
    ("${q1} != ''", "質問1に回答があるとき", "if question 1 is answered"),
    ("${q1} = '' or ${q4} <= 2", "質問1が未回答のとき、または質問4が2以下のとき",
     "if question 1 is not answered or question 4 is at most 2"),
    ("${q4} + 1 > 3", "式「${q4} + 1 > 3」が成り立つとき", "if the expression “${q4} + 1 > 3” holds"),
])  # fmt: skip
def test_an_expression_is_told_in_words(expression, ja, en):
    said = told(expression, FORM)
    assert en is None or said.en == en
    assert said.ja == ja


@pytest.mark.parametrize(("said", "expected"), TABLE, ids=[said for said, _ in TABLE])
def test_what_is_told_is_read_again_as_the_same(said, expected):
    if "<" in said or "'" in said:
        return
    again = told(expected, FORM)
    for words in (again.ja, again.en):
        assert source(read_condition(words, FORM, LAST, today=TODAY)) == expected, words


IDS = st.sampled_from([q.id for q in FORM.asked])
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="'\"", exclude_categories=["Cs"]), max_size=12)
ONES = st.one_of(
    st.builds(Compared, IDS, st.sampled_from(["=", "!=", ">=", "<=", ">", "<", "has", "lacks"]), VALUES),
    st.builds(Compared, IDS, st.sampled_from(["=", ">="]), st.integers(0, 10**6).map(str), st.just(True)),  # noqa: FBT003
)
JOINED = st.builds(Joined, st.sampled_from(["and", "or"]), st.lists(ONES, min_size=2, max_size=4).map(tuple))
OR_OF_ALL = st.builds(Joined, st.just("and"), st.tuples(ONES, JOINED.filter(lambda j: j.word == "or")))


@given(st.one_of(ONES, JOINED, OR_OF_ALL))
def test_what_is_written_is_parsed_again_as_the_same(condition):
    assert parsed(source(condition)) == condition
    assert told(source(condition), FORM).ja.endswith("とき")


@given(st.text(max_size=200))
@example("質問2が" + "(" * 300)
def test_any_words_are_read_or_refused(said):
    parsed(said)
    told(said or "x", FORM)
    for words in (said, f"質問2が{said}のとき", f"if 4 is {said} and {said}"):
        try:
            read_condition(words, FORM, LAST, today=TODAY)
        except Mistake:
            continue
