"""Two versions of a form, told apart in plain language; and answers that move from one to the other."""

from datetime import date

import pytest

from forms.form import Form
from forms.versions import carried, carries, joining, together
from forms.writing.difference import differences, question_changes

TODAY = date(2026, 11, 24)
NAME = {"id": "q1", "kind": "text", "title": "避難所の名前"}
OPEN = {"id": "q2", "kind": "yesno", "title": "開設しましたか"}
COUNT = {"id": "q3", "kind": "integer", "title": "避難者は何人ですか", "when": "${q2} = 'yes'"}
NEED = {"id": "q4", "kind": "choices", "title": "足りない物資", "options": ["水", "毛布", "食料"]}
DAY = {"id": "q5", "kind": "date", "title": "開設日"}


def form(*questions, **more):
    return Form.model_validate({"name": "hinan", "title": "避難所の状況", "questions": questions, **more})


OLD = form(NAME, OPEN, COUNT, NEED)


@pytest.mark.parametrize(("new", "ja", "en"), [
    (form(NAME, OPEN, COUNT, NEED), [], []),
    (form(NAME, OPEN, COUNT, NEED, DAY), ["追加：質問5「開設日」（日付）"], ["Added: question 5 “開設日” (date)"]),
    (form(NAME, OPEN, COUNT), ["削除：「足りない物資」（前の質問4）"], ["Removed: “足りない物資” (question 4 before)"]),
    (form(NEED, NAME, OPEN, COUNT), ["移動：「足りない物資」が質問4から質問1へ"],
     ["Moved: “足りない物資” from 4 to 1"]),
    (form({**NAME, "title": "施設名"}, OPEN, COUNT, NEED), ["質問1の質問文：「避難所の名前」→「施設名」"],
     ["Question 1, wording: “避難所の名前” → “施設名”"]),
    (form(NAME, OPEN, {**COUNT, "when": "${q2} = 'no'"}, NEED),
     ["質問3「避難者は何人ですか」を聞く条件：質問2が「はい」のとき→質問2が「いいえ」のとき"],
     ["Question 3 “避難者は何人ですか” is asked: if question 2 is “yes” → if question 2 is “no”"]),
    (form(NAME, OPEN, {"id": "q3", "kind": "integer", "title": "避難者は何人ですか", "required": False}, NEED),
     ["質問3「避難者は何人ですか」を聞く条件：質問2が「はい」のとき→いつも",
    "質問3「避難者は何人ですか」：任意になりました"], None),
    (form(NAME, OPEN, COUNT, {**NEED, "options": ["水", "食料", "毛布", "薬"]}),
     ["質問4「足りない物資」の選択肢に追加：「薬」", "質問4「足りない物資」の選択肢の順番"], None),
    (form(NAME, OPEN, COUNT, {**NEED, "kind": "choice"}), ["質問4「足りない物資」の種類：複数選択→択一"], None),
    (form(NAME, OPEN, {**COUNT, "high": 500, "hint": "人"}, NEED),
     ["質問3「避難者は何人ですか」のヒント：（なし）→人", "質問3「避難者は何人ですか」のほかの設定（high）"], None),
    (form(NAME, OPEN, COUNT, NEED, title="避難所", privacy="confidential"),
     ["フォームの題名：「避難所の状況」→「避難所」", "フォームのほかの設定（privacy）"], None),
])  # fmt: skip
def test_what_changed_is_said(new, ja, en):
    said = differences(OLD, new)
    assert [text.ja for text in said] == ja
    assert en is None or [text.en for text in said] == en


def test_one_question_s_changes_are_said_alone():
    new = form({**OPEN, "title": "開いていますか"}, NAME, COUNT)
    assert [t.ja for t in question_changes(OLD, new, "q2")] == ["質問1の質問文：「開設しましたか」→「開いていますか」"]
    assert [t.ja for t in question_changes(OLD, new, "q4")] == ["削除：「足りない物資」（前の質問4）"]
    assert question_changes(OLD, new, "q1") == ()


ANSWERS = {"q1": "本町小", "q2": "yes", "q3": 120, "q4": ["水", "毛布"]}


@pytest.mark.parametrize(("new", "whole"), [
    (form(DAY, NEED, NAME, OPEN, COUNT), True),
    (form(NAME, OPEN, COUNT), False),
    (form(NAME, OPEN, COUNT, {**NEED, "options": ["水", "毛布"]}), True),
    (form(NAME, OPEN, COUNT, {**NEED, "options": ["水", "食料"]}), False),
    (form(NAME, OPEN, {**COUNT, "high": 100}, NEED), False),
    (form(NAME, OPEN, {**COUNT, "high": 1000}, NEED), True),
    (form(NAME, OPEN, {**COUNT, "kind": "number"}, NEED), False),
    (form({**NAME, "longest": 2}, OPEN, COUNT, NEED), False),
])  # fmt: skip
def test_answers_move_over_where_none_is_lost(new, whole):
    assert carries(ANSWERS, OLD, new, today=TODAY) is whole
    assert (carried(ANSWERS, OLD, new, today=TODAY) == ANSWERS) is whole


def test_a_question_that_was_skipped_and_must_now_be_answered_is_asked_anew():
    before = form(NAME, {**OPEN, "required": False})
    assert carries({"q1": "x", "q2": None}, before, form(NAME, OPEN), today=TODAY)
    assert carried({"q1": "x", "q2": None}, before, form(NAME, OPEN), today=TODAY) == {"q1": "x"}


def test_the_turns_of_a_repeat_move_over_with_it():
    child = {"id": "age", "kind": "integer", "title": "年齢"}
    before = form({"id": "child", "kind": "repeat", "title": "お子さん", "questions": [child]})
    after = form(NAME, {"id": "child", "kind": "repeat", "title": "子ども", "questions": [child, OPEN]})
    answers = {"age.1": 3, "child.1.more": "yes", "age.2": 5, "child.2.more": "no"}
    assert carries(answers, before, after, today=TODAY)
    assert not carries(answers, before, form(NAME), today=TODAY)


def test_a_file_has_a_column_for_every_question_that_any_version_asked():
    new = form(NAME, OPEN, DAY)
    assert len(new.asked) == 3
    whole = together(new, [OLD, OLD])
    assert [q.id for q in whole.asked] == ["q1", "q2", "q5", "q3", "q4"]
    assert whole.question("q3").when is None
    assert together(new, [new]) is new


def test_results_say_how_versions_were_joined():
    new = form(NAME, OPEN, NEED, DAY)
    said = joining(new, 2, {1: (OLD, 3)}, count=2)
    assert said.ja.splitlines() == [
        "版をまたいだ集計です（第1版 3件、第2版 2件）。",
        "「開設日」は第1版にはない質問です（種類が違う場合を含みます）。その分の回答は含まれません。",
        "「避難者は何人ですか」は第1版で終わった質問です。上の集計には出ません。",
    ]
    assert joining(new, 2, {}, count=2) is None


FIRST = {"id": "q0", "kind": "text", "title": "場所"}
TABLE = {
    "id": "road",
    "kind": "matrix",
    "title": "道の様子",
    "rows": [{"name": "light", "label": "明るさ"}, {"name": "cars", "label": "車の量"}],
    "options": [{"name": "good", "label": "良い"}, {"name": "bad", "label": "悪い"}],
}


def _with_table(**changes):
    return Form.model_validate({"name": "f", "title": "t", "questions": [FIRST, {**TABLE, **changes}]})


def test_a_table_is_spoken_of_as_one_and_its_rows_as_rows():
    new = _with_table(
        rows=[{"name": "walk", "label": "歩道"}, {"name": "light", "label": "照明"}],
        options=[*TABLE["options"], {"name": "none", "label": "分からない"}],
        required=False,
        title="道路の様子",
    )
    assert [text.ja for text in differences(_with_table(), new)] == [
        "質問2〜3の質問文：「道の様子」→「道路の様子」",
        "質問2〜3「道路の様子」の表に行を追加：「歩道」",
        "質問2〜3「道路の様子」の表から行を削除：「車の量」",
        "質問2〜3「道路の様子」の表の行の言い方：「照明」",
        "質問2〜3「道路の様子」の表に列を追加：「分からない」",
        "質問2〜3「道路の様子」：任意になりました",
    ]


def test_a_table_comes_and_goes_in_one_sentence():
    without = Form.model_validate(
        {"name": "f", "title": "t", "questions": [{"id": "q0", "kind": "text", "title": "場所"}]}
    )
    assert [text.ja for text in differences(without, _with_table())] == ["追加：質問2〜3「道の様子」（表形式）"]
    assert [text.ja for text in differences(_with_table(), without)] == ["削除：「道の様子」（前の質問2〜3）"]
