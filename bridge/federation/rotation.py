"""`kairan federation rotate`: another key to sign with, without a moment in which nobody knows whose word it is.

Three steps, each by the same command: the list names both keys (voted on); Kairan is restarted with the new one; the
list names the new one alone (voted on). What was signed with the old key can be checked for good.
"""

import os
from pathlib import Path

from bridge import clock
from bridge.alliance.motion import moment, rotating
from bridge.alliance.roll import Roll
from bridge.alliance.signing import Document, Key
from bridge.config import Config
from bridge.errors import Misconfigured
from forms.text import Text

CALLED = "federation.key"
FIRST = Text(
    ja="新しい鍵を作りました。加入自治体の賛成がそろったら、もう一度このコマンドを実行してください。"
    "指紋: {fingerprint}",
    en="A new key is made. Once the members have approved, run this again. Fingerprint: {fingerprint}",
)
SECOND = Text(
    ja="新しい鍵に切り替えました。Kairan を再起動してから、もう一度このコマンドを実行してください。",
    en="The new key is in place. Restart Kairan, then run this again.",
)
THIRD = Text(
    ja="古い鍵を名簿から外すことを提案します。加入自治体の賛成がそろえば完了です。",
    en="The old key is to be taken off the list: it is done once the members have approved.",
)
WAIT = Text(
    ja="まだ賛成がそろっていません。そろってから、もう一度実行してください。",
    en="The members have not approved yet. Please run this again once they have.",
)
DONE = Text(ja="名簿の鍵は、いまの鍵だけです。", en="The list names the present key alone.")


def rotated(config: Config, held: Roll | None, *, again: bool) -> tuple[Text, Document | None]:
    """What is done now, and the change to move. `again`: begin where nothing is under way."""
    entry = None if held is None else held.at(config.homeserver.server_name)
    if entry is None:
        raise Misconfigured("連合に入っていません。/ this municipality is in no alliance.")
    following, now = config.folder / f"{CALLED}.next", moment(clock.now())
    if following.exists():
        new = Key.of(following.read_text("ascii").strip())
        if new.id in entry.keys:
            _switch(following)
            return SECOND, None
        return WAIT, rotating(entry.server, _both(config.key, new), now)
    if len(entry.keys) > 1:
        return THIRD, rotating(entry.server, {config.key.id: config.key.public}, now)
    if not again:
        return DONE, None
    new = _made(following)
    return FIRST, rotating(entry.server, _both(config.key, new), now)


def _both(old: Key, new: Key) -> dict[str, str]:
    return {old.id: old.public, new.id: new.public}


def _made(path: Path) -> Key:
    secret = clock.secret()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secret)
    return Key.of(secret)


def _switch(following: Path) -> None:
    """The old one is kept beside it: a backup may still need it."""
    present = following.with_name(CALLED)
    kept = following.with_name(f"{CALLED}.old")
    kept.unlink(missing_ok=True)
    os.link(present, kept)
    following.replace(present)
