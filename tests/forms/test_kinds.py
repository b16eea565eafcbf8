"""What holds for every kind of question there is; how each reads is in every_kind.py."""

import json
from datetime import date
from hashlib import sha256
from time import perf_counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from forms.document import read_form, write_form
from forms.figures import figures
from forms.form import Form
from forms.mistake import Mistake
from forms.questions import Element, Question
from forms.questions.base import Around, Brought, Several, Spot
from forms.questions.searching import picked
from forms.tally import tally
from tests.forms.every_kind import CONSENT, HOW, SAMPLES, exif, jpeg, png, towns

QUESTION = TypeAdapter(Question)
TODAY = date(2026, 11, 24)
EVERY = [*SAMPLES, CONSENT]
FILES = {
    "photo": ("入口.jpg", jpeg(exif())),
    "signature": ("sign.png", png()),
    "file": ("名簿.csv", "氏名,部署\n".encode()),
    "audio": ("voice.ogg", b"OggS\0\0"),
}
AROUND = Around("response-1", "", towns)


def question(kind, **fields):
    return QUESTION.validate_python({"id": "q", "kind": kind, "title": "質問", **fields})


def asked(sample, around=AROUND):
    return question(sample.kind, **sample.fields).asked_as(around)


def labelled(sample):
    return f"{sample.kind}-{EVERY.index(sample)}"


def values(sample):
    """Every value that a sample gives, and skipping."""
    one = asked(sample, Around(towns=towns))
    found = [one.read(said, TODAY) for said in sample.takes]
    if sample.kind in FILES:
        found.append(one.take(Brought(*FILES[sample.kind]), None)[0])
    if sample.kind == "place":
        found.append(one.find(Spot(33.2382, 131.6126, 20.0)))
    if sample.kind == "consent":
        found.append(one.read("同意する", TODAY))
    return found


def why(one, said):
    with pytest.raises(Mistake) as caught:
        one.read(said, TODAY)
    return caught.value.text


def test_every_kind_has_a_sample():
    kinds = {get_args(model.model_fields["kind"].annotation)[0] for model in get_args(Question)}
    assert kinds == {sample.kind for sample in EVERY}


@pytest.mark.parametrize("sample", EVERY, ids=labelled)
def test_what_people_type_is_read_and_what_is_no_answer_is_refused_in_both_languages(sample):
    one = asked(sample, Around(towns=towns))
    for said, value in sample.takes.items():
        assert one.read(said, TODAY) == value, said
    for said in sample.refuses:
        text = why(one, said)
        assert text.ja.strip(), said
        assert text.en.strip(), said


@pytest.mark.parametrize("sample", EVERY, ids=labelled)
def test_every_value_can_be_stored_shown_exported_counted_and_seen_by_expressions(sample):
    one = asked(sample)
    for value in [*values(sample), None]:
        assert json.loads(json.dumps(value)) == value
        assert len(one.cells(value, "ja")) == len(one.columns()) == len(one.cells(value, "en"))
        assert all(isinstance(cell, str | int | float) for cell in one.cells(value, "ja"))
        assert isinstance(one.plain(value), str)
        if value is not None:
            assert one.show(value, "ja").strip()
            assert one.show(value, "en").strip()
            assert all(isinstance(counted, str | int | float) for counted in one.counted(value))


@pytest.mark.parametrize("sample", EVERY, ids=labelled)
def test_what_is_shown_is_read_back_as_the_same_value(sample):
    """People copy the echo. What is not typed at all, or holds more than is shown, is left out."""
    one = asked(sample, Around(towns=towns))
    if sample.kind in {*FILES, "consent", "rank"} or (sample.kind == "place"):
        return
    for value in values(sample):
        if sample.kind == "name" and " " not in str(value).replace("\u3000", " ") and one.parts:
            continue  # スカルノ alone
        assert one.read(one.show(value, "ja"), TODAY) == value


@pytest.mark.parametrize("sample", EVERY, ids=labelled)
def test_what_expressions_see_becomes_the_value_again_or_none(sample):
    one = asked(sample)
    for value in values(sample):
        again = one.from_plain(one.plain(value))
        assert again is None or one.plain(again) == one.plain(value)


@pytest.mark.parametrize("sample", EVERY, ids=labelled)
def test_every_kind_says_in_both_languages_what_to_do(sample):
    prompt = asked(sample).prompt()
    assert prompt.ja.strip()
    assert prompt.en.strip()


@pytest.mark.parametrize("sample", EVERY, ids=labelled)
def test_a_question_is_written_as_it_was_read(sample):
    document = {
        "name": "a",
        "title": "題",
        "questions": [{"id": "q", "kind": sample.kind, "title": "質問", **sample.fields}],
    }
    form = Form.model_validate(document)
    assert read_form(write_form(form)) == form


@pytest.mark.parametrize("sample", EVERY, ids=labelled)
def test_every_kind_has_a_figure_that_counts_who_answered(sample):
    document = {
        "name": "a",
        "title": "題",
        "questions": [{"id": "q", "kind": sample.kind, "title": "質問", **sample.fields}],
    }
    form = Form.model_validate(document)
    given = values(sample)
    (figure,) = figures(form, tally(form, [("つくば市", {"q": value}) for value in [*given, None]]))
    assert (figure.asked, figure.answered) == (len(given) + 1, len(given))
    assert figure.bars or figure.note


LONG = ["1" * 65536, "1," * 32768, "a b " * 16384, "十" * 65536, "\u3099" * 65536, "①" * 60000, "です" * 30000]
LONG += [
    "https://" + "a." * 30000,
    "a@" * 30000,
    "その他 " * 20000,
    "4 x" * 20000,
    "令和" * 30000,
    "09" * 30000,
    "-" * 65536,
]
HOSTILE = [
    "\u202eevil",
    "\0",
    "\x1b[31m",
    "<b onclick=x>",
    "@room",
    "${q}",
    "\ud800",
    "=1+1",
    "\u200b",
    "％" * 50,
    "\u202e \u200e",
]


@pytest.mark.parametrize("sample", EVERY, ids=labelled)
def test_hostile_words_are_survived_at_once_and_never_quoted_at_length(sample):
    one = asked(sample)
    for said in [*LONG, *HOSTILE]:
        began = perf_counter()
        try:
            shown = one.show(one.read(said, TODAY), "ja")
        except Mistake as mistake:
            assert said[:60] not in mistake.text.ja or len(said) < 60
            shown = mistake.text.ja
        assert not set(shown) & set("\0\x1b\u202e\ud800")
        assert perf_counter() - began < 2  # some milliseconds; a shared machine may pause


@given(st.text(max_size=200) | st.text("0123１①三、,・ と\n.番ですその他郵送年月日〒-@:/", max_size=40))
def test_anything_typed_is_a_value_that_can_be_shown_or_a_mistake(said):
    for sample in EVERY:
        one = asked(sample)
        try:
            value = one.read(said, TODAY)
        except Mistake as mistake:
            assert mistake.text.ja
            assert mistake.text.en
        else:
            assert one.show(value, "ja")
            json.dumps(value)


@given(
    st.none()
    | st.integers()
    | st.text(max_size=9)
    | st.lists(st.text(max_size=3))
    | st.dictionaries(st.text(max_size=9), st.text(max_size=3))
)
def test_a_value_of_another_kind_breaks_nothing(value):
    """A form may change the kind of a question between two versions; what was stored stays."""
    for sample in EVERY:
        one = asked(sample)
        assert isinstance(one.plain(value), str)
        assert isinstance(one.show(value, "ja"), str)
        assert len(one.cells(value, "ja")) == len(one.columns())
        list(one.counted(value) if value is not None else ())


# -- order -----------------------------------------------------------------------------------------------------------


def test_a_response_has_an_order_of_its_own_that_stays():
    one = question("choice", options=[str(n) for n in range(20)], shuffle=True)
    orders = {tuple(o.name for o in one.asked_as(Around(f"response-{n}")).options()) for n in range(20)}
    assert len(orders) == 20
    assert one.asked_as(Around("x")).prompt() == one.asked_as(Around("x")).prompt()
    assert all(sorted(order) == sorted(str(n) for n in range(20)) for order in orders)


def test_a_number_means_what_was_shown():
    one = question("choice", options=HOW, shuffle=True, other=True).asked_as(Around("some response"))
    for number, option in enumerate(one.options()[:-1], 1):
        assert one.read(str(number), TODAY) == option.name
    assert one.options()[-1].name == "other"


# -- lookup ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many():
    return question(
        "lookup",
        options=[
            {"name": f"c{n}", "label": f"第{n}団体", "columns": {"kana": f"だい{n}だんたい"}} for n in range(12_500)
        ],
        from_list="bodies",
    )


def test_12_500_that_stand_in_the_form_itself_are_searched_at_once(many):
    many.read("第12499団体", TODAY)  # the index is made once
    began = perf_counter()
    again = many.asked_as(Around("r"))
    assert again.read("ﾀﾞｲ１２４９９ダンタイ", TODAY) == "c12499"
    assert perf_counter() - began < 1


def test_too_many_are_not_listed_but_more_is_asked_for(many):
    assert "12,500件" in why(many, "団体").ja
    assert "1." not in why(many, "団体").ja


def test_several_are_listed_and_then_a_number_chooses(many):
    with pytest.raises(Several) as several:
        many.read("第1234", TODAY)
    assert "1. 第1234団体\n2. 第12340団体" in several.value.text.ja
    narrowed = many.asked_as(Around(narrowed=several.value.narrowed))
    assert narrowed.read("2", TODAY) == "c12340"
    assert narrowed.read("③番です", TODAY) == "c12341"
    assert narrowed.read("第5000団体", TODAY) == "c5000"  # another search
    assert "2. 第12340団体" in narrowed.prompt().ja


@pytest.mark.parametrize(
    ("said", "index"), [("1", 0), ("２番", 1), ("③", 2), ("4", None), ("0", None), ("1人", None), ("", None)]
)
def test_only_a_bare_number_chooses_among_what_was_found(said, index):
    assert picked(said, 3) == index


# -- postal codes ----------------------------------------------------------------------------------------------------


def test_a_code_of_several_towns_is_asked_back_with_a_list():
    one = question("postal").asked_as(AROUND)
    with pytest.raises(Several) as several:
        one.read("498-0000", TODAY)
    assert "1. 愛知県弥富市\n2. 愛知県桑名郡木曽岬町" in several.value.text.ja
    chosen = one.asked_as(Around(narrowed=several.value.narrowed, towns=towns)).read("2", TODAY)
    assert chosen == {"code": "4980000", "address": "愛知県桑名郡木曽岬町"}


def test_without_a_list_of_codes_the_code_alone_is_kept():
    assert question("postal").read("870-0046", TODAY) == {"code": "8700046", "address": ""}


# -- consent ---------------------------------------------------------------------------------------------------------


def test_what_was_agreed_to_is_kept_with_its_version_and_hash():
    one = question("consent", text={"ja": "規約", "en": "Terms"}, version="2")
    value = one.read("はい", TODAY)
    assert value == {
        "agreed": True,
        "version": "2",
        "sha256": sha256("規約\nTerms".encode()).hexdigest(),
        "text": {"ja": "規約", "en": "Terms"},
    }
    assert question("consent", text="規約", required=False).read("同意しません", TODAY)["agreed"] is False


# -- files -----------------------------------------------------------------------------------------------------------


def take(one, name, content, former=None):
    return one.take(Brought(name, content), former)


def refused(one, name, content):
    with pytest.raises(Mistake) as caught:
        take(one, name, content)
    return caught.value.text.ja


def test_a_photo_is_kept_without_its_place_and_named_by_what_is_kept():
    value, kept = take(question("photo"), "入口.jpg", jpeg(exif()))
    assert b"GPS" not in kept
    assert value == [{"name": "入口.jpg", "type": "image/jpeg", "size": len(kept), "sha256": sha256(kept).hexdigest()}]
    _, whole = take(question("photo", keep_place=True), "入口.jpg", jpeg(exif()))
    assert b"GPS" in whole


def test_files_are_added_up_to_the_number_and_then_begin_anew():
    one, value = question("photo", most=2), None
    for n in range(2):
        value, _ = take(one, f"{n}.jpg", jpeg(exif(), b"\xff\xdb\x00\x03" + bytes([n])), value)
        assert one.wants_more(value) is (n == 0)
    assert [file["name"] for file in value] == ["0.jpg", "1.jpg"]
    value, _ = take(one, "2.jpg", jpeg(), value)
    assert [file["name"] for file in value] == ["2.jpg"]


def test_what_is_too_large_of_another_type_or_empty_is_refused_with_what_to_send():
    one = question("photo")
    assert "25MBまで" in refused(one, "a.jpg", None)
    assert "1MBまで" in refused(question("photo", megabytes=1), "a.jpg", jpeg() + b"\0" * 1_000_000)
    assert "JPEG, PNG, WEBP" in refused(one, "a.jpg", b"%PDF-1.7")
    assert "空でした" in refused(one, "a.jpg", b"")
    assert "画像として開けません" in refused(one, "a.jpg", b"\xff\xd8\xff\xe0")
    assert "受け取れない形式" in refused(question("file"), "a.exe", b"MZ\0\0")
    assert "受け取れない形式" in refused(question("file"), "a.docx", b"PK\x03\x04 word/vbaProject.bin")
    assert "受け取れない形式" in refused(question("file"), "a.pdf", b"PK\x03\x04 word/")


def test_the_name_of_a_file_hides_nothing():
    value, _ = take(question("file"), "\u202egpj.exe\n" + "長" * 300 + ".csv", b"a,b\n")
    assert "\u202e" not in value[0]["name"]
    assert len(value[0]["name"]) <= 40


def test_words_do_not_answer_what_asks_for_a_file_nor_a_file_what_asks_for_words():
    assert "写真を送ってください" in why(question("photo"), "写真").ja
    assert "文字で答えて" in refused(question("text"), "a.jpg", jpeg())
    with pytest.raises(Mistake):
        question("text").find(Spot(1, 2))


# -- matrix ----------------------------------------------------------------------------------------------------------

MATRIX = {
    "id": "m",
    "kind": "matrix",
    "title": {"ja": "満足度", "en": "How satisfied are you?"},
    "rows": ["窓口の対応", {"name": "speed", "label": {"ja": "早さ", "en": "speed"}}],
    "options": ["良い", "ふつう", "悪い"],
}
AFTER = {"id": "why", "kind": "text", "title": "理由", "when": "${m_speed} = '悪い'"}


def form(*questions, **more):
    return Form.model_validate({"name": "a", "title": "題", "questions": questions, **more})


def test_each_row_of_a_matrix_is_a_question_with_an_id_of_its_own():
    whole = form(MATRIX, AFTER)
    assert [q.id for q in whole.asked] == ["m_1", "m_speed", "why"]
    assert whole.asked[0].title.ja == "満足度：窓口の対応"
    assert whole.asked[1].read("3", TODAY) == "悪い"
    assert [figure.title.ja for figure in figures(whole, tally(whole, []))] == ["満足度", "理由"]
    assert read_form(write_form(whole)) == whole


def test_a_matrix_shares_a_list_of_the_form_and_its_condition():
    whole = form(
        {"id": "used", "kind": "yesno", "title": "利用しましたか"},
        {**MATRIX, "options": "grades", "when": "${used} = 'yes'", "required": False},
        lists={"grades": ["良い", "悪い"]},
    )
    assert [q.when for q in whole.asked] == [None, "${used} = 'yes'", "${used} = 'yes'"]
    assert len(whole.asked[1].options()) == 2
    assert read_form(write_form(whole)) == whole


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("choice", {"options": ["other"], "other": True}),
        ("choices", {"options": ["none"], "none": True}),
        ("rank", {"options": ["a"]}),
        ("rank", {"options": ["a", "b"], "top": 3}),
        ("scale", {"points": 1}),
        ("scale", {"points": 3, "labels": ["a", "b"]}),
        ("text", {"pattern": "("}),
        ("text", {"pattern": "(?=x)"}),
        ("text", {"shortest": 9, "longest": 3}),
        ("time", {"earliest": "17:00", "latest": "09:00"}),
        ("time", {"earliest": "25:00"}),
        ("datetime", {"earliest": "2026-02-01", "latest": "2026-01-01"}),
        ("period", {"earliest": "2026-02-01", "latest": "2026-01-01"}),
        ("money", {"low": 2, "high": 1}),
        ("consent", {}),
        ("photo", {"most": 11}),
        ("photo", {"megabytes": 26}),
        ("file", {"types": ["exe"]}),
        ("file", {"types": []}),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(kind, fields):
    with pytest.raises(ValidationError):
        question(kind, **fields)


@pytest.mark.parametrize(
    "rows", [[], ["a", "a"], [{"name": "ア", "label": "a"}], ["x"] * 40, [{"name": "r" * 64, "label": "a"}]]
)
def test_a_matrix_whose_rows_cannot_be_told_apart_is_refused(rows):
    with pytest.raises(ValidationError):
        TypeAdapter(Element).validate_python({**MATRIX, "rows": rows})


def test_a_pattern_that_would_run_away_answers_at_once():
    began = perf_counter()
    why(question("text", pattern="(a+)+", longest=10_000), "a" * 9_999 + "!")
    assert perf_counter() - began < 1


def test_a_condition_on_a_row_is_no_flaw_where_something_else_is_one():
    flaws = read_form(
        """name: a
title: x
questions:
- {id: m, kind: matrix, title: 満足度, rows: [{name: speed, label: 早さ}, 説明], options: [良い, 悪い]}
- {id: n, kind: text, title: x, when: "${m_speed} = '良い' and ${m_2} = '良い'", longest: 0}
"""
    )
    assert [flaw.place.ja for flaw in flaws] == ["質問2「n」の longest（5行目）"]


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [(None, 3, "3つまで選べます。"), (1, 3, "3つまで選べます。"), (2, None, "2つ以上選んでください。"),
     (2, 3, "2つから3つまで選んでください。"), (2, 2, "2つ選んでください。")],
)  # fmt: skip
def test_how_many_may_be_chosen_is_said_in_one_line(least, most, said):
    one = question("choices", options=["赤", "青", "黄", "緑"], least=least, most=most)
    assert one.prompt().ja.splitlines()[-1] == said


def test_days_of_the_week_may_be_written_together():
    days = question("choices", options=["月", "火", "水", "木", "金"])
    assert days.read("月水金", TODAY) == ["月", "水", "金"]
    with pytest.raises(Mistake):
        days.read("月日", TODAY)
    assert question("choices", options=["1", "2", "12"]).read("12", TODAY) == ["12"]


@pytest.mark.parametrize("said", ["はい", "同意します。", "OK", "ｏｋ"])
def test_a_yes_is_no_signature(said):
    with pytest.raises(Mistake) as wrong:
        question("signature").read(said, TODAY)
    assert "お名前（氏名）" in wrong.value.text.ja
