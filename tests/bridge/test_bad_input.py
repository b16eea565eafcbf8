"""What is too much of something, in a form or in an answer: refused or handled within 5 seconds and 300 MB, in words.

Workbooks have tests of their own (test_workbook.py). Each case is a process of its own, so that its memory is its own:
VmHWM, for what a process counts as its most by getrusage begins with what its parent held.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.heavy

SECONDS, MEGABYTES = 5, 300
ROOT = Path(__file__).parents[2]
PLAY = """
import json, re, sys, time
from pathlib import Path
from bots.roles import Role
from bridge.stage import Stage

form, turns = json.loads(sys.stdin.read())
stage = Stage(Path(sys.argv[1]), {"hen": (Role.EDITOR, "tsukuba"), "ono": (Role.STAFF, "tsukuba")})
heard = []

def all_said():
    stage.tick()
    heard.extend(h.text for h in stage.read() if h.person == "ono" or not turns)

began = time.process_time()
stage.say("hen", "!form load\\n" + form)
loaded = "\\n".join(h.text for h in stage.read())
if turns:
    stage.say("hen", "!form publish f", room="行政DX")
    all_said()
for turn in turns:
    if isinstance(turn, int):
        stage.send("ono", "photo.jpg", b"\\xff\\xd8\\xff" + bytes(turn))
    else:
        stage.say("ono", turn)
    all_said()
print(json.dumps({
    "loaded": loaded, "heard": heard, "seconds": time.process_time() - began,
    "megabytes": int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024,
}))
stage.close()
"""


def play(folder, form, *turns):
    """What the editor was told of the form, and what was said to the one who answers; within the limits."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", PLAY, str(folder)], input=json.dumps([form, turns]).encode(),
                          capture_output=True, timeout=120, check=False, env=environment)  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found = json.loads(done.stdout)
    assert found["seconds"] < SECONDS
    assert found["megabytes"] < MEGABYTES
    return found["loaded"], found["heard"]


def written(*questions):
    return json.dumps({"name": "f", "title": "題名", "questions": list(questions)}, ensure_ascii=False)


TERMS = " or ".join(f"${{a}} = '{n}'" for n in range(4000))
FIRST = {"id": "a", "kind": "text", "title": "一つめ"}
FORMS = {
    "4,000 terms": (written(FIRST, {**FIRST, "id": "b", "when": TERMS}), "b"),
    "10,000 questions": (written(*({**FIRST, "id": f"q{n}"} for n in range(10_000))), ""),
    "circular": (written({**FIRST, "when": "${b} = '1'"}, {**FIRST, "id": "b", "when": "${a} = '1'"}), "b"),
    "anchors": ("name: f\ntitle: t\na: &a [x,x,x,x]\nb: [*a,*a,*a]\nquestions: [{id: q, kind: text, title: t}]", ""),
    "depth": ("[" * 20_000, ""),
    "unknown function": (written(FIRST, {**FIRST, "id": "b", "when": "system(${a})"}), "system"),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_too_much_is_refused_and_says_where(name, tmp_path):
    form, place = FORMS[name]
    loaded, _ = play(tmp_path, form)
    assert "読み込みました" not in loaded
    assert place in loaded
    assert len(loaded) < 4000


def test_a_catastrophic_pattern_takes_no_time(tmp_path):
    form = written({**FIRST, "pattern": "(a+)+$"})
    loaded, heard = play(tmp_path, form, "a" * 1900 + "!", "aaa")
    assert "読み込みました" in loaded
    assert "aaa" in heard[-1]


def listing(count):
    """A form that searches a list of its own."""
    options = [{"name": f"c{n}", "label": f"第{n}団体"} for n in range(count)]
    question = {"id": "a", "kind": "lookup", "title": "団体", "options": "bodies"}
    return json.dumps(
        {"name": "f", "title": "題名", "questions": [question], "lists": {"bodies": options}}, ensure_ascii=False
    )


def test_four_thousand_options_in_a_message_are_loaded_published_and_searched(tmp_path):
    loaded, heard = play(tmp_path, listing(4000), "第3999団体")
    assert "読み込みました" in loaded
    assert "第3999団体" in heard[-1]


def test_fifty_thousand_in_a_message_are_too_many_and_it_says_how_much_may_be(tmp_path):
    loaded, _ = play(tmp_path, listing(50_000))
    assert "256 kB" in loaded


def test_a_photo_of_25_mb_is_refused_in_words_and_the_question_stays(tmp_path):
    loaded, heard = play(tmp_path, written({"id": "a", "kind": "photo", "title": "写真"}), 25 * 1024 * 1024)
    assert "読み込みました" in loaded
    assert "MB" in heard[-1]


def test_after_the_thirtieth_turn_no_other_is_offered(tmp_path):
    form = written({"id": "kids", "kind": "repeat", "title": "お子さん", "questions": [FIRST]})
    turns = ["名前1", *(word for n in range(2, 31) for word in ("はい", f"名前{n}"))]
    loaded, heard = play(tmp_path, form, *turns)
    assert "読み込みました" in loaded
    assert "もう" in heard[-3]  # after the 29th one more may come
    assert "名前30" in heard[-1]
    assert "確認" in heard[-1]


def test_marks_that_turn_text_around_are_refused_with_their_place_and_html_stays_text(tmp_path):
    loaded, _ = play(tmp_path, written({**FIRST, "title": "名前\u202eevil"}))
    assert "U+202E" in loaded
    (tmp_path / "other").mkdir()
    loaded, heard = play(tmp_path / "other", written({**FIRST, "title": "<b>名前</b>"}), "山田")
    assert "読み込みました" in loaded
    assert any("<b>名前</b>" in said for said in heard)
