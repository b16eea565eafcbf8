"""`kairan verify`: whether an exported inquiry says what its municipalities signed, also when their servers are gone.

The trust anchor is said: the keys of every alliance list that was ever in force here (this Kairan's database), or,
where there is no database and it is asked for, the keys that stand in the file itself.
"""

import argparse
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bots.events import Signed
from bots.inquiry_results import FORMAT
from bridge.alliance.parcel import read_envelope
from bridge.alliance.signing import Keys, NotCanonical, parse, verify
from bridge.config import read_config
from bridge.errors import Misconfigured
from bridge.store.engine import database_url
from bridge.store.looking import looking
from bridge.store.members import keys_ever
from forms.form import Form
from forms.inquiry import NEWEST, Kind, Released, added, digest_of, runnable
from forms.inquiry_release import Impossible, read
from forms.inquiry_suppression import decimal

LARGEST: Final = 64_000_000
KeysOf = Callable[[str], Keys]
Line = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Whose word the keys are taken on."""

    said: str
    keys_of: KeysOf


def add_verify(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="照会の .signed.json / of !inquiry export")
    parser.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
    parser.add_argument(
        "--keys-in-file", action="store_true", help="ファイルの中の鍵で確かめる / take the keys that stand in the file"
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each thing that was checked; 0 where all of it holds."""
    raw = _content(arguments.file)
    found = _parsed(raw)
    anchor = _anchor(arguments, found)
    print(f"信頼の起点 / trust anchor: {anchor.said}")  # noqa: T201 - the command's output
    lines = list(checked(found, anchor.keys_of) if found.get("format") == FORMAT else _alone(raw, anchor.keys_of))
    for right, what in lines:
        print(f"{'✓' if right else '✗'} {what}")  # noqa: T201 - the command's output
    return 0 if lines and all(right for right, _ in lines) else 1


def _content(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise Misconfigured(f"{file}: 読めません / cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise Misconfigured(f"{file}: 大きすぎます / too large")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _no_such_thing() from None


def _parsed(raw: str) -> Mapping[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise _no_such_thing() from None
    if not isinstance(found, dict):
        raise _no_such_thing()
    return found


def _no_such_thing() -> Misconfigured:
    return Misconfigured("照会の控え（.signed.json）ではありません / this is no export of an inquiry (.signed.json)")


def _anchor(arguments: argparse.Namespace, found: Mapping[str, Any]) -> Anchor:
    if arguments.keys_in_file:
        keys = _keys_in(found)
        prints = "、".join(f"{server} {fingerprint(key)}" for server in sorted(keys) for key in keys[server].values())
        said = f"ファイルの中の鍵。各団体に電話などで確かめてください / keys in the file; confirm them: {prints}"
        return Anchor(said, lambda server: keys.get(server, {}))
    if not arguments.config.exists():
        raise Misconfigured(
            f"{arguments.config} がないので、鍵を確かめられません。"
            "Kairan のフォルダで実行するか、--keys-in-file を付けてください"
            " / no database to take keys from: run it where kairan.toml is, or add --keys-in-file"
        )
    config = read_config(arguments.config)
    servers = _signers(found)
    with looking(database_url(config.kairan.database, config.folder)) as connection:
        known = {server: keys_ever(connection, server) for server in servers}
    said = f"この Kairan で有効だった連合の一覧 / every alliance list in force here ({config.homeserver.server_name})"
    return Anchor(said, lambda server: known.get(server, {}))


def _signers(found: Mapping[str, Any]) -> set[str]:
    raws = [found.get("total"), *_list(found.get("releases")), json.dumps(found)]
    return {signed.signer for raw in raws if (signed := _envelope(raw)) is not None}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _keys_in(found: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    keys = found.get("keys")
    rows = keys.items() if isinstance(keys, dict) else ()
    return {
        server: {name: key for name, key in theirs.items() if isinstance(key, str)}
        for server, theirs in rows
        if isinstance(theirs, dict)
    }


def fingerprint(public: str) -> str:
    """A key as it is read out on the telephone."""
    digest = hashlib.sha256(public.encode()).hexdigest()[:20]
    return "-".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def _envelope(raw: object) -> Signed | None:
    try:
        return read_envelope(raw) if isinstance(raw, str) else None
    except NotCanonical:
        return None


def _holds(signed: Signed, keys_of: KeysOf) -> bool:
    return verify(parse(signed.raw), signed.signer, keys_of(signed.signer))


def _alone(raw: str, keys_of: KeysOf) -> Iterator[Line]:
    """One signed document, whatever it says."""
    signed = _envelope(raw)
    if signed is None:
        raise _no_such_thing()
    yield _holds(signed, keys_of), f"{signed.signer}: {signed.kind} {signed.at:%Y-%m-%d %H:%M} UTC"


def checked(found: Mapping[str, Any], keys_of: KeysOf) -> Iterator[Line]:
    """A line for the sum, one for each release, and whether the one follows from the others."""
    document, total = found.get("document"), _envelope(found.get("total"))
    form = runnable(document, NEWEST) if isinstance(document, str) else None
    if total is None or form is None or total.kind != "inquiry-total":
        yield False, "合計が読めません / the total cannot be read"
        return
    digest = digest_of(str(document))
    same_form = total.body.get("form") == digest
    yield _holds(total, keys_of) and same_form, f"{total.signer}: 合計 / total, {total.at:%Y-%m-%d %H:%M} UTC"
    kind: Kind = "one" if total.body.get("kind") == "one" else "totals"
    good: dict[tuple[str, int], Released] = {}
    for raw in _list(found.get("releases")):
        right, what, key, released = _release(_envelope(raw), total, form, digest, kind, keys_of)
        if right and key in good:
            right, what = False, f"{what}: 同じ版が2つあります / twice"
        if right and key is not None and released is not None:
            good[key] = released
        yield right, what
    yield _adds_up(total.body, good), "合計は、署名された回答を足したものです / the total is the sum of what was signed"


def _release(  # noqa: PLR0913, PLR0917 - what it is checked against
    signed: Signed | None, total: Signed, form: Form, digest: str, kind: Kind, keys_of: KeysOf
) -> tuple[bool, str, tuple[str, int] | None, Released | None]:
    if signed is None:
        return False, "読めない回答 / a release that cannot be read", None, None
    what = f"{signed.signer}: {signed.at:%Y-%m-%d %H:%M} UTC"
    meant = parse(signed.raw).get("to") == total.signer and signed.kind == "inquiry-release"
    same = signed.body.get("id") == total.body.get("id") and signed.body.get("form") == digest
    try:
        released = read(signed.body, form, kind)
    except Impossible:
        return False, f"{what}: あり得ない数 / impossible counts", None, None
    right = meant and same and _holds(signed, keys_of)
    return (
        right,
        f"{what}: 第{released.version}版 / version {released.version}",
        (signed.signer, released.version),
        released,
    )


def _adds_up(body: Mapping[str, Any], good: Mapping[tuple[str, int], Released]) -> bool:
    counted = body.get("releases")
    if not isinstance(counted, dict):
        return False
    named = [(server, version) for server, version in counted.items() if isinstance(version, int)]
    if len(named) != len(counted) or not all(key in good for key in named):
        return False
    whole = added(good[key] for key in named)
    cells = [[question, value, s.shown, s.withheld] for (question, value), s in sorted(whole.cells.items())]
    sums = {question: decimal(total) for question, total in whole.totals.items()}
    ours = {"asked": whole.asked, "answered": whole.answered, "cells": cells, "sums": sums}
    return all(body.get(name) == value for name, value in ours.items())
