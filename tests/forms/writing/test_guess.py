"""The kind that a question's wording asks for."""

from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.writing.guess import guess
from forms.writing.kinds import TITLES, WRITTEN, kind_alone, kind_named, kind_title

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
    # an order of options, a point on a scale, a table
    ("必要なものを順番に選んでください\n水\n毛布\n食料", "rank"),
    ("物資の優先順位：水、毛布、食料", "rank"),
    ("力を入れてほしい順に並べてください", "rank"),
    ("Rank these: water, food, beds", "rank"),
    ("優先順位：高、中、低", "choice"),
    ("優先順位は決まっていますか", "yesno"),
    ("順番に案内しましたか", "yesno"),
    ("研修の満足度を5段階で", "scale"),
    ("説明の分かりやすさを1〜5で答えてください", "scale"),
    ("0〜10の数字で、おすすめ度を教えてください", "scale"),
    ("満足度（1＝不満、5＝満足）", "scale"),
    ("How satisfied are you, on a scale of 1 to 5?", "scale"),
    ("5段階で測りましたか", "yesno"),
    ("1〜5人で使う部屋", "text"),
    ("窓口の満足度\n待ち時間\n説明\n\n良い\n悪い", "matrix"),
    ("窓口の満足度\n行：待ち時間、説明\n列：良い、悪い", "matrix"),
    ("お住まいの地区\n東\n西\n\n北", "choice"),
    # contacts and moments
    ("電話番号", "phone"),
    ("メールアドレス", "email"),
    ("集合は何時ですか", "time"),
    ("発生日時", "datetime"),
]


@pytest.mark.parametrize(("said", "kind"), TABLE, ids=[said for said, _ in TABLE])
def test_the_kind_is_guessed_from_the_wording(said, kind):
    assert guess(said).kind == kind


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


@pytest.mark.parametrize(
    ("said", "title", "fields"),
    [
        ("満足度を5段階で", "満足度を5段階で", {"points": 5}),
        ("満足度を5段階で 1=不満 5=満足", "満足度を5段階で", {"points": 5, "lowest": "不満", "highest": "満足"}),
        ("満足度（1＝とても 不満、7＝満足）", "満足度", {"points": 7, "lowest": "とても 不満", "highest": "満足"}),
        ("満足度を5段階で（1が不満、5が満足）", "満足度を5段階で", {"points": 5, "lowest": "不満", "highest": "満足"}),
        ("満足度\n1=不満 5=満足", "満足度", {"points": 5, "lowest": "不満", "highest": "満足"}),
        ("満足度を3段階で\n不満\n普通\n満足", "満足度を3段階で", {"points": 3, "labels": ["不満", "普通", "満足"]}),
        ("満足度\n1=不満\n2=普通\n3=満足", "満足度", {"points": 3, "labels": ["不満", "普通", "満足"]}),
        ("Rate it from 0 to 10: 0=bad, 10=good", "Rate it from 0 to 10",
         {"points": 11, "first": 0, "lowest": "bad", "highest": "good"}),
        ("上位2つを順番に選んでください：水、毛布、食料", "上位2つを順番に選んでください", {"top": 2}),
        ("上位3つを順番に選んでください：水、毛布、食料", "上位3つを順番に選んでください", {}),
    ],
)  # fmt: skip
def test_points_and_places_are_told_from_the_title(said, title, fields):
    found = guess(said)
    assert (found.title, found.fields) == (title, fields)


def test_a_table_has_rows_and_columns():
    found = guess("窓口の満足度（任意）\n・待ち時間\n・説明\n\n・良い\n・ふつう\n・悪い")
    assert (found.title, found.rows, found.options) == (
        "窓口の満足度",
        ("待ち時間", "説明"),
        ("良い", "ふつう", "悪い"),
    )
    assert found.required is False


def test_several_things_rated_on_one_scale_are_the_rows_of_a_table():
    found = guess("次の項目を3段階で評価してください（1＝不満、3＝満足）\n待ち時間\n説明")
    assert (found.kind, found.rows, found.options) == ("matrix", ("待ち時間", "説明"), ("1（不満）", "2", "3（満足）"))
    assert guess("Rate each from 1 to 3\nfood\nroom").options == ("1", "2", "3")


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
    assert set(TITLES) == WRITTEN
    for lang in ("ja", "en"):
        assert len({kind_title(kind)[lang] for kind in WRITTEN}) == len(WRITTEN)


@pytest.mark.parametrize(
    "said", ["満足" * 8000, "scale 1 " * 2000, "1=a " * 4000, "1=" * 8000, "a\n" + "行:x\n\n" * 3000]
)
def test_very_long_wordings_are_guessed_at_once(said):
    began = monotonic()
    assert guess(said).kind in WRITTEN
    assert monotonic() - began < 5


@given(st.text(max_size=300))
def test_any_wording_gives_a_kind_that_there_is(said):
    assert guess(said).kind in WRITTEN
