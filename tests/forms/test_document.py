"""Forms as people write them, in YAML or JSON; and documents that are no forms."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.document import Flaw, read_form, write_form
from forms.form import Form
from forms.text import Text
from tests.examples import many
from tests.forms.documents import DOCUMENTS, EXAMPLE

SMALL = "name: a\ntitle: b\nquestions:\n- {id: q, kind: yesno, title: c}\n"


def form(text):
    read = read_form(text)
    assert isinstance(read, Form), read
    return read


def flaws(text):
    read = read_form(text)
    assert isinstance(read, tuple)
    assert all(isinstance(flaw, Flaw) for flaw in read)
    assert all(words.ja and words.en for flaw in read for words in (flaw.place, flaw.what, flaw.mend))
    return read


def only_flaw(text):
    (flaw,) = flaws(text)
    return flaw


def test_the_example_is_a_form():
    example = form(EXAMPLE)
    assert [question.kind for question in example.questions] == [
        "choice", "integer", "date", "choices", "yesno", "text"
    ]  # fmt: skip
    assert example.question("moved").when == "${reason} = 'move'"
    assert example.closes.isoformat() == "2026-12-11T17:00:00+09:00"


def test_json_is_the_same_document():
    form_ = form(EXAMPLE)
    assert form(form_.model_dump_json(by_alias=True)) == form_
    assert form(json.dumps(json.loads(form_.model_dump_json(by_alias=True)), indent="\t")) == form_


@pytest.mark.parametrize("fence", ["```\n{}\n```", "```yaml\n{}```\n", "\n```yml\n{}\n```\n\n"])
def test_a_code_fence_around_it_is_left_out(fence):
    assert form(fence.format(SMALL)) == form(SMALL)


def test_line_numbers_count_the_fence():
    assert only_flaw("```yaml\n" + SMALL + "closes: someday\n```").place.ja == "closes（6行目）"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(ending):
    assert form("\ufeff" + SMALL.replace("\n", ending)) == form(SMALL)


@pytest.mark.parametrize("word", ["no", "yes", "on", "2026-04-01", "012", "1_000", "0x1F", "1.50", "true", "12:30:45"])
def test_a_word_that_yaml_would_change_stays_as_written(word):
    text = f"name: a\ntitle: {word}\nquestions:\n- {{id: q, kind: choice, title: {word}, options: [{word}]}}\n"
    read = form(text)
    assert read.title.ja == word
    assert read.questions[0].title.ja == word
    assert [(option.name, option.label.ja) for option in read.questions[0].options()] == [(word, word)]


def test_numbers_stay_numbers_where_the_field_is_one():
    question = form(SMALL + "- {id: n, kind: number, title: 1, low: 1, high: 2.5}").question("n")
    assert (question.low, question.high, question.title.ja) == (1, 2.5, "1")
    assert isinstance(question.low, int)


@pytest.mark.parametrize("no", ["no", "false", "off", "False", "'no'"])
def test_required_may_be_said_in_any_way_of_yaml(no):
    assert form(SMALL.replace("title: c", f"title: c, required: {no}")).questions[0].required is False


def test_a_field_left_empty_is_absent():
    assert form(SMALL + "about:\nremind: ~\ncloses: null\n") == form(SMALL)


def test_places_are_named_in_both_languages():
    flaw = only_flaw(SMALL + "- {id: children, kind: integer, title: x, low: 5, high: 1}")
    assert flaw.place == Text(ja="質問2「children」の low（5行目）", en="low of question 2 (children) (line 5)")
    flaw = only_flaw(SMALL + "- {id: n, kind: choice, title: x, options: [a, {name: b, label: []}]}")
    assert flaw.place == Text(
        ja="質問2「n」の選択肢2の label（5行目）", en="label of option 2 of question 2 (n) (line 5)"
    )


def test_a_day_as_the_deadline_is_the_end_of_that_day():
    assert form(SMALL + "closes: 2026-12-11").closes.isoformat() == "2026-12-11T23:59:00+09:00"


def test_all_flaws_are_found_at_once_in_the_order_of_the_document():
    found = flaws("""\
name: Kodomo!
title: {jp: 子}
privcy: named
questions:
- {id: a, kind: integr, title: x}
- {id: children, kind: integer, title: x, low: 5, high: 2}
- {id: a, kind: choice, title: y}
- {id: c, kind: yesno, title: z, when: "${aa} = 'x'"}
- {id: e, kind: choice, title: z, options: [m, m]}
closes: tomorrow
remind: [1x]
""")
    assert [flaw.place.ja for flaw in found] == [
        "name（1行目）",
        "title（2行目）",
        "privcy（3行目）",
        "質問1「a」の kind（5行目）",
        "質問2「children」の low（6行目）",
        "質問3「a」（7行目）",
        "質問3「a」の id（7行目）",
        "質問4「c」の when（8行目）",
        "質問5「e」の options（9行目）",
        "closes（10行目）",
        "催促1（11行目）",
    ]


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("- {id: n, kind: integr, title: x}", "integer"),
        ("- {id: n, kind: integer, title: x, hihg: 3}", "high"),
        ("- {id: n, kind: choice, title: x, options: [{name: a, label: b, labl: c}]}", "label"),
        ("privcy: named", "privacy"),
        ("privacy: anonimous", "anonymous"),
        ("audience: {room: ['#a:b']}", "rooms"),
    ],
)
def test_the_nearest_known_word_is_suggested(wrong, nearest):
    assert any(nearest in flaw.mend.en for flaw in flaws(SMALL + wrong))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("- {id: q, kind: yesno, title: x}", "質問1でも"),
        ("- {id: n, kind: choice, title: x}", "「options」がありません"),
        ("- {id: n, kind: choice, title: x, options: []}", "1つ以上"),
        ("- {id: n, kind: integer, title: x, low: 9, high: 1}", "より大きく"),
        ("- {id: n, kind: integer, title: x, low: many}", "数を書きます"),
        ("- {id: n, kind: integer, title: x, low: 1.5}", "数を書きます"),
        ("- {id: n, kind: number, title: x, low: nan}", "数を書きます"),
        (f"- {{id: n, kind: number, title: x, low: {'9' * 5000}}}", "数"),
        ("- {id: n, kind: date, title: x, earliest: 2026-02-30}", "日"),
        ("- {id: n, kind: text, title: x, longest: 0}", "1以上"),
        ("- {id: n, kind: yesno, title: x, when: '${q} == 1'}", "「=」"),
        ("- {id: n, kind: yesno, title: x, when: '${qq} = 1'}", "${q}"),
        ("- {id: 1n, kind: yesno, title: x}", "使えない文字"),
        ("- {id: n, kind: yesno}", "「title」がありません"),
        ("- {id: n, title: x}", "kind"),
        ("- yes", "組を書きます"),
        ("closes: 2026-13-01T10:00", "日時"),
        ("remind: 1d", "一覧"),
        ("urgent: maybe", "true"),
        ("name: b", "2回"),
        ("? {a: b}\n: c", "読めません"),
        ("a:\n\tb: 1", "読めません"),
        ("about: &a x", "記号"),
        ("about: !!python/object:os.system x", "記号"),
        ("about: *a", "記号"),
        ("---\nname: b", "2つ"),
        ('about: "a\\0b"', "制御文字"),
        ('about: "a\\u202eb"', "制御文字"),
    ],
)
def test_a_flaw_says_what_is_wrong(wrong, said):
    assert said in only_flaw(SMALL + wrong).what.ja


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ありません"),
        ("name：a", "ありません"),
        ("- a\n- b", "ありません"),
        ('{"name": "a", "name": "b"}', "2回"),
        ("name: a\0", "制御文字"),
        ("name: \ud800", "制御文字"),
        ("あ" * 90_000, "大きすぎます"),
        ("[" * 100_000, "深すぎます"),
        ('{"a":' * 40_000, "深すぎます"),
        ('{"a":' * 30 + "1" + "}" * 30, "深すぎます"),
    ],
)
def test_what_is_no_form_is_said_to_be_none(text, said):
    assert said in only_flaw(text).what.ja


def test_the_full_width_colon_is_pointed_out():
    assert "：" in only_flaw("name：a\ntitle：b").mend.ja


def test_never_more_than_twenty_flaws():
    assert len(flaws(SMALL + "".join(f"k{n}: x\n" for n in range(20_000)))) == 20


OPTIONS = ", ".join(map(str, range(199)))
BOMBS = {
    "ten thousand questions": SMALL + "".join(f"- {{id: q{n}}}\n" for n in range(10_000)),
    "a long word": "name: a\ntitle: " + "あ" * 65_536,
    "many words": "[" + "a," * 130_000 + "]",
    "many numbers": '{"a":[' + "1," * 130_000 + "1]}",
    "braces": "{" * 262_000,
    "question marks": "? " * 130_000,
    "dashes": "- " * 130_000,
    "quotes": '"' * 262_000,
    "colons": ":" * 262_000,
    "bars": "|\n" * 130_000,
    "fences": "```\n" * 65_000,
    "backticks": "`" * 262_000,
    "spaces": " " * 262_000 + "a",
    "laughs": "a: &a [x]\n" + "".join(f"k{n}: &k{n} [*a, *a]\n" for n in range(1000)),
    "conditions": SMALL
    + "".join(f"- {{id: p{n}, kind: yesno, title: a, when: \"{'${q}=1 or ' * 40}1\"}}\n" for n in range(450)),
    "options": SMALL
    + "".join(f"- {{id: p{n}, kind: choice, title: a, options: [{OPTIONS}]}}\n" for n in range(200)),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_answered_within_two_seconds(bomb):
    began = time.process_time()
    read_form(BOMBS[bomb])
    assert time.process_time() - began < 2


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_is_a_form_or_flaws(text):
    assert isinstance(read_form(text), Form | tuple)


@settings(max_examples=many(300))
@given(st.text(st.sampled_from(list(EXAMPLE[-700:]) + list("{}[]:-'\"&*!|>?#%@`\n\t ,~")), max_size=400))
def test_any_text_that_looks_like_a_form_is_one_or_has_flaws(text):
    for document in (text, SMALL + text, EXAMPLE[: len(text) * 3] + text):
        assert isinstance(read_form(document), Form | tuple)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=10), inside, max_size=4),
)
FIELDS = st.sampled_from([*Form.model_fields, "id", "kind", "options", "low", "when"])
KINDS = st.sampled_from(["choice", "choices", "text", "number", "integer", "date", "yesno"])


@settings(max_examples=many(200), deadline=None)
@given(
    st.dictionaries(FIELDS, JSON, max_size=8),
    st.lists(st.fixed_dictionaries({"kind": KINDS}, optional=dict.fromkeys(("id", "title", "options", "low"), JSON))),
)
def test_wrong_types_in_any_field_are_flaws(fields, questions):
    text = json.dumps({**fields, "questions": questions})
    assert isinstance(read_form(text), Form | tuple)


@settings(max_examples=many(200), deadline=None)
@given(DOCUMENTS)
def test_a_form_written_and_read_is_the_same_form(document):
    form_ = Form.model_validate(document)
    assert read_form(write_form(form_)) == form_
    assert Form.model_validate_json(form_.model_dump_json(exclude_defaults=True)) == form_
    assert read_form(form_.model_dump_json(by_alias=True)) == form_
