"""What becomes of whatever may go wrong between municipalities: each case once, in one table.

`judged_*` says which case a message is; OUTCOMES what is done about it and what people are told. No clock decides
anything but whether something is called late: the sender's time is shown, never believed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from forms.form import Form
from forms.inquiry import Body, Kind, Released
from forms.inquiry_release import Impossible, read
from forms.text import Text

Done = Literal["taken", "marked", "ignored", "refused", "kept"]
"""`taken`; `marked`: taken, and said so; `ignored`: nothing changes; `refused`: nothing changes, people are told;
`kept`: filed for the record, what is shown stays."""
MOST_OPEN: Final = 50
"""Inquiries of one asker that may wait here."""
FARTHEST: Final = timedelta(days=400)
SKEW: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    done: Done
    said: Text | None = None


Case = Literal[
    "fine", "late", "clock", "again", "older", "contradiction", "beyond", "no-number", "malformed", "other-form",
    "not-asked", "unknown", "closed", "left", "inquiry-again", "inquiry-changed", "cannot-run", "too-many",
    "no-deadline", "past-deadline", "asker-gone", "not-the-asker",
]  # fmt: skip

OUTCOMES: Mapping[Case, Outcome] = {
    # what a member sends to the asker
    "fine": Outcome("taken"),
    "late": Outcome("marked", Text(ja="締切後の回答です。", en="It came after the deadline.")),
    "clock": Outcome(
        "marked",
        Text(
            ja="先方の時計がこちらと1時間以上ずれています。順序は版の番号で決めています。",
            en="Their clock differs from ours by more than an hour. Versions are told by their number.",
        ),
    ),
    "again": Outcome("ignored"),
    "older": Outcome("kept"),
    "contradiction": Outcome(
        "refused",
        Text(
            ja="同じ版の回答が、違う内容で届きました。先に届いたほうを使っています。先方に確かめてください。",
            en="The same version came with other figures. The first stays. Please ask them.",
        ),
    ),
    "beyond": Outcome(
        "refused",
        Text(
            ja="配った人数を超える数など、あり得ない数の回答が届いたため、受け取っていません。先方に確かめてください。",
            en="It holds counts that cannot be (e.g. beyond the number asked) and was not taken. Please ask them.",
        ),
    ),
    "no-number": Outcome(
        "refused",
        Text(
            ja="数ではない値が入った回答が届いたため、受け取っていません。先方に確かめてください。",
            en="It holds values that are no numbers and was not taken. Please ask them.",
        ),
    ),
    "malformed": Outcome(
        "refused",
        Text(ja="読み取れない回答が届いたため、受け取っていません。", en="It cannot be read and was not taken."),
    ),
    "other-form": Outcome(
        "refused",
        Text(
            ja="送ったものと違うフォームへの回答のため、受け取っていません。",
            en="It answers another form than the one sent, and was not taken.",
        ),
    ),
    "not-asked": Outcome("ignored"),
    "unknown": Outcome("ignored"),
    "closed": Outcome(
        "refused",
        Text(
            ja="照会を終了したあとに回答が届いたため、受け取っていません。",
            en="It came after the inquiry was closed, and was not taken.",
        ),
    ),
    "left": Outcome(
        "kept",
        Text(
            ja="連合を離れました。それまでに届いた回答は、そのまま集計に入っています。",
            en="It left the alliance. What it released before still counts.",
        ),
    ),
    # what an asker sends to a member
    "inquiry-again": Outcome("ignored"),
    "inquiry-changed": Outcome(
        "refused",
        Text(
            ja="{asker}から、同じ照会が違う内容で届きました。先に届いたほうを使っています。先方に確かめてください。",
            en="{asker} sent the same inquiry with other content. The first stays. Please ask them.",
        ),
    ),
    "cannot-run": Outcome(
        "refused",
        Text(
            ja="{asker}から照会が届きましたが、この Kairan では実行できないフォームです（新しい版か、未対応の種類）。"
            "その旨を先方へ返しました。Kairan を更新してください。",
            en="{asker} sent an inquiry whose form this Kairan cannot run (too new, or an unknown kind). "
            "They were told so. Please update Kairan.",
        ),
    ),
    "too-many": Outcome(
        "refused",
        Text(
            ja="{asker}からの照会が多すぎるため、新しいものを受け取っていません。先方に伝えました。",
            en="{asker} sends too many inquiries: the new one was not taken, and they were told.",
        ),
    ),
    "no-deadline": Outcome(
        "refused",
        Text(
            ja="{asker}から、締切のおかしい照会が届いたため、受け取っていません。先方に伝えました。",
            en="{asker} sent an inquiry with an impossible deadline: it was not taken, and they were told.",
        ),
    ),
    "past-deadline": Outcome(
        "marked",
        Text(
            ja="届いた時点で締切を過ぎています。日程を先方に確かめてください。",
            en="Its deadline had passed when it came. Please ask them about the time.",
        ),
    ),
    "asker-gone": Outcome(
        "refused",
        Text(
            ja="照会元が連合を離れたため、送れません。", en="Whoever asked has left the alliance: nothing can be sent."
        ),
    ),
    "not-the-asker": Outcome("ignored"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A release as it came: its body, the id of its seal, when it was signed and when it was heard."""

    body: Mapping[str, object]
    seal: str
    signed_at: datetime
    heard_at: datetime


def judged_release(  # noqa: PLR0911, PLR0913 - a case a line, and what it is judged by
    came: Came, body: Body | None, *, form: Form, digest: str, kind: Kind, deadline: datetime, is_open: bool
) -> tuple[Case, Released | None]:
    """Which case it is; and the release, where it can be read."""
    if body is None:
        return "not-asked", None
    if came.seal == body.seal:
        return "again", None
    if not is_open:
        return "closed", None
    if came.body.get("form") != digest:
        return "other-form", None
    try:
        released = read(came.body, form, kind)
    except Impossible as why:
        return ("no-number" if why.numbers else "beyond" if _counted(came.body) else "malformed"), None
    if body.released is not None and released.version <= body.released.version:
        return ("older" if released.version < body.released.version else "contradiction"), released
    if came.heard_at > deadline:
        return "late", released
    return ("clock" if abs(came.signed_at - came.heard_at) > SKEW else "fine"), released


def _counted(body: Mapping[str, object]) -> bool:
    """Whether it has the shape of a release, so that its figures are what is wrong."""
    return all(type(body.get(name)) is int for name in ("version", "asked")) and ("parts" in body or "answers" in body)


def judged_inquiry(  # noqa: PLR0913 - what the decision is made on
    *, form: Form | None, deadline: datetime | None, now: datetime, known: str | None, digest: str, waiting: int
) -> Case:
    """Which case an inquiry is that came. `known`: the digest under which it is here already."""
    if known is not None:
        return "inquiry-again" if known == digest else "inquiry-changed"
    if form is None:
        return "cannot-run"
    if deadline is None or deadline > now + FARTHEST:
        return "no-deadline"
    if waiting >= MOST_OPEN:
        return "too-many"
    return "past-deadline" if deadline <= now else "fine"


def judged_departure(server: str, present: Collection[str]) -> Case:
    """Whether a member that was asked is still there."""
    return "fine" if server in present else "left"
