"""Beside ODK's own engine: random walks through published forms, everything compared after every step.

`script/test --odk` runs this; KAIRAN_ODK_WALKS (walks for each form) and KAIRAN_ODK_SEED choose others.
"""

import os
import re
from collections import Counter
from random import Random

import pytest

from tests.odk import engine
from tests.odk.engine import Course
from tests.odk.explained import FAMILIES, Difference, family
from tests.odk.pair import FOLDER, OWN, Pair, pair
from tests.odk.walks import Walker

pytestmark = [
    pytest.mark.odk,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/xlsforms is not on this machine"),
]
WALKS = int(os.environ.get("KAIRAN_ODK_WALKS", "12"))
SEED = os.environ.get("KAIRAN_ODK_SEED", "1")
FILES = [
    *sorted(path.name for path in FOLDER.glob("*.xls*")),
    *sorted(path.name for path in OWN.glob("*.md")),
]
_MADE_BY_PYXFORM = re.compile(r"/(generated_table_list_label|reserved_name_for_field_list_labels)_\d+\Z")


def course(name: str, walks: int) -> Course:
    both = pair(name)
    steps = min(300, 60 + len(both.form.asked))
    made = (tuple(Walker(both, Random(f"{SEED} {name} {n}")).walk(steps)) for n in range(walks))
    return Course(both, tuple(made))


@pytest.mark.parametrize("name", FILES)
def test_everything_that_is_asked_stands_on_both_sides(name):
    both = pair(name)
    controls = set(re.findall(r'<\w+[^>]* ref="([^"]+)"', both.xform))
    assert [one for one in both.left_out if one in controls and not _MADE_BY_PYXFORM.search(one)] == []
    in_other_words = {f"{one.id}_other" for one in both.form.walk() if getattr(one, "other", False)}
    assert {element.id for element in both.form.walk()} == set(both.ids.values()) - in_other_words


def test_a_difference_is_seen():
    """The comparison itself: what our side is made to say wrongly comes back, and nothing else."""
    true = course("xlsformorg-cascading-select.xlsx", 1)
    key, fields = next((key, fields) for key, fields in true.walks[0][0].expected.items() if "required" in fields)
    fields["required"] = not fields["required"]
    results = []
    engine.compare([true], results.append)
    found = results[0]["differences"]
    assert found[0]["step"] == 0
    assert {(one["key"], one["field"]) for one in found} == {(key, "required")}


def test_our_engine_and_odks_say_the_same(capsys):
    courses = [course(name, WALKS) for name in FILES]
    by_name = {one.pair.name: one.pair for one in courses}
    results, broken, differences = [], [], []

    def heard(result):
        results.append(result)
        if "error" in result:
            broken.append(f"{result['name']}, walk {result['walk']}: {result['error'][:500]}")
        differences.extend(_differences(by_name[result["name"]], result))

    engine.compare(courses, heard)
    families = Counter(known.name if (known := family(one)) else "unexplained" for one in differences)
    unexplained = [str(one) for one in differences if family(one) is None]
    with capsys.disabled():
        print(f"\n{_figures(results, families)}")
    assert len(results) == len(FILES) * WALKS
    assert broken == []
    assert unexplained[:20] == [], f"{len(unexplained)} unexplained"


def _differences(both: Pair, result: dict) -> list[Difference]:
    found = result.get("differences", [])
    return [
        Difference(both, result["walk"], one["step"], one["key"], one["field"], one.get("ours"), one.get("theirs"))
        for one in found
    ]


def _figures(results: list[dict], families: Counter) -> str:
    counts = {name: sum(one.get(name, 0) for one in results) for name in ("steps", "states")}
    walked = f"{len({one['name'] for one in results})} files, {len(results)} walks, {counts['steps']:,} steps"
    lines = [
        f"{walked}, {counts['states']:,} node states compared (seed {SEED})",
        *(f"  {families[known.name]:,} explained: {known.name}: {known.reason}" for known in FAMILIES),
        f"  {families['unexplained']:,} unexplained",
    ]
    return "\n".join(lines)
