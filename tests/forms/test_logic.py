"""Groups, repeats, calculations, constraints, filtered options: what follows from the answers."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from forms.document import read_form, write_form
from forms.form import Form
from forms.journey import Circumstances, Journey

NOW = Circumstances(now=datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Tokyo")), seed="r")


def form(*questions, **fields):
    return Form.model_validate({"name": "a", "title": "b", "questions": list(questions), **fields})


def text(id_, **fields):
    return {"id": id_, "kind": "text", "title": id_, **fields}


def integer(id_, **fields):
    return {"id": id_, "kind": "integer", "title": id_, **fields}


def calculated(id_, source, **fields):
    return {"id": id_, "kind": "calculated", "calculate": source, **fields}


def keys(form_, **answers):
    return [q.id for q in Journey(form_, _dotted(answers), NOW).asked]


def counted(form_, **answers):
    return Journey(form_, _dotted(answers), NOW).counted


def _dotted(answers):
    """age_2 → age.2, so that tests can name keys as arguments."""
    return {key.replace("_", "."): value for key, value in answers.items()}


CHILDREN = form(
    {
        "id": "child",
        "kind": "repeat",
        "title": "お子さん",
        "least": 0,
        "most": 3,
        "questions": [text("name"), integer("age", constraint=". < 18"), text("school", when="${age} >= 6")],
    },
    calculated("many", "count(${child})"),
    calculated("years", "sum(${age})"),
    calculated("names", "join('、', ${name})"),
    text("note", when="${many} > 1"),
)


def test_a_repeat_asks_whether_there_is_one_and_then_for_one_more_each_time():
    assert keys(CHILDREN) == ["child.0.more"]
    first = {"child_0_more": "yes", "name_1": "太郎", "age_1": 7}
    assert keys(CHILDREN, **first) == ["child.0.more", "name.1", "age.1", "school.1", "child.1.more"]
    second = {**first, "child_1_more": "yes", "age_2": 3}
    assert keys(CHILDREN, **second)[5:] == ["name.2", "age.2", "child.2.more", "note"]


def test_a_repeat_ends_at_its_most():
    all_three = {f"child_{n}_more": "yes" for n in range(9)}
    assert keys(CHILDREN, **all_three)[-2:] == ["age.3", "note"]


def test_values_over_all_turns_are_worked_out():
    answers = {"child_0_more": "yes", "name_1": "太郎", "age_1": 7, "child_1_more": "yes", "name_2": "花子", "age_2": 3}
    found = counted(CHILDREN, **answers)
    assert (found["many"], found["years"], found["names"]) == (2, 10, "太郎、花子")


def test_turns_that_are_taken_back_keep_their_answers_and_count_for_nothing():
    answers = {"child_0_more": "yes", "name_1": "太郎", "age_1": 7, "child_1_more": "no", "name_2": "花子", "age_2": 3}
    found = counted(CHILDREN, **answers)
    assert found["years"] == 7
    assert "name.2" not in found


def test_a_repeat_may_be_counted_by_an_answer():
    counting = form(
        integer("many"),
        {"id": "item", "kind": "repeat", "title": "品", "count": "${many}", "questions": [text("what")]},
    )
    assert keys(counting) == ["many"]
    assert keys(counting, many=2) == ["many", "what.1", "what.2"]
    assert len(keys(counting, many=1000)) == 31


def test_within_a_repeat_an_answer_is_that_of_the_same_turn():
    found = [q.title.ja for q in Journey(_GREETING, {"name.1": "太郎", "name.2": "花子", "p.1.more": "yes"}, NOW).asked]
    assert found == ["人 1：name", "人 1：太郎さんの年齢", "「人」をもう一つ追加しますか（いま1件）", "人 2：name",
                     "人 2：花子さんの年齢", "「人」をもう一つ追加しますか（いま2件）"]  # fmt: skip


_GREETING = form(
    {
        "id": "p",
        "kind": "repeat",
        "title": "人",
        "questions": [text("name"), integer("age", title="${name}さんの年齢")],
    }
)


def test_repeats_within_repeats_have_turns_of_turns():
    nested = form(
        {
            "id": "house",
            "kind": "repeat",
            "title": "世帯",
            "questions": [
                text("street"),
                {"id": "person", "kind": "repeat", "title": "人", "questions": [integer("age")]},
                calculated("here", "sum(${age})"),
            ],
        },
        calculated("all", "sum(${age})"),
    )
    answers = {"person_1_1_more": "yes", "age_1_1": 1, "age_1_2": 2, "house_1_more": "yes", "age_2_1": 4}
    assert keys(nested, **answers) == [
        "street.1", "age.1.1", "person.1.1.more", "age.1.2", "person.1.2.more", "house.1.more",
        "street.2", "age.2.1", "person.2.1.more", "house.2.more",
    ]  # fmt: skip
    found = counted(nested, **answers)
    assert (found["here.1"], found["here.2"], found["all"]) == (3, 4, 7)


def test_the_turn_before_may_be_looked_at():
    running = form(
        {
            "id": "row",
            "kind": "repeat",
            "title": "行",
            "count": "4",
            "questions": [
                integer("n"),
                calculated("so_far", "${n} + coalesce(indexed-repeat(${so_far}, ${row}, position(..) - 1), 0)"),
            ],
        }
    )
    found = counted(running, n_1=1, n_2=2, n_3=3, n_4=4)
    assert [found[f"so_far.{n}"] for n in range(1, 5)] == [1, 3, 6, 10]


def test_a_group_that_does_not_matter_takes_everything_in_it_along():
    grouped = form(
        text("a"),
        {"id": "g", "kind": "group", "title": "見出し", "when": "${a} = 'x'", "questions": [text("b"), text("c")]},
        text("d", when="${b} = 'y'"),
    )
    assert keys(grouped, a="x", b="y") == ["a", "b", "c", "d"]
    assert keys(grouped, a="z", b="y") == ["a"]


def test_headings_and_notes_stand_above_the_question_that_follows():
    noted = form(
        {"id": "n1", "kind": "note", "title": "はじめに"},
        {"id": "g", "kind": "group", "title": "連絡先", "questions": [text("a")]},
        {"id": "empty", "kind": "group", "title": "空", "questions": [text("b", when="${a} = 'x'")]},
        text("c"),
        {"id": "n2", "kind": "note", "title": "${c}で終わります"},
    )
    journey = Journey(noted, {"c": "以上"}, NOW)
    assert [q.id for q in journey.asked] == ["a", "c"]
    assert journey.leads["a"].ja == "はじめに\n■ 連絡先"
    assert "c" not in journey.leads
    assert journey.closing.ja == "以上で終わります"


LISTS = {
    "areas": [{"name": "n", "label": "北"}, {"name": "s", "label": "南"}],
    "halls": [
        {"name": "h1", "label": "北公民館", "columns": {"area": "n"}},
        {"name": "h2", "label": "南公民館", "columns": {"area": "s"}},
        {"name": "h3", "label": "南体育館", "columns": {"area": "s"}},
    ],
}
HALLS = form(
    {"id": "area", "kind": "choice", "title": "地区", "options": "areas"},
    {"id": "hall", "kind": "choice", "title": "会場", "options": "halls", "choice_filter": "area = ${area}"},
    calculated("label", "jr:choice-name(${hall}, '${hall}')"),
    lists=LISTS,
)


def test_options_are_filtered_by_other_answers():
    hall = Journey(HALLS, {"area": "s"}, NOW).asked[1]
    assert [option.name for option in hall.options()] == ["h2", "h3"]
    assert hall.read("2", NOW.now.date()) == "h3"


def test_an_answer_that_is_no_longer_offered_reads_as_empty_and_is_asked_again():
    journey = Journey(HALLS, {"area": "n", "hall": "h3"}, NOW)
    assert journey.next().id == "hall"
    assert "南体育館" in journey.objection("hall").ja
    assert Journey(HALLS, {"area": "s", "hall": "h3"}, NOW).next() is None


def test_the_label_of_a_choice_can_be_calculated_with():
    assert counted(HALLS, area="s", hall="h3")["label"] == "南体育館"


def test_a_list_that_several_questions_share_is_written_once():
    written = write_form(HALLS)
    assert written.count("南体育館") == 1
    assert read_form(written) == HALLS


def test_a_constraint_is_asked_of_answers_that_are_there():
    adult = form(integer("age", constraint=". >= 18", constraint_message="18歳以上の方だけです。", required=False))
    assert Journey(adult, {}, NOW).objection("age") is None
    assert Journey(adult, {"age": None}, NOW).objection("age") is None
    assert Journey(adult, {"age": 20}, NOW).objection("age") is None
    assert Journey(adult, {"age": 3}, NOW).objection("age").ja == "18歳以上の方だけです。"


def test_whether_an_answer_is_needed_may_depend_on_another():
    needed = form(text("a"), text("b", required="${a} = 'x'"))
    assert [q.required for q in Journey(needed, {"a": "x"}, NOW).asked] == [True, True]
    assert [q.required for q in Journey(needed, {"a": "y"}, NOW).asked] == [True, False]


@pytest.mark.parametrize(
    ("written", "meant"), [("はい", True), ("no", False), (True, True), ("○", True), ("任意", False)]
)
def test_whether_an_answer_is_needed_is_written_as_people_write(written, meant):
    assert form(text("a", required=written)).asked[0].required is meant


def test_a_default_is_offered_and_counts_as_long_as_there_is_no_answer():
    offering = form(
        integer("many", default="2"), integer("cost", default="= ${many} * 500"), calculated("c", "${cost}")
    )
    journey = Journey(offering, {}, NOW)
    assert (journey.suggested("many"), journey.suggested("cost"), journey.counted["c"]) == (2, 1000, "1000")
    assert journey.next().id == "many"
    assert Journey(offering, {"many": 3}, NOW).suggested("cost") == 1500


def test_dates_are_those_of_the_forms_clock():
    dated = form(calculated("today", "today()"), calculated("then", "format-date(date('2026-11-24') + 7, '%Y-%m-%d')"))
    assert counted(dated) == {"today": "2026-11-24", "then": "2026-12-01"}


def test_chance_is_the_same_in_every_turn_and_another_for_another_response():
    chancy = form(calculated("r", "once(random())"), calculated("u", "uuid()"))
    first = Journey(chancy, {}, NOW).counted
    assert first == Journey(chancy, {}, NOW).counted
    assert first["r"] != Journey(chancy, {}, Circumstances(seed="other")).counted["r"]
    assert 0 <= float(first["r"]) < 1


def test_hidden_values_are_kept_with_the_answers():
    hidden = form({"id": "office", "kind": "hidden", "value": "福祉課"}, text("a"))
    assert counted(hidden, a="x") == {"a": "x", "office": "福祉課"}


@pytest.mark.parametrize(
    "questions",
    [
        [calculated("a", "${b} + 1"), calculated("b", "${a} + 1")],
        [{"id": "g", "kind": "group", "title": "g", "when": "${x} = 1", "questions": [text("x")]}],
        [{"id": "g", "kind": "repeat", "title": "g", "count": "${x}", "questions": [integer("x")]}],
    ],
)
def test_values_that_rest_on_themselves_are_refused(questions):
    with pytest.raises(ValidationError, match="circle"):
        form(*questions)


def test_flaws_within_groups_are_found_where_they_stand():
    (flaw,) = read_form(
        "name: a\ntitle: b\nquestions:\n- id: g\n  kind: group\n  title: c\n  questions:\n"
        "  - {id: x, kind: text, title: d, when: '${y} = 1'}\n"
    )
    assert "質問1「g」の質問1「x」の when（8行目）" in flaw.place.ja


def test_nothing_in_an_answer_breaks_a_sheet():
    for value in ("", " ", "'", '"', "${age}", "9" * 400, -1, 1e308, float("nan"), [], ["a b"], True):
        Journey(CHILDREN, {"child.0.more": "yes", "age.1": value, "name.1": value}, NOW).counted  # noqa: B018
        Journey(HALLS, {"area": value, "hall": value}, NOW).next()


def test_a_form_of_expensive_expressions_ends():
    rows = [{"name": f"r{n}", "label": "x", "columns": {"k": str(n)}} for n in range(5000)]
    costly = "count(instance('t')/root/item[contains(k, ${a})])"
    slow = form(text("a"), *[calculated(f"c{n}", costly) for n in range(400)], lists={"t": rows})
    found = Journey(slow, {"a": "1"}, NOW).counted
    assert found["c0"] == sum("1" in str(n) for n in range(5000))
    assert found["c399"] is None
