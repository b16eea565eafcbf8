"""The kind that a question's wording asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.writing.guess import guess
from forms.writing.kinds import KINDS, TITLES, kind_alone, kind_named, kind_title, present

TABLE = [
    # numbers
    ("避難者は何人ですか", "integer"),
    ("避難者数", "integer"),
    ("現在の避難者数を教えてください", "integer"),
    ("いま何人いますか？", "integer"),
    ("毛布はいくつ必要ですか", "integer"),
    ("乳幼児の人数（人）", "integer"),
    ("参加人数は？", "integer"),
    ("公用車を何台使いますか", "integer"),
    ("年齢", "integer"),
    ("世帯数", "integer"),
    ("会議室の数", "integer"),
    ("研修は何日間ですか", "integer"),
    ("必要な箱は何箱ですか", "integer"),
    ("宿泊日数", "integer"),
    ("備品の数量", "integer"),
    ("How many people are there?", "integer"),
    ("Number of blankets", "integer"),
    ("人数（男性・女性の合計）", "integer"),
    ("申請する金額", "money"),
    ("費用はいくらですか", "money"),
    ("月額（円）", "money"),
    ("What is the cost?", "money"),
    ("今朝の体温", "number"),
    ("敷地の面積（㎡）", "number"),
    ("Body temperature", "number"),
    # days
    ("いつ開設しましたか", "date"),
    ("開設は何月何日ですか", "date"),
    ("生年月日", "date"),
    ("希望日", "date"),
    ("受診した日", "date"),
    ("提出期日", "date"),
    ("工事の開始日はいつですか", "date"),
    ("〜月〜日", "date"),
    ("When was it opened?", "date"),
    ("Date of birth", "date"),
    # yes or no
    ("避難所は開設しましたか", "yesno"),
    ("出席できますか", "yesno"),
    ("アレルギーの有無", "yesno"),
    ("給水車は必要ですか？", "yesno"),
    ("停電していませんか", "yesno"),
    ("駐車場の利用はありますか（はい・いいえ）", "yesno"),
    ("点検は済みましたか", "yesno"),
    ("すべての備品がそろっていますか", "yesno"),
    ("研修を選択科目として受けますか", "yesno"),
    ("発熱などの症状がありますか", "yesno"),
    ("何か困っていることはありますか", "yesno"),
    ("Is the shelter open?", "yesno"),
    ("Do you need water?", "yesno"),
    ("出欠: はい、いいえ", "yesno"),
    # options
    ("開設状況：開設済み、準備中、未開設", "choice"),
    ("希望の時間帯 午前/午後/終日", "choice"),
    ("開設状況（開設済・準備中・未開設）", "choice"),
    ("お住まいの地区\n東地区\n西地区\n北地区", "choice"),
    ("昼食\n1. 和食\n2. 洋食\n3. 不要", "choice"),
    ("交通手段を選んでください", "choice"),
    ("どちらの会場に来ますか: 本庁 / 支所", "choice"),
    ("Lunch: Japanese, Western, none", "choice"),
    ("Which of these do you use?", "choice"),
    ("足りない物資（複数回答可）：水、毛布、食料", "choices"),
    ("足りないものをすべて選んでください\n・水\n・毛布", "choices"),
    ("当てはまるものをいくつでも: a / b / c", "choices"),
    ("使う設備を複数選んでください", "choices"),
    ("Select all that apply: water, food, beds", "choices"),
    # words
    ("避難所の名前", "text"),
    ("施設名", "text"),
    ("お困りのこと", "text"),
    ("理由を書いてください", "text"),
    ("その他の連絡事項（任意）", "text"),
    ("担当者はどなたですか", "text"),
    ("どのような支援が必要ですか", "text"),
    ("どこに避難していますか", "text"),
    ("関係者の連絡先", "text"),
    ("平日の過ごし方", "text"),
    ("職員番号", "text"),
    ("Anything else?", "text"),
    ("Name of the shelter", "text"),
    # where the kind exists
    ("電話番号", "phone"),
    ("メールアドレス", "email"),
    ("集合は何時ですか", "time"),
    ("発生日時", "datetime"),
]
STAND_IN = {"money": "integer"}


@pytest.mark.parametrize(("said", "kind"), TABLE, ids=[said for said, _ in TABLE])
def test_the_kind_is_guessed_from_the_wording(said, kind):
    assert guess(said).kind == present(kind, STAND_IN.get(kind, "text"))


def test_there_are_many_wordings():
    assert len(TABLE) >= 60


@pytest.mark.parametrize(
    ("said", "title", "options"),
    [
        ("開設状況：開設済み、準備中", "開設状況", ("開設済み", "準備中")),
        ("お住まいの地区\n・東地区\n・西地区", "お住まいの地区", ("東地区", "西地区")),
        ("お住まいの地区\n東、西、北", "お住まいの地区", ("東", "西", "北")),
        ("Q3. 昼食（和食／洋食）", "昼食", ("和食", "洋食")),
        ("足りない物資（複数回答可）：水、毛布", "足りない物資（複数回答可）", ("水", "毛布")),
        ("希望 午前/午後", "希望", ("午前", "午後")),
        ("12/1の出欠", "12/1の出欠", ()),
        ("1. 避難所の名前", "避難所の名前", ()),
        ("時刻は 9:30、10:30 のどちら", "時刻は 9:30、10:30 のどちら", ()),
    ],
)
def test_title_and_options_are_told_apart(said, title, options):
    found = guess(said)
    assert (found.title, found.options) == (title, options)


@pytest.mark.parametrize(("said", "required"), [("備考（任意）", False), ("氏名【必須】", True), ("備考", None)])
def test_whether_an_answer_is_needed_may_be_said_in_brackets(said, required):
    assert guess(said).required is required
    assert "任意" not in guess(said).title


@pytest.mark.parametrize(
    ("word", "kind"),
    [("文字", "text"), ("択一", "choice"), ("日付です", "date"), ("整数", "integer"), ("はい・いいえ", "yesno"),
     ("ＴＥＸＴ", "text"), ("yes/no", "yesno"), ("複数選択", "choices"), ("こんにちは", None), ("日付" * 40, None)],
)  # fmt: skip
def test_one_word_names_a_kind(word, kind):
    assert kind_named(word) == kind


def test_words_that_rather_are_questions_correct_nothing():
    assert [kind_alone(word) for word in ("人数", "氏名", "電話番号", "金額")] == [None] * 4
    assert [kind_alone(word) for word in ("整数", "日付", "number")] == ["integer", "date", "integer"]


def test_every_kind_has_a_title_of_its_own():
    assert set(TITLES) == set(KINDS)
    for lang in ("ja", "en"):
        assert len({kind_title(kind)[lang] for kind in KINDS}) == len(KINDS)


@given(st.text(max_size=300))
def test_any_wording_gives_a_kind_that_there_is(said):
    assert guess(said).kind in KINDS
