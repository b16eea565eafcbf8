"""`kairan federation status`: the list in force, our request, and what is to be voted on; in words and for programs."""

import argparse
import json
from collections.abc import Callable
from typing import Any

from bots.federation_words import OPEN_MOTIONS, STATUS, TROUBLES
from bridge import clock
from bridge.alliance.motion import from_moment
from bridge.alliance.roll import fingerprint
from bridge.config import Config, read_config
from bridge.federation.courier import REQUEST
from bridge.store import motions, rolls, rooms
from bridge.store.desk import municipality
from bridge.store.engine import Connection, database_url
from bridge.store.looking import looking
from forms.text import Text, lines, same

UNSENT = Text(
    ja="{to} への申請は、まだ届いていません。kairan run が動いているか、サーバー名と経路を確かめてください。",
    en="The request to {to} has not arrived yet: does kairan run work, are the name and the way right?",
)
ASKED = Text(
    ja="{to} に申請しました。加入自治体の投票を待っています。",
    en="{to} has the request: the members are to vote.",
)
DECLINED = Text(
    ja="{to} は申請を受け付けませんでした（{answer}）。くり返し試しています。"
    "加入自治体のサーバー名か、双方の時計を確かめてください。",
    en="{to} does not take the request ({answer}); it is tried again. Is it a member, and are both clocks right?",
)
OURS = Text(ja="この自治体の鍵の指紋: {fingerprint}", en="The fingerprint of our keys: {fingerprint}")


def show(arguments: argparse.Namespace, say: Callable[..., None]) -> int:
    """0 where all is well."""
    config = read_config(arguments.config)
    with looking(database_url(config.kairan.database, config.folder)) as connection:
        found = standing(connection, config)
    said = _words(found, config)
    say(arguments, found, f"{said.ja}\n\n{said.en}")
    return 0 if found["standing"] == "none" else 1


def standing(connection: Connection, config: Config) -> dict[str, Any]:
    """Names that never change; `standing` is "none" where nothing is wrong."""
    held, now = rolls.current(connection), clock.now()
    trouble = rolls.trouble_with(held, municipality(config), now)
    request = json.loads(rooms.facts(connection).get(REQUEST, "{}"))
    ours = fingerprint(config.homeserver.server_name, {config.key.id: config.key.public})
    found: dict[str, Any] = {
        "standing": trouble, "rival": rolls.has_rival(connection), "fingerprint": ours, "members": [], "motions": [],
    }  # fmt: skip
    if request:
        found["asked"] = {"to": request["to"], "sent": request["sent"], "answer": request.get("answer")}
    if held is None:
        return found
    described = [motions.described(connection, one, held) for one in motions.open_ones(connection, held, now)]
    return {
        **found,
        "version": held.version,
        "id": held.id,
        "issued": held.issued,
        "until": held.until,
        "quorum": held.quorum,
        "room": held.room,
        "members": [{"server": e.server, "name": e.member.name.ja, "code": e.member.code} for e in held.entries],
        "motions": [
            {"id": m.id, "kind": m.kind, "subject": m.subject.ja, "server": m.server, "fingerprint": m.fingerprint,
             "approved": len(m.approved), "needed": m.needed}
            for m in described
        ],
    }  # fmt: skip


def _words(found: dict[str, Any], config: Config) -> Text:
    asked = found.get("asked")
    said = [TROUBLES["rival" if found["rival"] else found["standing"]]] if not asked else [_request(asked)]
    if "version" in found:
        issued, until = (_moment(found[what], config) for what in ("issued", "until"))
        count, quorum = len(found["members"]), found["quorum"]
        said.append(STATUS.fill(version=found["version"], issued=issued, until=until, count=count, quorum=quorum))
        said += [same(f"・{one['name']} {one['server']}") for one in found["members"]]
    if found["motions"]:
        said.append(OPEN_MOTIONS.fill(count=len(found["motions"])))
        said += [same(f"? {one['subject']} {one['approved']}/{one['needed']}") for one in found["motions"]]
    return lines(*said, OURS.fill(fingerprint=found["fingerprint"]))


def _request(asked: dict[str, Any]) -> Text:
    if asked["sent"]:
        return ASKED.fill(to=asked["to"])
    if asked["answer"] is not None:
        return DECLINED.fill(to=asked["to"], answer=asked["answer"])
    return UNSENT.fill(to=asked["to"])


def _moment(given: int, config: Config) -> str:
    return f"{from_moment(given).astimezone(config.zone):%Y-%m-%d %H:%M}"
