"""Expressions over trees: paths, repeats, tables, the clock, chance."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.expression import Chosen, Node, Scope, compile_expression, instance_of
from forms.expression.node import Table, number_through
from forms.mistake import Mistake
from tests.forms.household import HOUSE, PATHS, SCOPE, grown, member, reads


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("${city}", "札幌"),
        ("concat(${city}, '市')", "札幌市"),
        ("count(${member})", "3"),
        ("count(/data/member)", "3"),
        ("join('、', ${name})", "花子、太郎、次郎"),
        ("sum(/data/member[age != '']/age)", "47"),
        ("max(/data/member[age != '']/age)", "38"),
        ("/data/member[2]/name", "太郎"),
        ("/data/member[last()]/name", "次郎"),
        ("/data/member[position() < 3][last()]/name", "太郎"),
        ("/data/member[age > 10]/name", "花子"),
        ("//kind[. = 'fish']/../../name", "太郎"),
        ("count(//kind)", "3"),
        ("count(/data/*)", "5"),
        ("join(' ', //kind/ancestor::member/name)", "花子 太郎"),
        ("join(' ', //pet/preceding::age)", "38 9"),
        ("join(' ', /data/member[1]/following-sibling::*/name)", "太郎 次郎"),
        ("(/data/member/name)[2]", "太郎"),
        ("count(//name | //age | /data/city | //name)", "7"),
        ("indexed-repeat(${name}, ${member}, 2)", "太郎"),
        ("indexed-repeat(${kind}, ${member}, 1, ${pet}, 2)", "dog"),
        ("indexed-repeat(${kind}, ${pet}, 2, ${member}, 1)", "dog"),
        ("indexed-repeat(${name}, ${member}, 9)", ""),
        ("count-non-empty(${age})", "2"),
        ("jr:choice-name(${city}, '${city}')", "札幌市"),
        ("jr:choice-name('x', '/data/city')", ""),
        ("today()", "2026-04-01"),
        ("now()", "2026-04-01T21:00:00.000+09:00"),
        ("format-date(now(), '%Y年%n月%e日 %H:%M')", "2026年4月1日 21:00"),
        ("date(decimal-date-time('2026-03-31') + 1)", "2026-04-01"),
        ("date(today() + 30)", "2026-05-01"),
        ("uuid()", "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"),
        ("uuid(40)", "0a1b2c3d4e5f4a6b8c7d9e0f1a2b3c4d0a1b2c3d"),
        ("random()", "0.25"),
        ("name(/data/*[1])", "city"),
        ("area('0 0; 0 1')", "0"),
        ("round(distance('43.06 141.35', '35.68 139.69') div 1000)", "834"),
    ],
)
def test_what_reads_as(source, said):
    assert reads(source) == said


def test_in_a_repeat_a_question_is_that_of_the_same_turn():
    assert reads("${name}", member(1).child("age")) == "太郎"
    assert reads("join(' ', ${name})", member(1).child("age")) == "太郎"
    assert reads("join(' ', ${kind})", member(0).child("name")) == "cat dog"
    assert reads("../name", member(1).child("age")) == "太郎"
    assert reads("position(..)", member(1).child("age")) == "2"
    assert reads("indexed-repeat(${name}, ${member}, position(..) - 1)", member(1).child("age")) == "花子"
    assert reads("count(${member})", member(1).child("age")) == "3"


def test_once_keeps_what_is_there():
    assert reads("once('新')", HOUSE.child("total")) == "新"
    assert reads("once('新')", HOUSE.child("city")) == "札幌"


def test_dots_mean_the_node_itself():
    expression = compile_expression(". >= 0 and . <= 120", PATHS)
    assert expression.holds(member(0).child("age"), SCOPE)
    assert not expression.holds(member(2).child("age"), SCOPE)


@pytest.mark.parametrize("source", ["${age}", "${age} > 0", "${age} = ''", "not(${age} = 38)"])
def test_what_is_empty_is_neither_true_nor_more(source):
    assert compile_expression(source, PATHS).holds(member(2), SCOPE) == (source in ("${age} = ''", "not(${age} = 38)"))


def test_days_are_those_of_the_zone():
    late = Scope(now=datetime(2026, 3, 31, 15, 0, tzinfo=UTC))
    assert reads("today()", scope=late) == "2026-04-01"
    assert compile_expression("'2026-04-01' = '2026-03-31T15:00:00Z'").holds(HOUSE, late)
    assert compile_expression("'2026-04-01' > '2026-03-31T14:59:59Z'").holds(HOUSE, late)


def test_a_list_answer_keeps_names_with_blanks():
    node = grown("data", {})
    node.append(Node("needs", Chosen(["車 いす", "毛布"])))
    assert compile_expression("selected(../needs, '車 いす')").holds(node.child("needs"))
    assert compile_expression("count-selected(../needs) = 2").holds(node.child("needs"))
    assert compile_expression("selected-at(../needs, 1) = '毛布'").holds(node.child("needs"))
    assert not compile_expression("selected(../needs, '車')").holds(node.child("needs"))


# Tables


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("count(instance('towns')/root/item[pref = 'p3'])", "37"),
        ("count(instance('towns')/root/item['p3' = pref and size > 1000])", "15"),
        ("count(instance('towns')/root/item[pref = concat('p', 3)][2])", "1"),
        ("instance('towns')/root/item[name = 't7']/label", "町7"),
        ("instance('towns')/root/item[name = ${city}]/label", ""),
        ("instance('towns')/root/item[size = 7]/label", "町7"),
        ("instance('towns')/root/item[size = '7' or size = '8'][2]/label", "町8"),
        ("instance('towns')/root/item[pref = 'p3' and position() = 4]/label", "町3"),
        ("count(instance('towns')/root/item[pref = 'p3'][position() <= 2])", "2"),
        ("count(instance('towns')/root/item[other = ''])", "0"),
        ("count(instance('nowhere')/root/item)", "0"),
        ("pulldata('towns', 'label', 'name', 't1740')", "町1740"),
        ("pulldata('towns', 'label', 'name', 'x')", ""),
        ("pulldata('nowhere', 'label', 'name', 'x')", ""),
    ],
)
def test_what_a_table_gives(source, said):
    assert reads(source) == said


CELLS = st.sampled_from(["", "a", "b", "1", "1.0", "2026-04-01", "2026-04-01T00:00:00+09:00", "a b"])
ROWS = st.lists(st.fixed_dictionaries({"x": CELLS, "y": CELLS}), max_size=8)
WANTED = st.sampled_from(["'a'", "''", "1", "'2026-04-01'", "${city}", "/data/city", "y", "true()", "concat('', 'b')"])


@given(ROWS, WANTED, WANTED, CELLS)
def test_what_is_looked_up_is_what_would_be_found_by_searching(rows, one, other, city):
    data = grown("data", {"city": city})
    source = "join(' ', instance('t')/root/item[x = {} and {} = y]/x)".format(one, other)  # noqa: UP032
    plain = Node("instance")
    plain.append(Node("root"))
    for row in rows:
        plain.children[0].append(grown("item", row))
    number_through(plain)
    assert not any(isinstance(node, Table) for node in plain.below())
    said = [
        compile_expression(source).text(
            data, Scope(named=lambda _id, _node: [data.children[0]], instances={"t": table})
        )
        for table in (instance_of(rows), plain)
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("seed", "order"),
    [
        ("42", "AFCBDE"),
        ("'42'", "AFCBDE"),
        ("-42", "EDAFBC"),
        ("1", "BFEACD"),
        ("11111111", "ACDBFE"),
        ("int(1)", "BFEACD"),
        ("floor(1.1)", "BFEACD"),
        ("0", "CBEAFD"),
        ("''", "CBEAFD"),
    ],
)
def test_a_seed_shuffles_as_odk_does(seed, order):
    scope = Scope(instances={"l": instance_of([{"n": letter} for letter in "ABCDEF"])})
    shuffled = compile_expression(f"randomize(instance('l')/root/item, {seed})").evaluate(HOUSE, scope)
    assert "".join(node.children[0].value for node in shuffled) == order


def test_without_a_seed_chance_shuffles():
    assert reads("count(randomize(//name))") == "3"
    with pytest.raises(Mistake):
        reads("random()", scope=Scope())


# What an expression looks at


def test_an_expression_says_what_it_looks_at():
    expression = compile_expression(
        "${age} > 3 and ../city = '' and count(instance('towns')/root/item[name = current()/../kind]) > 0"
        " and jr:choice-name(${age}, '${city}') = pulldata('people', 'a', 'b', ${name})",
        PATHS,
    )
    assert expression.mentions == {"age", "city", "name"}
    assert expression.fields == {"city", "kind"}
    assert expression.instances == {"towns", "people"}
    assert expression.functions == {"count", "instance", "current", "jr:choice-name", "pulldata"}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("regex(${city}, '(')", "正規表現"),
        ("regex(${city}, '(?=a)')", "正規表現"),
        ("jr:choice-name(${city}, '${citty}')", "${city}"),
        ("count(3)", "項目"),
        ("sum('a')", "項目"),
        ("jr:itext('a')", "使えません"),
        ("geofence('0 0', '0 0')", "使えません"),
        ("namespace::a", "namespace"),
        ("../", "項目の名前"),
        ("${city}[", "終わって"),
        ("indexed-repeat(${name}, ${member}, 1, ${pet})", "括弧"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_written(source, said):
    with pytest.raises(Mistake) as mistake:
        compile_expression(source, PATHS)
    assert said in mistake.value.text.ja
    assert mistake.value.text.en
