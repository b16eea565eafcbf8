"""Which questions matter and which is next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from forms.form import Form
from forms.journey import next_question, path, relevant_answers


def form(*whens, **named):
    """q0, q1, … with these conditions (None for a question that always matters)."""
    given = {f"q{n}": when for n, when in enumerate(whens)} | named
    questions = [{"id": id_, "kind": "text", "title": "x", "when": when} for id_, when in given.items()]
    return Form.model_validate({"name": "a", "title": "b", "questions": questions})


def ids(form_, **answers):
    return [question.id for question in path(form_, answers)]


def next_id(form_, *reopened, **answers):
    question = next_question(form_, answers, frozenset(reopened))
    return question and question.id


MOVE = form(None, "${q0} = 'move'", None)


def test_questions_come_in_order():
    assert next_id(MOVE) == "q0"
    assert next_id(MOVE, q0="move") == "q1"
    assert next_id(MOVE, q0="move", q1="x", q2="y") is None


def test_a_question_that_does_not_matter_is_left_out():
    assert ids(MOVE, q0="birth") == ["q0", "q2"]
    assert next_id(MOVE, q0="birth") == "q2"


def test_a_skipped_question_is_answered():
    assert next_id(MOVE, q0=None) == "q2"
    assert relevant_answers(MOVE, {"q0": None, "q2": "y"}) == {"q0": None, "q2": "y"}


def test_a_reopened_question_is_asked_again():
    assert next_id(MOVE, "q0", q0="move", q1="x", q2="y") == "q0"


def test_a_reopened_question_that_no_longer_matters_is_not_asked():
    assert next_id(MOVE, "q1", q0="birth", q1="x", q2="y") is None


def test_what_is_sent_is_only_what_matters_in_the_order_of_the_form():
    sent = relevant_answers(MOVE, {"q2": "y", "q1": "old", "q0": "birth", "unknown": "z"})
    assert list(sent.items()) == [("q0", "birth"), ("q2", "y")]


def test_an_answer_that_no_longer_matters_counts_as_empty_for_others():
    chain = form(None, "${q0} = 'a'", "${q1} = 'b'")
    assert ids(chain, q0="a", q1="b") == ["q0", "q1", "q2"]
    assert ids(chain, q0="x", q1="b") == ["q0"]


def test_a_condition_may_look_ahead():
    ahead = form("${q1} = 'x'", None)
    assert next_id(ahead) == "q1"
    assert next_id(ahead, q1="x") == "q0"


def test_looking_ahead_at_an_answer_that_does_not_matter_finds_it_empty():
    ahead = form("${q1} = 'x'", "${q2} = 'y'", None)
    assert ids(ahead, q1="x", q2="y") == ["q0", "q1", "q2"]
    assert ids(ahead, q1="x", q2="n") == ["q2"]


@pytest.mark.parametrize("circle", [("${q0} = 'a'",), ("${q1} = 'a'", "${q0} = 'a'"), ("not(${q1})", "not(${q0})")])
def test_a_circle_is_refused(circle):
    with pytest.raises(ValidationError, match=r"circle|own answer"):
        form(*circle)


def _rules(drawn):
    """A `when` for each of six questions, or None; each looks only at questions earlier in some order."""
    order, looks = drawn
    whens = [None] * 6
    for n, (negated, back) in enumerate(looks, 1):
        if back is not None:
            shape = "not(${{q{}}} = 'a')" if negated else "${{q{}}} = 'a'"
            whens[order[n]] = shape.format(order[back % n])
    return whens


_WHENS = st.tuples(
    st.permutations(range(6)),
    st.lists(st.tuples(st.booleans(), st.none() | st.integers(0, 5)), min_size=5, max_size=5),
).map(_rules)
_ANSWERS = st.dictionaries(st.sampled_from([f"q{n}" for n in range(6)]), st.sampled_from(["a", "b", None]))


@given(_WHENS, _ANSWERS)
def test_what_is_sent_has_the_same_path_as_what_it_was_taken_from(whens, answers):
    any_form = form(*whens)
    sent = relevant_answers(any_form, answers)
    assert path(any_form, sent) == path(any_form, answers)
    assert relevant_answers(any_form, sent) == sent


@given(_WHENS, _ANSWERS)
def test_the_next_question_has_no_answer_and_all_before_it_have_one(whens, answers):
    any_form = form(*whens)
    question, relevant = next_question(any_form, answers), path(any_form, answers)
    if question is None:
        assert all(q.id in answers for q in relevant)
    else:
        assert question.id not in answers
        assert all(q.id in answers for q in relevant[: relevant.index(question)])
