"""What an expression within one turn of a repeat sees of the others, and how a turn is taken out again."""

import pytest

from forms.form import Form
from forms.journey import Journey
from forms.turns import without


def test_a_turn_does_not_count_what_only_another_turn_has():
    name = {"id": "name", "kind": "text", "title": "名"}
    pet = {"id": "pet", "kind": "repeat", "title": "ペット", "least": 0, "questions": [name]}
    pets = {"id": "pets", "kind": "calculated", "calculate": "count(${pet})"}
    named = {"id": "named", "kind": "calculated", "calculate": "concat('-', ${name})"}
    person = {"id": "person", "kind": "repeat", "title": "人", "count": "2", "questions": [pet, pets, named]}
    form = Form.model_validate({"name": "a", "title": "b", "questions": [person]})
    counted = Journey(form, {"pet.1.0.more": "yes", "name.1.1": "ポチ"}).counted
    assert (counted["pets.1"], counted["pets.2"]) == (1, 0)
    assert (counted["named.1"], counted["named.2"]) == ("-ポチ", "-")


def homes(sizes, least=1):
    """A form of homes with people in them, and answers: as many people in each home as `sizes` has it."""
    name = {"id": "name", "kind": "text", "title": "名"}
    person = {"id": "person", "kind": "repeat", "title": "人", "least": 0, "questions": [name]}
    home = {"id": "home", "kind": "repeat", "title": "世帯", "least": least, "questions": [person]}
    after = {"id": "after", "kind": "text", "title": "備考"}
    form = Form.model_validate({"name": "a", "title": "b", "questions": [home, after]})
    answers = {"after": "以上"}
    for place, size in enumerate(sizes, 1):
        answers |= {f"home.{place}.more": "yes" if place < len(sizes) else "no"} if place >= max(least, 1) else {}
        answers |= {f"name.{place}.{n}": f"{size}-{n}" for n in range(1, size + 1)}
        answers |= {f"person.{place}.{n}.more": "yes" if n < size else "no" for n in range(size + 1)}
    return form, answers | ({} if least else {"home.0.more": "yes" if sizes else "no"})


def taken_out(form, answers, label):
    turn = next(turn for turn in Journey(form, answers).turns if turn.label.ja == label)
    moved = without(turn)
    kept = {new: value for key, value in answers.items() if (new := moved(key)) is not None}
    return Journey(form, kept).given, turn


@pytest.mark.parametrize("least", [0, 1])
@pytest.mark.parametrize("sizes", [[3], [1, 2], [2, 0, 3], [1, 2, 3, 4]])
def test_what_is_left_is_as_if_the_turn_had_never_been(sizes, least):
    form, answers = homes(sizes, least)
    for place in range(1, len(sizes) + 1):
        given, turn = taken_out(form, answers, f"世帯 {place}")
        assert turn.removable == (len(sizes) > least)
        if turn.removable:
            left = homes([*sizes[: place - 1], *sizes[place:]], least)
            assert given == Journey(*left).given


def test_a_turn_within_a_turn_leaves_the_other_turns_alone():
    form, answers = homes([2, 2])
    given, _ = taken_out(form, answers, "世帯 1・人 1")
    names = {key: value for key, value in given.items() if key.startswith("name")}
    assert names == {"name.1.1": "2-2", "name.2.1": "2-1", "name.2.2": "2-2"}


def test_of_turns_that_were_given_up_before_nothing_comes_back():
    form, answers = homes([1, 2, 3])
    given, _ = taken_out(form, answers | {"home.2.more": "no"}, "世帯 1")
    assert given == Journey(*homes([2])).given


def test_what_an_expression_counts_cannot_be_taken_out():
    name = {"id": "name", "kind": "text", "title": "名"}
    form = Form.model_validate(
        {
            "name": "a",
            "title": "b",
            "questions": [{"id": "p", "kind": "repeat", "title": "人", "count": "2", "questions": [name]}],
        }
    )
    assert Journey(form, {}).turns == ()
