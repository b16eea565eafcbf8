"""Signed documents: one canonical form, a signature for exactly that, and nothing else gets through."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.alliance.signing import Key, NotCanonical, canonical, digest, parse, sign, verify

KEY, OTHER = Key(bytes(32)), Key(bytes([1] * 32))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(st.sampled_from("abcde"), VALUES)


def test_the_examples_of_the_specification_have_their_canonical_form():
    assert canonical({}) == b"{}"
    assert canonical({"one": 1, "two": "Two"}) == b'{"one":1,"two":"Two"}'
    assert canonical({"b": "2", "a": "1"}) == b'{"a":"1","b":"2"}'
    assert canonical({"a": "日本語"}) == '{"a":"日本語"}'.encode()
    assert canonical({"本": 2, "日": 1}) == '{"日":1,"本":2}'.encode()
    assert canonical({"a": None}) == b'{"a":null}'


@given(DOCUMENTS)
def test_what_is_signed_verifies_and_reads_back_the_same(document):
    signed = sign(document, "tsukuba", KEY)
    assert verify(signed, "tsukuba", {KEY.id: KEY.public})
    assert parse(canonical(signed)) == json.loads(canonical(signed))
    assert digest(signed) == digest(document)


@given(DOCUMENTS, DOCUMENTS)
def test_another_document_another_key_or_another_server_does_not_verify(document, other):
    signed = sign(document, "tsukuba", KEY)
    assert not verify(signed, "tsukuba", {OTHER.id: OTHER.public, KEY.id: OTHER.public})
    assert not verify(signed, "nakatsu", {KEY.id: KEY.public})
    if canonical(other) != canonical(document):
        assert not verify({**other, "signatures": signed["signatures"]}, "tsukuba", {KEY.id: KEY.public})


@given(
    st.dictionaries(st.sampled_from(["signatures", "a"]), st.recursive(st.none() | st.floats() | st.text(), st.lists))
)
def test_nothing_that_a_document_holds_makes_verifying_fail_with_an_error(document):
    assert not verify(document, "tsukuba", {KEY.id: KEY.public})
    assert not verify({"signatures": {"tsukuba": {KEY.id: "あ"}}, **document}, "tsukuba", {KEY.id: KEY.public})


def test_two_may_sign_the_same():
    both = sign(sign({"a": 1}, "tsukuba", KEY), "nakatsu", OTHER)
    assert verify(both, "tsukuba", {KEY.id: KEY.public})
    assert verify(both, "nakatsu", {OTHER.id: OTHER.public})


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "1", '{"a": 1.5}', '{"a": 1e3}', '{"a": NaN}', '{"a": 9007199254740993}', '{"a":1,"a":2}', "{",
        '{"a": "\\ud800"}', "[" * 100_000, '{"a":' * 100 + "1" + "}" * 100, '{"a": "' + "x" * 1_000_000 + '"}',
    ],
)  # fmt: skip
def test_what_has_no_canonical_form_is_refused(text):
    with pytest.raises(NotCanonical):
        parse(text)
