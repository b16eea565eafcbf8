"""Answers: one row for each person and publication. They are read by their owner, and by editors once they are sent.

Of an anonymous form the row only says that the person takes part: the draft in it is sealed, and what is sent goes into
the urn (bridge/store/urn.py).
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from bots.conversation import Conversation
from bots.effects import About
from bots.events import EventId, UserId
from bots.form_renewal import counting
from bots.records import Draft, Filling, NotAllowed, Publication
from bots.roles import Role
from bridge.store import outbox, rooms, sendings, urn
from bridge.store.attachments import forget
from bridge.store.desk import Desk, derived, server_of
from bridge.store.engine import insert_new, upsert
from bridge.store.fillings import EMPTY, FILLINGS, filling_of, fillings, to_row
from bridge.store.hot import Hot
from bridge.store.people import shown_name
from bridge.store.publications import PUBLICATIONS, publication_of
from bridge.store.sealing import seal
from bridge.store.tables import asked, person, publication, response
from bridge.store.urn import key_of
from forms.anonymity import guarded, merged, rounded
from forms.form import Form
from forms.mistake import Mistake
from forms.questions.base import Answers
from forms.tally import Tally, tally
from forms.text import Text
from forms.versions import carried, carries

NOT_ASKED = Text(
    ja="「{title}」はあなたには配られていません。担当者にお問い合わせください。",
    en="“{title}” was not put to you. Please ask whoever published it.",
)
ASKER = Text(ja="{name}（{municipality}）", en="{name} ({municipality})")
RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# Statements that every answer needs are built once: building takes longer than running.
_WHO: sa.BindParameter[str] = sa.bindparam("user")
_MINE = Hot(FILLINGS.where(response.c.user_id == _WHO).order_by(response.c.begun_at, response.c.id))
_CURRENT = Hot(sa.select(person.c.response).where(person.c.user_id == _WHO))
_KEEP = Hot(
    sa.update(response)
    .where(response.c.id == sa.bindparam("key"))
    .values({name: sa.bindparam(name) for name in ("state", "sent", "sent_at", "sending")})
)
_BEGUN = sa.select(response.c.publication).where(response.c.user_id == _WHO, response.c.publication.is_not(None))
_WAITING = Hot(
    PUBLICATIONS.where(
        publication.c.id.in_(sa.select(asked.c.publication).where(asked.c.user_id == _WHO)),
        publication.c.id.not_in(_BEGUN),
        publication.c.closed_at.is_(None),
    )
)


def receipt(response_id: str) -> str:
    """A number that can be read out on the telephone: no 0/O, 1/I/L, U."""
    number = int(response_id, 16)
    letters = []
    for _ in range(8):
        number, rest = divmod(number, len(RECEIPT_LETTERS))
        letters.append(RECEIPT_LETTERS[rest])
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


class ResponseDesk:
    """bots.ports.Responses."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection
        self._mine: Sequence[Filling] | None = None
        self._chosen: str | None = None

    def mine(self) -> Sequence[Filling]:
        if self._mine is None:  # a turn asks several times; what it writes through this desk forgets it
            self._mine = [filling_of(self._desk, row) for row in _MINE.mappings(self._db, user=self._desk.who)]
        return self._mine

    def begin(self, found: Publication) -> Filling:
        where = (asked.c.publication == found.id) & (asked.c.user_id == self._desk.who)
        if self._db.execute(sa.select(asked.c.place).where(where)).first() is None:
            raise Mistake(NOT_ASKED.fill(title=found.form.title))
        return self._begin(derived("response", found.id, self._desk.who), found.form, found.version, found.id)

    def preview(self, draft: Draft) -> Filling:
        self._desk.need(Role.EDITOR)
        key = derived("preview", self._desk.who)
        forget(self._db, sa.select(response.c.id).where(response.c.id == key))
        self._db.execute(sa.delete(response).where(response.c.id == key))
        return self._begin(key, draft.form, draft.version, None)

    def _begin(self, key: str, begun: Form, version: int, found: str | None) -> Filling:
        nameless = begun.privacy == "anonymous" and found is not None
        row = {
            "id": key,
            "publication": found,
            "form": begun.name,
            "version": version,
            "user_id": self._desk.who,
            "receipt": "" if nameless else receipt(key),
            "state": EMPTY,
            "begun_at": self._desk.today if nameless else self._desk.at,
        }
        insert_new(self._db, response, row)
        self._mine = None
        return fillings(self._desk, FILLINGS.where(response.c.id == key))[0]

    def keep(self, filling: Filling) -> None:
        if filling.user != self._desk.who:
            raise NotAllowed(Role.STEWARD)
        if filling.secret:
            self._keep_secret(filling)
            return
        sending = sendings.kept(self._db, filling)
        values = {
            "state": to_row(filling.conversation),
            "sent": filling.conversation.sent,
            "sent_at": filling.sent_at,
            "sending": sending,
        }
        _KEEP.run(self._db, key=filling.id, **values)
        self._mine = None

    def carry(self, found: Publication, draft: Draft) -> tuple[Sequence[Filling], int]:
        self._desk.need(Role.EDITOR)
        here = (response.c.publication == found.id) & (response.c.version != draft.version)
        unsent_here = here & response.c.sent_at.is_(None)
        if found.form.privacy == "anonymous":  # nobody but its owner opens a sealed draft: it ends on its own version
            count = sa.select(sa.func.count()).select_from(response).where(unsent_here)
            return (), int(self._db.execute(count).scalar_one())
        unsent = fillings(self._desk, FILLINGS.where(unsent_here).order_by(response.c.begun_at))
        today = self._desk.at.astimezone(self._desk.town.zone).date()
        moved = []
        for filling in unsent:
            talk, form_ = filling.conversation, filling.publication.form
            if carries(talk.answers, form_, draft.form, today=today):
                answers = carried(talk.answers, form_, draft.form, today=today)
                moved.append(self._move(filling, draft, replace(talk, form=draft.form, answers=answers)))
        return moved, len(unsent) - len(moved)

    def _move(self, filling: Filling, draft: Draft, talk: Conversation) -> Filling:
        kept = replace(
            talk,
            reopened=frozenset(talk.reopened & talk.answers.keys()),
            sources={key: event for key, event in talk.sources.items() if key in talk.answers},
        )
        values = {"version": draft.version, "state": to_row(kept)}
        self._db.execute(sa.update(response).where(response.c.id == filling.id).values(**values))
        self._mine = None
        publication_ = replace(filling.publication, form=draft.form, version=draft.version)
        return replace(filling, conversation=kept, publication=publication_)

    def _keep_secret(self, filling: Filling) -> None:
        """The draft, sealed; or, when it is sent, the answers into the urn and only the day into the row."""
        name, talk = key_of("draft", filling.id), filling.conversation
        here = (response.c.id == filling.id) & response.c.sent_at.is_(None)
        begun = {**EMPTY, "begun": bool(talk.answers)}
        if talk.sent is None:
            box = seal(self._desk.keys.of(name), to_row(talk), name=name)
            self._db.execute(sa.update(response).where(here).values(state=begun, sealed=box))
        elif self._db.execute(
            sa.update(response).where(here).values(state=begun, sealed=None, sent_at=self._desk.today)
        ).rowcount:
            urn.cast(self._db, filling.publication.id, talk.sent)
            urn.burn(self._desk, name)
        self._mine = None

    def encrypted(self) -> bool:
        return rooms.state(self._db, self._desk.room)[1]

    def withheld(self, found: Publication) -> Text | None:
        return urn.withheld(self._db, found)

    def shows(self, found: Publication) -> bool:
        if not guarded(found.form):
            return True
        sent = urn.count(self._db, found.id)
        return rounded(sent) == sent

    def count(self, name: str) -> int:
        where = (response.c.form == name) & response.c.sent_at.is_not(None)
        return int(self._db.execute(sa.select(sa.func.count()).select_from(response).where(where)).scalar_one())

    def about(self, message: EventId) -> About | None:
        found = outbox.about(self._db, message)
        if found is None or found[0] != self._desk.room:
            return None
        asked = found[1]
        bot = asked.get("bot", "form")
        return About(response=asked["response"], question=asked["question"], keys=asked["keys"], bot=bot)

    def current(self) -> str | None:
        if self._chosen is None:
            self._chosen = _CURRENT.value(self._db, user=self._desk.who)
        return self._chosen

    def focus(self, key: str | None) -> None:
        if key is None or self.current() != key:
            upsert(self._db, person, {"user_id": self._desk.who, "response": key})
            self._chosen = key

    def waiting(self) -> Sequence[Publication]:
        found = [publication_of(row) for row in _WAITING.mappings(self._db, user=self._desk.who)]
        return [p for p in reversed(found) if p.is_open(self._desk.at)]

    def asker(self, found: Publication) -> Text:
        town = self._desk.town.neighbours.name(server_of(found.author))
        return ASKER.fill(name=shown_name(self._db, found.author), municipality=town)

    def all_sent(self, found: Publication) -> Sequence[Filling]:
        # Totals are made of these for whoever may see totals; single answers only leave through an editor's export.
        if (why := self.withheld(found)) is not None:
            raise Mistake(why)
        if found.form.privacy == "anonymous":
            return [self._nameless(found, sheet, "") for sheet in urn.ballots(self._db, found.id)]
        query = FILLINGS.where(response.c.publication == found.id, response.c.sent_at.is_not(None))
        sent = fillings(self._desk, query.order_by(response.c.sent_at, response.c.id))
        return self._without_names(found, sent) if guarded(found.form) else sent

    def _without_names(self, found: Publication, sent: Sequence[Filling]) -> list[Filling]:
        """In the order of what they say; of their owners only the homeserver, where many enough are of it."""
        groups = merged(Counter(server_of(f.user) for f in sent), rest="")
        fillings = [self._nameless(found, f.conversation.sent or {}, groups[server_of(f.user)]) for f in sent]
        return sorted(fillings, key=lambda f: json.dumps([f.user, f.conversation.sent], sort_keys=True))

    def _nameless(self, found: Publication, sheet: Answers, server: str) -> Filling:
        """Somebody's answers, as of the day on which the form was closed."""
        talk = Conversation(found.form, answers=dict(sheet), sent=dict(sheet), lang=self._desk.town.language)
        return Filling(
            publication=found,
            conversation=talk,
            id="",
            user=UserId(f"@:{server}"),
            sent_at=found.closed_at or self._desk.at,
        )

    def totals(self, found: Publication) -> Tally:
        """From the totals as they are kept, where they say the same as counting would."""
        name_of = self._desk.town.neighbours.name
        if not guarded(found.form) and self._in_one_version(found):
            return sendings.totals(self._db, found, name_of)
        sent = self.all_sent(found)
        return tally(found.form, ((name_of(server_of(f.user)), counting(f, found)) for f in sent))

    def _in_one_version(self, found: Publication) -> bool:
        other = (response.c.publication == found.id) & (response.c.version != found.version)
        return self._db.execute(sa.select(response.c.id).where(other).limit(1)).first() is None

    def sent_by_day(self, found: Publication) -> Mapping[date, int]:
        if guarded(found.form):
            return {}
        where = (response.c.publication == found.id) & response.c.sent_at.is_not(None)
        moments = self._db.execute(sa.select(response.c.sent_at).where(where)).scalars()
        return Counter(moment.astimezone(self._desk.town.zone).date() for moment in moments if moment is not None)
