"""Whatever may go wrong between municipalities is one case of one table, and each case is tried here."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.form import Form
from forms.inquiry import NEWEST, Body, Part, Released, added, at_home, digest_of, document_of, runnable
from forms.inquiry_outcomes import (
    FARTHEST,
    MOST_OPEN,
    OUTCOMES,
    Came,
    Case,
    judged_departure,
    judged_inquiry,
    judged_release,
)
from forms.inquiry_release import Impossible, read, written
from forms.text import Text

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FORM = Form.model_validate(
    {
        "name": "kyushoku", "title": "給食", "audience": {"rooms": ["#himitsu:tsukuba"]}, "remind": ["1d"],
        "closes": "2026-12-01T17:00+09:00",
        "questions": [
            {"id": "eats", "kind": "yesno", "title": "食べますか"},
            {"id": "pay", "kind": "integer", "title": "いくら"},
        ],
    }
)  # fmt: skip
DIGEST = digest_of(document_of(FORM))
PARTS = {"eats": {"base": 20, "cells": {"yes": 12, "no": 8}}, "pay": {"base": 20, "cells": {"given": 20}, "sum": "900"}}
GOOD = {"version": 2, "asked": 30, "answered": 20, "parts": PARTS, "form": DIGEST}
HELD = Body(server="nakatsu", told="released", released=read(GOOD, FORM, "totals"), seal="first")


def came(change=None, *, seal="new", signed=NOW, heard=NOW):
    return Came(body={**GOOD, **(change or {})}, seal=seal, signed_at=signed, heard_at=heard)


def eats(**part):
    return {"parts": {**PARTS, "eats": part}}


FRESH = Body(server="nakatsu")
RELEASES = [
    ("fine", came(), FRESH, {}),
    ("fine", came({"version": 3}), HELD, {}),
    ("fine", came({"version": 9}), HELD, {}),  # what lay between may come later, or never
    ("late", came(heard=NOW + 3 * DAY), FRESH, {}),
    ("clock", came(signed=NOW + DAY), FRESH, {}),
    ("clock", came(signed=NOW - DAY), FRESH, {}),
    ("again", came(seal="first"), HELD, {}),
    ("older", came({"version": 1}), HELD, {}),
    ("contradiction", came({"asked": 31}), HELD, {}),
    ("beyond", came({"answered": 31}), FRESH, {}),
    ("beyond", came(eats(base=21, cells={"yes": 21})), FRESH, {}),
    ("beyond", came(eats(base=20, cells={"yes": 12, "no": 9})), FRESH, {}),
    ("beyond", came(eats(base=20, cells={"maybe": 12})), FRESH, {}),
    ("beyond", came({"asked": 10**9}), FRESH, {}),
    ("beyond", came({"version": 0}), FRESH, {}),
    ("beyond", came({"parts": {**PARTS, "extra": {"base": 1, "cells": {}}}}), FRESH, {}),
    ("no-number", came(eats(base=20, cells={"yes": "12"})), FRESH, {}),
    ("no-number", came(eats(base=20, cells={"yes": True})), FRESH, {}),
    ("no-number", came(eats(base=20, cells={"yes": -1})), FRESH, {}),
    ("no-number", came({"asked": "三十"}), FRESH, {}),
    ("no-number", came({"parts": {**PARTS, "pay": {"base": 20, "cells": {"given": 20}, "sum": "1e9"}}}), FRESH, {}),
    ("malformed", came({"asked": 30, "parts": None, "version": 1} | {"parts": 3}), FRESH, {}),
    ("other-form", came({"form": "0" * 64}), FRESH, {}),
    ("not-asked", came(), None, {}),
    ("closed", came(), FRESH, {"is_open": False}),
]


@pytest.mark.parametrize(("case", "message", "body", "more"), RELEASES)
def test_a_release_is_one_case(case, message, body, more):
    found, released = judged_release(
        message, body, form=FORM, digest=DIGEST, kind="totals", deadline=NOW + 2 * DAY, **{"is_open": True, **more}
    )
    if case == "malformed":
        assert found in ("malformed", "beyond")
    else:
        assert found == case
    assert (released is not None) == (OUTCOMES[found].done in ("taken", "marked", "kept") or found == "contradiction")


def inquired(**change):
    known = {"form": FORM, "deadline": NOW + DAY, "now": NOW, "known": None, "digest": DIGEST, "waiting": 0}
    return judged_inquiry(**{**known, **change})


INQUIRIES = [
    ("fine", {}),
    ("inquiry-again", {"known": DIGEST}),
    ("inquiry-changed", {"known": "another"}),
    ("cannot-run", {"form": None}),
    ("too-many", {"waiting": MOST_OPEN}),
    ("no-deadline", {"deadline": None}),
    ("no-deadline", {"deadline": NOW + FARTHEST + DAY}),
    ("past-deadline", {"deadline": NOW - DAY}),
    ("past-deadline", {"deadline": NOW}),
]


@pytest.mark.parametrize(("case", "change"), INQUIRIES)
def test_an_inquiry_is_one_case(case, change):
    assert inquired(**change) == case


def test_every_case_has_an_outcome_and_each_that_is_refused_or_marked_says_why():
    assert set(OUTCOMES) == set(get_args(Case))
    for case, outcome in OUTCOMES.items():
        assert (outcome.said is not None) == (outcome.done in ("refused", "marked") or case == "left")


def test_every_case_is_tried():
    elsewhere = {"left", "unknown", "asker-gone", "not-the-asker"}  # below, and in the conversations
    assert {case for case, *_ in RELEASES} | {case for case, _ in INQUIRIES} | elsewhere >= set(OUTCOMES) - {
        "malformed"
    }


def test_a_municipality_that_leaves_keeps_what_it_released_in_the_sums():
    assert judged_departure("nakatsu", {"tama"}) == "left"
    when = {"now": NOW, "sent_at": NOW - DAY, "deadline": NOW + DAY}
    assert FRESH.state(**when, present=False) == "left"
    assert HELD.state(**when, present=False) == "released"


@pytest.mark.parametrize(
    ("told", "after", "state"),
    [
        ("sent", timedelta(minutes=1), "sent"),
        ("sent", timedelta(hours=1), "offline"),
        ("received", timedelta(hours=1), "received"),
        ("asking", DAY, "asking"),
        ("asking", 2 * DAY, "late"),
        ("sent", 3 * DAY, "late"),
        ("declined", 3 * DAY, "declined"),
        ("unable", 3 * DAY, "unable"),
    ],
)
def test_how_far_a_municipality_is(told, after, state):
    body = replace(FRESH, told=told)
    assert body.state(now=NOW + after, sent_at=NOW, deadline=NOW + 2 * DAY, present=True) == state


@pytest.mark.parametrize(
    "document", ["", "{}", "[]", '{"name":"x","title":"x","questions":[{"id":"a","kind":"hologram","title":"x"}]}']
)
def test_a_form_of_an_unknown_kind_or_none_at_all_cannot_be_run(document):
    assert runnable(document, NEWEST) is None


def test_a_form_that_needs_a_newer_kairan_cannot_be_run_though_it_reads_well():
    assert runnable(document_of(FORM), NEWEST) is not None
    assert runnable(document_of(FORM), NEWEST + 1) is None


def test_the_asker_s_own_rooms_and_times_do_not_travel():
    document = document_of(FORM)
    assert "himitsu" not in document
    assert "2026-12-01" not in document
    assert "remind" not in document


def test_at_home_people_read_who_asks_and_what_leaves():
    form = at_home(
        FORM, 3, kind="totals", asker=Text(ja="つくば市", en="Tsukuba"), home=Text(ja="中津市", en="Nakatsu")
    )
    assert form.name == "照会3-kyushoku"
    assert "つくば市" in form.about.ja
    Form.model_validate_json(form.model_dump_json(exclude_defaults=True))


def test_a_hostile_form_does_not_decide_at_home_whom_when_or_how_loudly_people_are_asked():
    loud = FORM.model_copy(update={"urgent": True, "about": Text(ja="長" * 4000, en="x" * 4000)})
    form = at_home(
        loud, 3, kind="totals", asker=Text(ja="つくば市", en="Tsukuba"), home=Text(ja="中津市", en="Nakatsu")
    )
    assert (form.urgent, form.audience, form.closes, form.remind) == (False, None, None, ())
    Form.model_validate_json(form.model_dump_json(exclude_defaults=True))


def test_a_release_reads_as_it_was_written():
    whole = Released(
        version=1, asked=9, answered=7, parts={"eats": Part(base=7, cells={"yes": 7}), "pay": Part()}
    )  # fmt: skip
    assert read(written(whole), FORM, "totals") == whole
    one = Released(version=1, asked=1, answered=1, parts={}, answers='{"eats":"yes"}')
    assert read(written(one), FORM, "one") == one


shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["version", "asked", "answered", "parts", "eats", "pay", "base", "cells", "sum",
                                       "withheld", "yes", "answers", ""]), inner, max_size=6), max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["version", "asked", "answered", "parts", "answers"]), shapes), st.booleans())
def test_whatever_comes_is_read_or_impossible(body, one):
    try:
        found = read(body, FORM, "one" if one else "totals")
    except Impossible:
        return
    assert found.version > 0


@given(st.permutations([read({**GOOD, "version": n, "asked": 30 + n}, FORM, "totals") for n in range(1, 6)]))
def test_the_sums_are_the_same_in_whatever_order_releases_come(releases):
    whole = added(releases)
    assert whole.asked == 165
    assert whole.cells["eats", "yes"].shown == 60
    assert whole.totals["pay"] == 4500
