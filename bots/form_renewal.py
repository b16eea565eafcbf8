"""A changed form, put to people who are answering it: their answers move over, or they finish as they began."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bots.call import Call
from bots.command import Effects
from bots.conversation import open_
from bots.effects import Person, Refresh, Say
from bots.moments import moment
from bots.ports import Publications, Responses
from bots.records import Draft, Filling, Publication
from forms.questions.base import Value
from forms.text import Text, lines
from forms.versions import carried, joining

RENEWED = Text(
    ja="フォーム「{title}」を第{version}版に替えました。回答中の{moved}人は新しい版に移りました。",
    en="“{title}” is now version {version}. {moved} people who were answering have moved to it.",
)
STAYING = Text(
    ja="{count}人は、回答が失われないように、前の版のまま続けます。",
    en="{count} people go on with the earlier version, so that none of their answers is lost.",
)
SENT = Text(ja="送信済みの回答は、そのまま有効です。", en="What was sent still counts.")
TO_PERSON = Text(
    ja="フォーム「{title}」の内容が変わりました。これまでの回答はそのまま残っています。",
    en="“{title}” has changed. What you have answered is kept.",
)


def renewed(  # noqa: PLR0913 - the ports, and which version of what
    call: Call,
    publications: Publications,
    responses: Responses,
    current: Publication,
    draft: Draft,
    *,
    closes: datetime | None,
) -> Effects:
    """Move a publication to another version of its form, and say so to whom it concerns."""
    publication = publications.renew(current, draft, closes)
    moved, staying = responses.carry(publication, draft)
    said = [RENEWED.fill(title=draft.form.title, version=draft.version, moved=len(moved))]
    said += [STAYING.fill(count=staying)] if staying else []
    told = [e for filling in moved for e in _told(call, filling, publication)]
    return (Say(text=lines(*said, SENT)), Refresh(publication.id), *told)


def counting(filling: Filling, publication: Publication) -> dict[str, Value]:
    """What was sent, as answers to the version that the publication asks now."""
    sent = filling.conversation.sent or {}
    if filling.publication.version == publication.version or filling.sent_at is None:
        return sent
    return carried(sent, filling.publication.form, publication.form, today=filling.sent_at.date())


def joined(publication: Publication, sent: Sequence[Filling]) -> Text | None:
    """How the versions of what was sent are counted together; None where there is only one."""
    forms = {f.publication.version: f.publication.form for f in sent}
    counts = Counter(f.publication.version for f in sent)
    here = counts.pop(publication.version, 0)
    others = {version: (forms[version], count) for version, count in counts.items()}
    return joining(publication.form, publication.version, others, count=here)


def _told(call: Call, filling: Filling, publication: Publication) -> Effects:
    """The question they are at may be another one now."""
    if filling.conversation.stage != "open":
        return ()
    closes = publication.closes_at
    deadline = moment(closes, call.zone, call.at) if closes else None
    head = TO_PERSON.fill(title=publication.form.title)
    return tuple(
        replace(effect, text=lines(head, effect.text), to=Person(filling.user))
        for effect in open_(filling.conversation, call.today, deadline=deadline)
        if isinstance(effect, Say)
    )
