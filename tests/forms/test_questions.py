"""Every kind of question reads what people type, says it back, and refuses what it cannot take."""

from datetime import date
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from forms.mistake import Asked, Mistake
from forms.questions import Question

QUESTION = TypeAdapter(Question)
TODAY = date(2026, 11, 24)
HOW = [
    {"name": "counter", "label": {"ja": "窓口", "en": "counter"}},
    {"name": "post", "label": {"ja": "郵送", "en": "by post"}},
    {"name": "online", "label": {"ja": "オンライン", "en": "online"}},
]


def question(kind, **fields):
    return QUESTION.validate_python({"id": "q", "kind": kind, "title": "質問", **fields})


def why(asked, said):
    with pytest.raises(Mistake) as caught:
        asked.read(said, TODAY)
    return caught.value.text


CHOICE = question("choice", options=HOW)
CHOICES = question("choices", options=HOW, most=2)
EVERY = [
    CHOICE,
    CHOICES,
    question("choices", options=[f"{n} 窓口・郵送 と{n}" for n in range(200)]),
    question("text"),
    question("number", low=-2000, high=100),
    question("integer", low=0, high=15),
    question("date", earliest="2026-01-01", latest="2026-12-31"),
    question("yesno"),
]

ONLINE = [
    "3",
    "３",
    "③",
    "三",
    "3.",
    "3番",
    "3番目",
    "3️⃣",
    "オンライン",
    "ｵﾝﾗｲﾝ",
    "online",
    "オン",
    "on",
    "オンラインです。",
]
ONLINE += ["3. オンライン", "③オンライン", "3 オンライン", "オンラインにします", "No.3", "(3)"]


@pytest.mark.parametrize("said", ONLINE)
def test_an_option_is_chosen_by_number_label_name_or_beginning(said):
    assert CHOICE.read(said, TODAY) == "online"


@pytest.mark.parametrize("said", ["4", "0", "-1", "1.5", "その他", "", "です", "9" * 5000])
def test_what_is_no_option_is_refused_with_the_numbers_there_are(said):
    assert "1から3の番号" in why(CHOICE, said).ja
    assert "from 1 to 3" in why(CHOICE, said).en


@pytest.mark.parametrize("said", ["3. 郵送", "③郵送", "3郵送", "3番 郵送"])
def test_a_number_and_a_label_that_disagree_are_asked_back_with_both(said):
    assert "2. 郵送\n3. オンライン" in why(CHOICE, said).ja


@pytest.mark.parametrize("said", ["2、3", "郵送とオンライン"])
def test_a_choice_takes_only_one(said):
    assert "一つだけ" in why(CHOICE, said).ja


def test_a_number_that_is_also_another_label_is_asked_back():
    assert question("choice", options=["1回", "2回", "0回"]).read("2", TODAY) == "2回"
    times = question("choice", options=["0回", "1回", "2回"])
    assert "2. 1回\n3. 2回" in why(times, "2").ja
    assert times.read("2番", TODAY) == "1回"
    assert times.read("2回", TODAY) == "2回"


def test_a_beginning_that_two_labels_share_is_asked_back():
    assert "1. 東京都\n2. 東大阪市" in why(question("choice", options=["東京都", "東大阪市", "大阪"]), "東").ja


@pytest.mark.parametrize(
    "said",
    [
        "1,3",
        "1、3",
        "１，３",
        "3・1",
        "1/3",
        "1 3",
        "1\n3",
        "1と3",
        "①③",
        "3,1,3",
        "窓口とオンライン",
        "1. 窓口、3. オンライン",
    ],
)
def test_several_options_are_taken_in_their_own_order_each_once(said):
    assert CHOICES.read(said, TODAY) == ["counter", "online"]


def test_one_wrong_part_refuses_the_whole_and_is_named():
    assert "「9」" in why(CHOICES, "1、9").ja
    assert "3. オンライン" in why(CHOICES, "1、3. 郵送").ja


def test_a_label_may_hold_a_separator():
    assert question("choices", options=["窓口", "郵送", "窓口・郵送"]).read("窓口・郵送", TODAY) == ["窓口・郵送"]


def test_too_few_or_too_many_options_are_refused_with_the_limit():
    assert "2つまで" in why(CHOICES, "1、2、3").ja
    assert "2つ以上" in why(question("choices", options=HOW, least=2), "1").ja


@pytest.mark.parametrize("said", ["全部", "すべて", "全てです", "ALL", "ぜんぶ。"])
def test_all_of_the_options_are_said_in_one_word(said):
    every = ["counter", "post", "online"]
    assert question("choices", options=HOW).read(said, TODAY) == every
    assert question("choices", options=HOW, none=True, other=True, most=3).read(said, TODAY) == every
    assert question("choices", options=["全部", "すべて", "全て", "all", "b"]).read("全部", TODAY) == ["全部"]
    assert question("choices", options=["a", "b"], none="すべて当てはまらない").read("すべて", TODAY) == ["a", "b"]


def test_all_of_the_options_are_asked_back_where_fewer_can_be_chosen():
    with pytest.raises(Asked) as caught:
        CHOICES.read("全部", TODAY)
    assert "2つまで" in caught.value.text.ja


def test_both_means_all_of_two():
    assert question("choices", options=["a", "b"], other=True).read("両方", TODAY) == ["a", "b"]
    assert "両方" in why(question("choices", options=HOW), "両方").ja


def test_none_is_an_answer_only_where_none_need_be_chosen():
    assert question("choices", options=HOW, required=False).read("なし", TODAY) == []
    assert question("choices", options=["a", "なし"], required=False).read("なし", TODAY) == ["なし"]
    assert "「なし」" in why(CHOICES, "なし").ja
    assert "「なし」" in why(question("choices", options=HOW, required=False, least=1), "なし").ja


def test_an_integer_is_never_rounded():
    assert "整数" in why(question("integer"), "4.5").ja
    assert question("integer").read("4.0", TODAY) == 4
    assert question("integer").read("７万８千円", TODAY) == 78000


@pytest.mark.parametrize(("kind", "said"), [("integer", "16"), ("integer", "▲1"), ("number", "15.5")])
def test_a_number_outside_the_limits_is_refused_with_both(kind, said):
    assert "0〜15" in why(question(kind, low=0, high=15), said).ja


def test_a_number_keeps_its_decimals():
    assert question("number").read("３．５kg", TODAY) == 3.5
    assert isinstance(question("number").read("3", TODAY), int)
    assert "15桁" in why(question("number"), "1.23456789012345678").ja


def test_a_date_is_stored_as_iso_and_said_back_in_both_calendars():
    asked = question("date")
    assert asked.read("令和8年4月1日", TODAY) == "2026-04-01"
    assert asked.show("2026-04-01", "ja") == "2026年4月1日（水・令和8年4月1日）"
    assert asked.show("2026-04-01", "en") == "1 April 2026 (Wed)"


@pytest.mark.parametrize("said", ["2025/12/31", "2027/1/1"])
def test_a_date_outside_the_limits_is_refused_with_both(said):
    asked = question("date", earliest="2026-01-01", latest="2026-12-31")
    assert "2026年1月1日から2026年12月31日まで" in why(asked, said).ja


def test_yes_and_no_are_stored_as_such():
    asked = question("yesno")
    assert asked.read("はい", TODAY) == "yes"
    assert asked.read("同意できません", TODAY) == "no"
    assert "どちらにもとれます" in why(asked, "けっこうです").ja
    assert [(option.name, option.label.ja) for option in asked.options()] == [("yes", "はい"), ("no", "いいえ")]
    assert (asked.show("no", "ja"), asked.show("no", "en")) == ("いいえ", "no")


def test_words_are_trimmed_and_kept_as_written():
    assert question("text").read("　㈱丸山②　", TODAY) == "㈱丸山②"
    assert question("text").read("神\ufa19都\ufa26", TODAY) == "神\ufa19都\ufa26"


def test_too_many_words_are_refused_by_how_many():
    assert "5文字多すぎます" in why(question("text", longest=20), "あ" * 25).ja


@pytest.mark.parametrize("said", ["", " \u3000\n", "\u200b", "\u202e"])
def test_words_that_cannot_be_seen_are_no_answer(said):
    assert "何も書かれていません" in why(question("text"), said).ja


def test_what_to_type_is_said_for_every_kind():
    assert CHOICE.prompt().ja == "1. 窓口\n2. 郵送\n3. オンライン"
    assert CHOICE.prompt().en == "1. counter\n2. by post\n3. online"
    assert question("integer", low=1, high=15).prompt().ja == "整数で入力（1〜15）"
    assert all(asked.prompt().ja and asked.prompt().en for asked in EVERY)


def test_several_options_are_exported_as_a_column_each():
    assert CHOICE.columns() == ("q",)
    assert CHOICES.columns() == ("q/counter", "q/post", "q/online")


def test_a_question_is_written_as_it_was_read():
    for asked in EVERY:
        assert QUESTION.validate_json(asked.model_dump_json()) == asked
        assert "offered" not in asked.model_dump_json()


def test_a_bare_word_or_number_is_an_option():
    asked = question("choice", options=["出生", 2026, {"name": 1, "label": 2}])
    assert [(option.name, option.label.ja) for option in asked.options()] == [
        ("出生", "出生"),
        ("2026", "2026"),
        ("1", "2"),
    ]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("choice", {"options": []}),
        ("choice", {"options": ["a", "a"]}),
        ("choice", {"options": [str(n) for n in range(201)]}),
        ("choice", {"options": [""]}),
        ("choice", {"options": ["\u202e"]}),
        ("choice", {"options": [True]}),
        ("choice", {"options": None}),
        ("choices", {"options": ["a"], "least": 2}),
        ("choices", {"options": ["a", "b"], "least": 2, "most": 1}),
        ("integer", {"low": 2, "high": 1}),
        ("integer", {"low": 1.5}),
        ("number", {"low": float("nan")}),
        ("date", {"earliest": "2026-02-01", "latest": "2026-01-01"}),
        ("text", {"longest": 0}),
        ("text", {"unknown": 1}),
        ("text", {"id": "1a"}),
        ("text", {"id": "a\n"}),
        ("text", {"title": ""}),
        ("other", {}),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(kind, fields):
    with pytest.raises(ValidationError):
        question(kind, **fields)


LONG = ["1" * 65536, "1," * 32768, "a b " * 16384, "十" * 65536, "\u3099" * 65536, "\ufdfa" * 20000, "①" * 60000]
LONG += ["窓口・" * 20000, "です" * 30000, "1万" * 30000, "か\ufa19" * 30000, "x " * 200, "1 " * 2000, "\ud800" * 1000]


@pytest.mark.parametrize("asked", EVERY, ids=lambda asked: asked.kind)
def test_very_long_words_are_answered_at_once(asked):
    for said in LONG:
        began = perf_counter()
        try:
            asked.read(said, TODAY)
        except Mistake as mistake:
            assert said[:41] not in mistake.text.ja
        assert perf_counter() - began < 0.5  # it takes some milliseconds; a shared machine may pause


@given(st.text(max_size=200) | st.text("0123１①三、,・ と\n.番です窓口郵送オンライン", max_size=40))
def test_anything_typed_is_a_value_that_can_be_shown_or_a_mistake(said):
    for asked in EVERY:
        try:
            value = asked.read(said, TODAY)
        except Mistake as mistake:
            assert mistake.text.ja
            assert mistake.text.en
        else:
            assert asked.show(value, "ja") is not None
