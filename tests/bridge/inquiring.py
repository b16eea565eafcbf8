"""A country in which つくば市 asks, and what its tests do again and again."""

import json
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bots.roles import Role
from bridge.alliance.parcel import parts_of, sealed
from bridge.alliance.signing import Key
from forms.inquiry import digest_of
from tests.country import Country
from tests.stages import empty_store

SAID = ("ひみつの理由", "zzsecretzz")
FORM = """name: kyushoku
title: 給食
privacy: {privacy}
results: editors
questions:
  - {{id: free, kind: choice, title: 無償ですか, options: [はい, 一部, いいえ]}}
  - {{id: cost, kind: integer, title: 一食の費用, required: false}}
  - {{id: why, kind: text, title: 理由, required: false}}
"""
PEOPLE = [f"職員{n}" for n in range(1, 13)]
CAST = {
    "佐藤": (Role.EDITOR, "tsukuba"),
    "中津管理": (Role.STEWARD, "nakatsu"),
    "多摩管理": (Role.STEWARD, "tama"),
    **dict.fromkeys(PEOPLE, (Role.STAFF, "nakatsu")),
}


@contextmanager
def country(privacy="named", towns=("tsukuba", "nakatsu", "tama"), post=None):
    made = Country(Path(), CAST, towns=towns, stores=empty_store, post=post)
    try:
        made.say("佐藤", f"!form load\n{FORM.format(privacy=privacy)}")
        made.read()
        yield made
    finally:
        made.close()


def say(land, who, words, **more):
    land.say(who, words, **more)
    land.tick()
    return [(town, heard) for town, heard in land.read()]


def texts(said):
    return "\n".join(heard.text for _, heard in said)


def send(land, to="全員", by="12月1日 17:00", kind=""):
    said = say(land, "佐藤", f"!inquiry send kyushoku {kind} to {to} by {by}")
    assert "送りました" in texts(said), texts(said)
    return land.stages["tsukuba"].query("SELECT id, document FROM inquiry ORDER BY number DESC LIMIT 1")[0]


def answer(land, people=PEOPLE):
    say(land, "中津管理", "!inquiry accept 1")
    say(land, "中津管理", "!inquiry ask 1 to staff")
    for n, name in enumerate(people):
        for words in ("はい" if n < 7 else "いいえ", str(777001 + n), f"{SAID[n % 2]}{n}", "送信"):
            say(land, name, words)
    say(land, "中津管理", "!form close 照会1-kyushoku")


def release(land, verb="release"):
    shown = texts(say(land, "中津管理", f"!inquiry {verb} 1"))
    say(land, "中津管理", "はい")
    return shown


def told(land, town="tsukuba"):
    return land.stages[town].query("SELECT server, told, said, asked, released, warning FROM inquiry_body ORDER BY 1")


def deliver(land, kind, body, *, sender="nakatsu", to="tsukuba", at=None, cause="c", key=None):
    """As another Kairan would, whatever it says."""
    signed = sealed(
        kind, body, server=sender, key=key or Key.of(sender), at=at or land.now, to=to, cause=f"{cause}{body}"
    )
    for part in parts_of(signed.raw, f"k{abs(hash(signed.id))}"):
        land.stages[to].receive(f"@kairan:{sender}", part)
    for stage in land.stages.values():
        stage.now += timedelta(seconds=5)
    land.tick()
    return signed, texts(land.read())


def body_of(land, **change):
    id_, document = land.stages["tsukuba"].query("SELECT id, document FROM inquiry")[0]
    parts = {
        "free": {"base": 20, "cells": {"はい": 12, "一部": 0, "いいえ": 8}},
        "cost": {"base": 20, "cells": {"given": 20, "": 0}, "sum": "6000"},
        "why": {"base": 20, "cells": {"given": 5, "": 15}},
    }
    good = {"id": id_, "form": digest_of(document), "version": 1, "asked": 30, "answered": 20, "parts": parts}
    return {**good, **change}


def holds(text, secret):
    return secret in text or json.dumps(secret)[1:-1] in text


def everything(stage, but=()):
    names = [row[0] for row in stage.query("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = [row for name in names if name not in but for row in stage.query(f'SELECT * FROM "{name}"')]
    return "\n".join(
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for row in rows for value in row
    )
