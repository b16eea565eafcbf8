"""Whoever knows the rule, all that is shown and how many there are cannot work out a count that is withheld."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.anonymity import LEAST
from forms.form import Form
from forms.inquiry_suppression import decimal, released, withheld
from forms.tally import tally


def shown(cells, before=None):
    held = withheld(cells, before)
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


@given(tables, st.data())
def test_a_correction_does_not_tell_what_few_people_changed(cells, data):
    held = withheld(cells)
    before = {v: n for v, n in cells.items() if v not in held}
    after = {v: max(0, n + data.draw(st.integers(-4, 4))) for v, n in cells.items()}
    for value, n in after.items():
        if value not in withheld(after, before) and value in before:
            assert not 0 < abs(n - before[value]) < LEAST


def test_a_correction_by_one_person_leaves_at_least_two_places_where_it_may_be():
    assert withheld({"a": 11, "b": 30, "c": 0}, {"a": 10, "b": 30, "c": 0}) == {"a", "b"}
    assert withheld({"a": 11, "b": 0}, {"a": 10, "b": 0}) == {"a", "b"}
    assert withheld({"a": 10, "b": 30}, {"a": 10, "b": 30}) == set()


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
    first = released(FORM, counted((10, {"eats": "yes", "pay": 10})), asked=30, version=1)
    more = counted((10, {"eats": "yes", "pay": 10}), (1, {"eats": "yes", "pay": 25}))
    assert released(FORM, more, asked=30, version=2, before=first).parts["pay"].total is None
    many = counted((20, {"eats": "yes", "pay": 10}))
    assert released(FORM, many, asked=30, version=2, before=first).parts["pay"].total == "200"


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


@settings(max_examples=60)
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
