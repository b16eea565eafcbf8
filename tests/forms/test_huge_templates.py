"""Templates and inquiries that are too much of something: refused with a sentence, in no time."""

import json
import time

import pytest

from forms.inquiry import runnable
from forms.mistake import Mistake
from forms.template import LICENCES, Ancestor, read_template, unchained
from forms.template.document import LONGEST_LINEAGE

pytestmark = pytest.mark.heavy


def question(n, **more):
    return {"id": f"q{n}", "kind": "text", "title": "あ", **more}


def form(questions, **more):
    return json.dumps({"name": "x", "title": "x", "questions": questions, **more}, ensure_ascii=False)


def nested(depth):
    within = '{"id":"a","kind":"group","title":"g","questions":['
    return '{"name":"x","title":"x","questions":[' + within * depth + "]}" * depth + "]}"


HUGE = {
    "ten thousand questions": form([question(n) for n in range(10_000)]),
    "a megabyte of title": form([question(0)], title="x" * 1_000_000),
    "sixty thousand options": form([
        {"id": "c", "kind": "choice", "title": "c", "options": list(map(str, range(60_000)))}
    ]),
    "a chain of conditions": form([
        question(0), *(question(n, relevant=f"${{q{n - 1}}} != ''") for n in range(1, 2500))
    ]),
    "parentheses": form([question(0, relevant="(" * 20_000 + "1" + ")" * 20_000)]),
    "eight thousand ands": form([question(0), question(1, relevant=" and ".join(["${q0} = 'a'"] * 8000))]),
    "a number of thousands of digits": form([{"id": "n", "kind": "integer", "title": "n", "high": int("9" * 4000)}]),
    "five thousand deep": nested(5000),
    "a hundred deep": nested(100),
    "no form": "[" * 500_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_too_much_is_refused_at_once(name):
    document = HUGE[name]
    body = {"name": "x", "version": 1, "licence": LICENCES[0].code, "form": document}
    began = time.process_time()
    with pytest.raises(Mistake) as refused:
        read_template(body, author="tama", may_lock=True)
    assert runnable(document, 1) is None
    assert time.process_time() - began < 5
    assert len(refused.value.text.ja) < 100


SMALL = {"name": "x", "version": 1, "licence": LICENCES[0].code, "form": form([question(0)])}


def line(*steps):
    return [{"server": server, "name": name, "version": 1} for server, name in steps]


@pytest.mark.parametrize(
    "lineage",
    [
        line(("a", "x")), line(("b", "x"), ("a", "x")), line(("b", "y"), ("c", "z"), ("a", "x")),
        line(("b", "y"), ("c", "z"), ("b", "y")), line(*((f"t{n}", "x") for n in range(LONGEST_LINEAGE + 1))),
        line(*((f"t{n}", "x") for n in range(3000))),
    ],
)  # fmt: skip
def test_a_template_that_comes_from_itself_by_whatever_way_is_refused(lineage):
    with pytest.raises(Mistake):
        read_template({**SMALL, "lineage": lineage}, author="a", may_lock=True)
    with pytest.raises(Mistake):
        unchained("a", "x", [Ancestor(**one) for one in lineage])


def test_the_same_name_of_others_is_no_loop():
    assert read_template({**SMALL, "lineage": line(("b", "x"), ("c", "x"))}, author="a", may_lock=True).lineage
