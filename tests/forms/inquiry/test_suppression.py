"""Whoever knows the rule, all that is shown and how many there are cannot work out a count that is withheld."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.anonymity import LEAST
from forms.form import Form
from forms.inquiry_suppression import decimal, released, truths, withheld
from forms.tally import tally
from tests.examples import many


def shown(cells):
    held = withheld(cells)
    return tuple(sorted(held)), tuple(sorted((k, n) for k, n in cells.items() if k not in held))


def tables_of(cells, total):
    if cells == 1:
        yield (total,)
        return
    for n in range(total + 1):
        for rest in tables_of(cells - 1, total - n):
            yield (n, *rest)


@pytest.mark.parametrize(("cells", "most"), [(2, 30), (3, 24), (4, 16), (5, 12), (6, 9)])
def test_every_withheld_count_could_be_another_even_for_who_knows_the_rule(cells, most):
    """All tables there are, of so many people; how many there are is known."""
    for total in range(LEAST, most + 1):
        looks_alike = defaultdict(list)
        for counts in tables_of(cells, total):
            table = dict(zip("abcdef", counts, strict=False))
            looks_alike[shown(table)].append(table)
        for (held, _), tables in looks_alike.items():
            for name in held:
                assert len({table[name] for table in tables}) > 1, tables


tables = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 60), min_size=2).filter(
    lambda t: sum(t.values()) >= LEAST
)


@given(tables)
def test_nothing_small_is_shown_and_what_is_withheld_hides_at_least_five_in_two_cells(cells):
    held = withheld(cells)
    assert all(not 0 < n < LEAST for value, n in cells.items() if value not in held)
    if held:
        assert sum(cells[v] for v in held) >= LEAST
        assert sum(cells[v] > 0 for v in held) > 1


OPTIONS = Form.model_validate(
    {"name": "x", "title": "x", "questions": [
        {"id": "f", "kind": "choice", "title": "f", "options": ["a", "b", "c"]},
        {"id": "g", "kind": "choice", "title": "g", "options": ["p", "q"], "when": "${f} = 'a'"}]}
)  # fmt: skip
SHEETS = ({"f": "a", "g": "p"}, {"f": "a", "g": "q"}, {"f": "b"}, {"f": "c"})


def of_sheets(counts):
    return tally(OPTIONS, [("x", SHEETS[i]) for i, n in enumerate(counts) for _ in range(n)])


def counts_of(counts):
    ap, aq, b, c = counts
    return {"a": ap + aq, "b": b, "c": c, "p": ap, "q": aq, "not asked": b + c}


def small_and_certain(looks_alike):
    """(which count, tables): somebody who sees only what is shown could say for certain that it is 1 to 4."""
    for tables in looks_alike.values():
        for name in counts_of(tables[0]):
            values = {counts_of(table)[name] for table in tables}
            if len(values) == 1 and 0 < values.pop() < LEAST:
                yield name, tables


def test_no_small_count_follows_from_whom_a_further_question_was_put_to():
    looks_alike = defaultdict(list)
    for total in range(LEAST, 13):
        for table in tables_of(4, total):
            looks_alike[repr(released(OPTIONS, of_sheets(table), asked=50, version=1))].append(table)
    assert list(small_and_certain(looks_alike)) == []


def test_no_small_count_follows_from_a_release_and_its_correction_together():
    """Whatever was true first, and whatever is true then: neither is certain from the two that were released."""
    both = [table for total in range(LEAST, 8) for table in tables_of(4, total)]
    tallies = {table: of_sheets(table) for table in both}
    first = {table: released(OPTIONS, tallies[table], asked=50, version=1) for table in both}
    kept = {table: truths(OPTIONS, tallies[table], first[table]) for table in both}
    told = {table: repr(first[table]) for table in both}
    before, after = defaultdict(list), defaultdict(list)
    for one in both:
        for other in both:
            seen = told[one], repr(released(OPTIONS, tallies[other], asked=50, version=2, past=[kept[one]]))
            before[seen].append(one)
            after[seen].append(other)
    assert list(small_and_certain(before)) == []
    assert list(small_and_certain(after)) == []


@given(tables, st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-4, 4)))
def test_a_correction_by_few_people_tells_nothing_of_the_question(cells, changes):
    form = Form.model_validate(
        {
            "name": "x",
            "title": "x",
            "questions": [{"id": "f", "kind": "choice", "title": "f", "options": [*"abcdefgh"]}],
        }
    )
    then = {v: max(0, cells.get(v, 0) + changes.get(v, 0)) for v in "abcdefgh"}
    was, now = ([("x", {"f": v}) for v, n in one.items() for _ in range(n)] for one in (cells, then))
    first = released(form, tally(form, was), asked=999, version=1)
    past = [truths(form, tally(form, was), first)]
    part = released(form, tally(form, now), asked=999, version=2, past=past).parts["f"]
    changed = any(then[v] != cells.get(v, 0) for v in then)
    assert (part == first.parts["f"]) if not changed else part.base is None


def test_what_a_correction_does_not_tell_the_next_one_does_not_tell_either():
    first, later = (counted((n, {"eats": "yes"}), (9, {"eats": "no", "why": "高い"})) for n in (20, 21))
    one = released(FORM, first, asked=50, version=1)
    two = released(FORM, later, asked=50, version=2, past=[truths(FORM, first, one)])
    assert two.parts["eats"].base is None
    past = [truths(FORM, first, one), truths(FORM, later, two)]
    assert released(FORM, later, asked=50, version=3, past=past).parts["eats"].base is None


FORM = Form.model_validate(
    {
        "name": "kyushoku", "title": "給食",
        "questions": [
            {"id": "eats", "kind": "yesno", "title": "食べますか"},
            {"id": "why", "kind": "text", "title": "なぜ", "when": "${eats} = 'no'"},
            {"id": "pay", "kind": "number", "title": "いくら", "required": False},
            {"id": "day", "kind": "date", "title": "いつ", "required": False},
            {"id": "order", "kind": "rank", "title": "順", "options": ["a", "b", "c"], "required": False},
        ],
    }
)  # fmt: skip


def counted(*groups, form=FORM):
    return tally(form, [("x", answers) for n, answers in groups for _ in range(n)])


def test_fewer_than_five_answers_leave_nothing_but_how_many_were_asked():
    part = released(FORM, counted((4, {"eats": "yes"})), asked=30, version=1)
    assert part.answered is None
    assert part.asked == 30
    assert all(p.base is None and not p.cells for p in part.parts.values())


def test_how_many_were_asked_a_further_question_does_not_tell_who_said_no():
    whole = released(FORM, counted((20, {"eats": "yes"}), (3, {"eats": "no", "why": "高い"})), asked=30, version=1)
    assert whole.parts["eats"].withheld == ("yes", "no")
    assert whole.parts["why"].base is None


def test_where_all_may_be_seen_it_is_seen():
    whole = released(FORM, counted((20, {"eats": "yes"}), (9, {"eats": "no", "why": "高い"})), asked=30, version=1)
    assert whole.parts["eats"].cells == {"yes": 20, "no": 9}
    assert whole.parts["why"].base == 9
    assert whole.parts["why"].cells == {"given": 9}


def test_days_that_few_people_gave_are_not_named():
    rows = [(1, {"eats": "yes", "day": f"1980-01-{n:02}"}) for n in range(1, 10)] + [
        (8, {"eats": "yes", "day": "2026-04-01"})
    ]
    part = released(FORM, counted(*rows), asked=30, version=1).parts["day"]
    assert part.cells == {"2026-04-01": 8, "": 0, "given": 9}
    assert "1980" not in repr(part)


@pytest.mark.parametrize(
    ("given_", "total"),
    [
        ([10] * 6, "60"),
        ([1000, 1, 1, 1, 1, 1], None),  # nearly all of it is one answer
        ([0] * 9 + [700], None),
        ([0.5] * 5, "2.5"),
        ([0] * 6, "0"),
    ],
)
def test_a_sum_leaves_unless_it_tells_one_answer(given_, total):
    part = released(FORM, counted(*[(1, {"eats": "yes", "pay": n}) for n in given_]), asked=30, version=1).parts["pay"]
    assert part.total == total
    assert part.cells == {"given": len(given_), "": 0}


def test_a_correction_of_a_sum_by_few_people_does_not_tell_their_numbers():
    was = counted((10, {"eats": "yes", "pay": 10}))
    past = [truths(FORM, was, released(FORM, was, asked=30, version=1))]
    for more in (
        counted((10, {"eats": "yes", "pay": 10}), (1, {"eats": "yes", "pay": 25})),
        counted((9, {"eats": "yes", "pay": 10}), (1, {"eats": "yes", "pay": 25})),
    ):
        assert released(FORM, more, asked=30, version=2, past=past).parts["pay"].base is None
    many = counted((20, {"eats": "yes", "pay": 10}))
    assert released(FORM, many, asked=30, version=2, past=past).parts["pay"].total == "200"


def test_what_is_asked_several_times_of_one_person_does_not_leave():
    form = Form.model_validate(
        {
            "name": "x", "title": "x",
            "questions": [
                {"id": "kids", "kind": "repeat", "title": "子", "questions": [
                    {"id": "sex", "kind": "choice", "title": "性別", "options": ["m", "f"]}]},
            ],
        }
    )  # fmt: skip
    whole = tally(form, [("x", {f"sex.{n}": "m" for n in range(1, 9)})] * 9)
    assert released(form, whole, asked=20, version=1).parts["sex"].base is None


@settings(max_examples=many(60))
@given(st.lists(st.sampled_from(["yes", "no"]), min_size=5, max_size=40), st.data())
def test_no_release_holds_a_small_number_or_a_word_that_somebody_wrote(said, data):
    rows = [(1, {"eats": eats, **({"why": "秘密の理由"} if eats == "no" else {})}) for eats in said]
    whole = released(FORM, counted(*rows), asked=50, version=1)
    for part in whole.parts.values():
        assert not any(0 < n < LEAST for n in part.cells.values())
        assert part.base is None or part.base >= LEAST or part.base == 0
    assert "秘密" not in repr(whole)


def test_decimals_are_written_without_an_exponent():
    from fractions import Fraction

    assert decimal(Fraction(-5, 2)) == "-2.5"
    assert decimal(Fraction(10**15)) == "1000000000000000"
    assert decimal(Fraction(1, 3)) == "0.333333333"
    assert decimal(Fraction(100)) == "100"
