"""ODK's own vectors for expressions: each passes, or stands in a table with the reason. Nothing differs silently."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.forms import vectors
from tests.forms.vectors import Vector

pytestmark = pytest.mark.skipif(not vectors.FOLDER.is_dir(), reason="../shared/vectors is not on this machine")


@dataclass(frozen=True)
class Family:
    """Vectors that do not pass, why that is right, and how many they are."""

    reason: str
    count: int
    has: Callable[[Vector], bool]


def written(pattern, *, source="") -> Callable[[Vector], bool]:
    return lambda vector: source in vector.source and re.search(pattern, vector.expr) is not None


def expects(kind, pattern, *, source="") -> Callable[[Vector], bool]:
    return lambda vector: vector.kind == kind and written(pattern, source=source)(vector)


NO_MATTER_OF_FORMS = (
    Family("namespaces: a form has one, its names have a prefix or none", 21, written(r"namespace(-uri\(|::)")),
    Family("name() without the prefix of a default namespace: the same", 5, written(r"^name\(", source="nodeset")),
    Family("lang(): a form's languages are not in its answers", 9, written(r"^lang\(")),
    Family("processing-instruction('name'): forms have none", 1, written(r"instruction\('")),
    Family("functions that JavaRosa's test adds itself", 22, written(
        r"\b(convertible|testfunc|add|proto|raw|check-types|read|write|foo)\(", source="javarosa")),
    Family("variables that JavaRosa's test adds itself; forms write ${id}", 4, written(r"^\$var_")),
    Family("recorded wrongly: following:: and preceding:: of a browser that were never asked", 11, written(
        r"^(following|preceding)::", source="axis")),
    Family("recorded wrongly: an attribute whose name only begins with xmlns was dropped", 1, written(
        r"^attribute::node", source="axis")),
    Family("recorded wrongly: the node is an attribute, the record names the document", 2, written(
        r"^ (4 \* )?\.\. $", source="attributes")),
)  # fmt: skip

KNOWN_TO_DIFFER = (
    Family("what can never be calculated is refused when it is written, even where nobody would ask it", 25, written(
        r"explode|substring\(\)|fn\(", source="openrosa-xpath/")),
    Family("what is no date reads as empty, not as the English words “Invalid Date”", 3, written(
        r"'nonsense'|number\('invalid'\)\)$", source="openrosa-xpath/date")),
    Family("dates as JavaScript prints them: nobody writes them, and ODK on phones does not read them", 2, written(
        r"GMT-0700")),
    Family("a text with an exponent is no number, as in XPath and JavaRosa: 1e6 may be the name of a room", 1, written(
        r"int\(\"7.9")),
    Family("a seed may be words, as in newer ODK", 1, written(r"^randomize\(.*'a'\)$")),
    Family("JavaRosa refuses a path that leads nowhere; on the web, and here, it is empty", 5, expects(
        "throws", "^/", source="javarosa")),
    Family("JavaRosa needs an argument; by XPath it is the node itself", 3, expects(
        "throws", r"^(number|string-length|normalize-space)\(\)$", source="javarosa")),
    Family("JavaRosa stops at what is no date; on the web, and here, it is empty or no number", 5, expects(
        "throws", r"^(decimal-date-time|date)\(", source="javarosa")),
    Family("a comma is no decimal point: 1,500 is what people write for 1500", 2, written(
        r"round\('1?4,6'\)", source="javarosa")),
    Family("half goes away from zero, as ODK on the web and as people round", 2, written(
        r"round\('-", source="javarosa")),
)  # fmt: skip


def all_vectors():
    return [*vectors.of_odk(), *vectors.of_javarosa()]


def misses():
    return [vector for vector in all_vectors() if not vectors.passes(vector)]


def family_of(vector):
    return next((family for family in (*NO_MATTER_OF_FORMS, *KNOWN_TO_DIFFER) if family.has(vector)), None)


def test_every_vector_passes_or_stands_in_a_table():
    assert [vector for vector in misses() if family_of(vector) is None] == []


def test_the_tables_say_how_many():
    counted = Counter(family.reason for family in map(family_of, misses()) if family)
    assert counted == {family.reason: family.count for family in (*NO_MATTER_OF_FORMS, *KNOWN_TO_DIFFER)}


def test_of_those_that_matter_to_forms_97_in_100_pass():
    mattering = len(all_vectors()) - sum(family.count for family in NO_MATTER_OF_FORMS)
    differing = sum(family.count for family in KNOWN_TO_DIFFER)
    print(f"{mattering - differing} of {mattering} vectors that matter to forms pass, of {len(all_vectors())} in all")
    assert len(all_vectors()) == 2_461 + 391
    assert (mattering - differing) / mattering >= 0.97
