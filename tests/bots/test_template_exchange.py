"""Templates between towns: nothing local travels, the author may be away, and what is forged gets nowhere."""

import json
import time

import pytest

from bots.roles import Role
from bridge.alliance.parcel import parts_of, sealed
from bridge.alliance.signing import Key
from bridge.library import library
from forms.document import as_document
from forms.form import Form
from forms.template import LICENCES, Ancestor, Local, Template, strip, write_template
from tests.country import Country, Post
from tests.stages import empty_store

pytestmark = pytest.mark.heavy

CAST = {
    "佐藤": (Role.EDITOR, "tsukuba"),
    "田中": (Role.EDITOR, "nakatsu"),
    "多田": (Role.EDITOR, "tama"),
}
FORM = """name: gakudo
title: 学童の申込
questions:
  - {id: child, kind: name, title: お子さんの氏名, hint: "電話 029-883-1111、担当：田中太郎、@sato:tsukuba"}
  - {id: year, kind: choice, title: 学年, options: [1年, 2年]}
audience: {rooms: ["#himitsu:tsukuba"]}
"""
THREE = ("tsukuba", "nakatsu", "tama")


@pytest.fixture
def country(request, tmp_path):
    post = Post(**getattr(request, "param", {}))
    country = Country(tmp_path, CAST, towns=THREE, stores=empty_store, post=post)
    yield country
    country.close()


def said(country, who, *words):
    """What this person reads after the last of these words."""
    for one in words:
        country.read()
        country.say(who, one)
    return "\n".join(heard.text for _, heard in country.read() if heard.person == who)


def publish(country, who="佐藤", form=FORM):
    said(country, who, f"!form load\n{form}", "!template publish gakudo 1")
    assert "公開しました" in said(country, who, "はい")


def forge(country, body, *, signer="nakatsu", key=None, kind="template", outer=None, to="tsukuba", text=None):
    """A document of another town's Kairan reaches `to`, with what it pleases inside."""
    at = country.now
    raw = sealed(kind, body, server=signer, key=key or Key.of(signer), at=at).raw if text is None else text
    sender = outer or signer
    letter = sealed("template", {"raw": raw}, server=sender, key=Key.of(sender), at=at)
    for part in parts_of(letter.raw, "x"):
        country.stages[to].receive(f"@kairan:{sender}", part)
    return raw


def template(**more):
    form = Form.model_validate(
        {"name": "warui", "title": "あ", "questions": [{"id": "a", "kind": "text", "title": "あ"}]}
    )
    return {**write_template(Template(form=form, version=1, licence=LICENCES[0])), **more}


@pytest.mark.parametrize("country", [{}, {"twice": True}, {"reversed_": True}], indirect=True)
def test_a_template_reaches_all_once_and_is_adopted_within_ten_seconds(country):
    publish(country)
    begun = time.perf_counter()
    assert "取り入れました" in said(country, "田中", "!template use gakudo")
    assert time.perf_counter() - begun < 10
    assert country.stages["nakatsu"].query("SELECT count(*) FROM template") == [(1,)]


def test_nothing_local_is_in_anything_that_travels(country):
    publish(country)
    for town in ("nakatsu", "tama"):
        [(raw,)] = country.stages[town].query("SELECT raw FROM template")
        for secret in ("029-883-1111", "田中太郎", "@sato", "himitsu", "佐藤"):
            assert secret not in raw
            assert secret not in json.dumps(json.loads(raw))


def test_users_are_counted_once_each_and_named_nowhere(country):
    publish(country)
    said(country, "田中", "!template use gakudo")
    said(country, "田中", "!template use gakudo")
    said(country, "多田", "!template use gakudo")
    country.tick()
    country.read()
    marks = country.stages["tsukuba"].query("SELECT mark FROM template_use")
    assert len(marks) == 2
    assert not any("nakatsu" in mark or "tama" in mark for (mark,) in marks)
    country.move(country.now.replace(day=country.now.day + 2))
    country.read()
    assert "2自治体が利用" in said(country, "多田", "!template search")


def test_who_adopted_hands_it_on_while_the_author_is_away(country):
    country.post.held = frozenset({"tama"})
    publish(country)
    said(country, "田中", "!template use gakudo")
    country.read()
    country._waiting.clear()  # it never got there
    country.post.held = frozenset({"tsukuba"})
    assert "見つかりません" in said(country, "多田", "!template use gakudo")
    assert "1件届きました" in said(country, "多田", "!template fetch 中津市")
    assert "つくば市" in said(country, "多田", "!template show gakudo")
    assert "取り入れました" in said(country, "多田", "!template use gakudo")
    [(theirs,)] = country.stages["tama"].query("SELECT raw FROM template")
    assert [(theirs,)] == country.stages["tsukuba"].query("SELECT raw FROM template")


def test_what_was_not_asked_for_is_not_taken(country):
    letter = sealed("template.copies", {"raws": []}, server="nakatsu", key=Key.of("nakatsu"), at=country.now)
    for part in parts_of(letter.raw, "x"):
        country.stages["tsukuba"].receive("@kairan:nakatsu", part)
    assert country.read() == []


@pytest.mark.parametrize("how", ["altered", "another's key", "stranger", "in another's name"])
def test_forged_and_altered_ones_are_not_even_kept(country, how):
    raw = sealed("template", template(), server="nakatsu", key=Key.of("nakatsu"), at=country.now).raw
    match how:
        case "altered":
            forge(country, {}, text=raw.replace('"version":1', '"version":2'))
        case "another's key":
            forge(country, template(), key=Key.of("tama"))
        case "stranger":
            forge(country, template(), signer="nowhere", outer="nakatsu")
        case "in another's name":
            forge(country, {}, text=raw, outer="tama")
    assert country.stages["tsukuba"].query("SELECT count(*) FROM template") == [(0,)]
    assert "見つかりません" in said(country, "佐藤", "!template use warui")


@pytest.mark.parametrize(("change", "words"), [
    ({"licence": "none"}, "ライセンスがない"),
    ({"locked": ["a"]}, "都道府県だけ"),
    ({"lineage": [{"server": "nakatsu", "name": "warui", "version": 1}]}, "自分自身"),
    ({"form": "x" * 300_000}, "大きすぎます"),
])  # fmt: skip
def test_what_is_signed_but_not_right_is_refused_with_the_reason(country, change, words):
    forge(country, template(**change))
    assert words in said(country, "佐藤", "!template use warui")
    assert "warui" not in said(country, "佐藤", "!template search")


def test_a_document_altered_in_our_own_database_is_refused_when_it_is_used(country):
    publish(country)
    stage = country.stages["nakatsu"]
    stage._store.do(lambda c: c.exec_driver_sql("UPDATE template SET raw = replace(raw, '1年', '9年')"))
    assert "署名を確かめられません" in said(country, "田中", "!template use gakudo")


def test_a_copy_of_a_copy_of_ours_is_not_published_as_its_own_origin(country):
    publish(country)
    said(country, "田中", "!template use gakudo", "!template publish gakudo 1")
    assert "公開しました" in said(country, "田中", "はい")
    assert "どれか" in said(country, "佐藤", "!template show gakudo")
    said(country, "佐藤", "!form delete gakudo", "はい")
    assert "取り入れました" in said(country, "佐藤", "!template use gakudo@nakatsu")
    assert "自分自身" in said(country, "佐藤", "!template publish gakudo 1")


def test_a_copy_is_not_given_away_more_freely_than_its_original(country):
    publish(country)
    said(country, "田中", "!template use gakudo")
    assert "CC BY 4.0" in said(country, "田中", "!template publish gakudo 2")


def test_a_form_that_changed_after_it_was_shown_is_shown_again_before_it_is_published(country):
    said(country, "佐藤", f"!form load\n{FORM}", "!template publish gakudo 1")
    said(country, "佐藤", f"!form load\n{FORM.replace('2年', '2年生')}")
    assert "よろしければ" in said(country, "佐藤", "はい")


# -- locked by a prefecture --------------------------------------------------------------------------------------------


@pytest.fixture
def locked(country):
    """Tama stands for a prefecture here, which locks question 2; Nakatsu has adopted."""
    for stage in country.stages.values():
        stage._store.do(
            lambda c: c.exec_driver_sql("UPDATE municipality SET kind = 'prefecture' WHERE server = 'tama'")
        )
    said(country, "多田", f"!form load\n{FORM}", "!template publish gakudo 1 lock 2")
    assert "公開しました" in said(country, "多田", "はい")
    said(country, "田中", "!template use gakudo")
    return country


def test_only_a_prefecture_locks(country):
    said(country, "佐藤", f"!form load\n{FORM}")
    assert "都道府県だけ" in said(country, "佐藤", "!template publish gakudo 1 lock 2")


def test_what_is_locked_is_shown_and_an_edit_of_it_is_refused_with_who_locked_it(locked):
    assert "学年（多摩市が固定）" in said(locked, "田中", "!template show gakudo")
    refused = said(locked, "田中", f"!form load\n{FORM.replace('2年', '3年')}")
    assert "「学年」は多摩市が固定しています" in refused
    said(locked, "田中", "!form edit gakudo")
    assert "多摩市が固定" in said(locked, "田中", "削除 2")
    assert "読み込みました" in said(locked, "田中", f"!form load\n{FORM.replace('お子さん', 'こども')}")


def test_a_new_version_changes_what_is_locked_for_all(locked):
    said(locked, "多田", f"!form load\n{FORM.replace('2年', '2年, 3年')}", "!template publish gakudo 1 lock 2")
    said(locked, "多田", "はい")
    assert "取り入れました" in said(locked, "田中", "!template update gakudo")
    assert "3年" in str(locked.stages["nakatsu"].query("SELECT document FROM form WHERE version = 2"))


def test_our_side_of_a_locked_conflict_cannot_be_chosen(country):
    for stage in country.stages.values():
        stage._store.do(
            lambda c: c.exec_driver_sql("UPDATE municipality SET kind = 'prefecture' WHERE server = 'tama'")
        )
    publish(country, "多田")
    said(country, "田中", "!template use gakudo", f"!form load\n{FORM.replace('2年', '2年生').split('audience')[0]}")
    said(country, "多田", f"!form load\n{FORM.replace('2年', '第2学年')}", "!template publish gakudo 1 lock 2", "はい")
    assert "1. こちらのまま" in said(country, "田中", "!template update gakudo")
    assert "多摩市が固定" in said(country, "田中", "1")
    assert "取り入れました" in said(country, "田中", "2")


def test_the_ancestor_names_what_was_adopted(country):
    publish(country)
    said(country, "田中", "!template use gakudo")
    rows = country.stages["nakatsu"].query("SELECT server, name, version FROM adoption")
    assert [Ancestor(server=s, name=n, version=v) for s, n, v in rows] == [
        Ancestor(server="tsukuba", name="gakudo", version=1)
    ]


# -- every text of every form that comes with Kairan -------------------------------------------------------------------

TEXTS = {"title", "hint", "about", "label", "required_message", "constraint_message", "text", "none", "other"}
SECRET = "029-883-1111"


def planted(value, field=None):
    """The document with a telephone number in every text that people read."""
    match value:
        case dict():
            return {k: planted(v, field if k in ("ja", "en") else k) for k, v in value.items()}
        case list():
            inside = "label" if field in ("options", "rows", "columns") else field
            return [planted(one, inside if isinstance(one, str) else field) for one in value]
        case str() if field in TEXTS:
            return f"{value} {SECRET}"
    return value


@pytest.mark.parametrize("name", library())
def test_nothing_planted_in_any_text_or_option_of_a_real_form_is_left(name):
    form = Form.model_validate(planted(as_document(library()[name])))
    assert as_document(form) != as_document(library()[name])
    stripped, said = strip(form, Local())
    assert SECRET not in json.dumps(as_document(stripped), ensure_ascii=False)
    assert said
