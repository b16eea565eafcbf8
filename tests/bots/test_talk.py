"""`kairan talk`: lines in, lines out."""

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from bots.talk import Talk, run
from forms.document import read_form
from forms.form import Form
from tests.examples import many
from tests.forms.every_kind import exif, jpeg

TODAY = date(2026, 11, 23)
FORM = read_form("""
name: shelter
title: {ja: 避難所の状況, en: Shelter report}
privacy: named
questions:
  - {id: open, kind: yesno, title: {ja: 開設していますか, en: Is it open}}
  - {id: people, kind: integer, title: {ja: 何人いますか, en: How many people}, low: 0, high: 999,
     when: "${open} = 'yes'"}
""")
assert isinstance(FORM, Form)


def talk(*said: str, lang="ja", as_json=True) -> tuple[bool, list]:
    written: list[str] = []
    sent = run(Talk(FORM, today=TODAY, lang=lang), said, write=written.append, as_json=as_json)
    return sent, [json.loads(line) for line in written] if as_json else written


def test_a_form_that_is_sent_is_saved_with_its_values():
    sent, out = talk("はい\n", "４２\n", "送信\n")
    assert sent
    assert {"saved": {"open": "yes", "people": 42}} in out


def test_what_is_not_accepted_is_refused():
    sent, out = talk("はい", "たくさん")
    assert not sent
    assert out[-1].keys() == {"refused"}


def test_nothing_is_saved_before_sending():
    _, out = talk("はい", "42")
    assert all("saved" not in line for line in out)


def test_the_end_of_the_input_is_no_error():
    sent, out = talk()
    assert not sent
    assert "開設していますか" in out[0]["say"]


def test_text_has_the_speaker_in_front():
    _, out = talk("いいえ", "送信", as_json=False)
    assert out[0].startswith("bot> 避難所の状況\n     ")
    assert '* {"open": "no"}' in out


def test_english_is_spoken_on_demand():
    assert "Is it open" in talk(lang="en")[1][0]["say"]
    assert "How many people" in talk("English", "yes")[1][-1]["say"]


def test_chat_commands_are_refused_with_the_reason():
    for line in ("!form help", "！form list", "  !help"):
        assert "チャット" in talk(line)[1][-1]["refused"]


def test_text_that_is_not_utf8_is_refused():
    for line in (b"\x82\xcd\x82\xa2".decode("utf-8", "replace"), b"\xff\xfe".decode("utf-8", "surrogateescape")):
        assert "UTF-8" in talk(line)[1][-1]["refused"]


def test_a_very_long_line_is_refused():
    assert "長すぎ" in talk("あ" * 1_000_000)[1][-1]["refused"]


@settings(max_examples=many(50), deadline=None)
@given(st.lists(st.text(st.characters(), max_size=30), max_size=10))
def test_any_lines_give_lines_that_are_utf8_json(lines):
    written: list[str] = []
    run(Talk(FORM, today=TODAY), lines, write=written.append, as_json=True)
    for line in written:
        assert len(json.loads(line.encode().decode())) == 1


WITH_FILES = """name: hinan
title: 避難所
questions:
  - {id: photo, kind: photo, title: 写真}
  - {id: zip, kind: postal, title: 郵便番号}
  - {id: place, kind: place, title: 場所}
"""


def test_files_and_places_can_be_sent_without_a_server():
    form = read_form(WITH_FILES)
    talk = Talk(
        form,
        today=date(2026, 11, 24),
        towns={"8700046": ("大分県大分市荷揚町",)}.get,
        fetch={"entrance.jpg": jpeg(exif())}.get,
    )
    talk.start()
    assert "大きすぎます" in talk.hear("(写真) missing.jpg")[0]["refused"]
    assert "承りました：entrance.jpg" in talk.hear("(写真) entrance.jpg")[0]["say"]
    assert "荷揚町" in talk.hear("870-0046")[0]["say"]
    assert "緯度 33.2382" in talk.hear("(位置情報) 33.2382, 131.6126")[0]["say"]
    saved = next(output["saved"] for output in talk.hear("送信") if "saved" in output)
    assert saved["photo"][0]["type"] == "image/jpeg"
    assert saved["place"] == {"lat": 33.2382, "lon": 131.6126}
