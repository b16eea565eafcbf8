"""One event: decide, and in the same transaction keep what changed and queue what is to be said. Hosts every bot.

Nothing here awaits or speaks Matrix: the caller opens the transaction, marks the event as handled in it, and commits.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bots import (
    due,
    ports,
    ports_alliance,
    ports_function,
    ports_groups,
    ports_health,
    ports_inquiry,
    ports_lists,
    ports_template,
)
from bots.bot import Bot, Routine
from bots.call import Call
from bots.command import Effects, World
from bots.dispatch import dispatch
from bots.effects import Refuse, Say
from bots.events import Delivered, Event, Joined, Left, RoomId, Said, Sent, UserId, Written
from bots.function_words import FILE_MOST
from bots.records import NotAllowed
from bots.roles import Role
from bridge.alliance.parcel import Parcel
from bridge.letters import Occasion, Touched, Writer
from bridge.picture import png
from bridge.postal_codes import towns_with
from bridge.store import outbox, rooms
from bridge.store.adoptions import AdoptionDesk
from bridge.store.alliance_desk import AllianceDesk
from bridge.store.attachments import AttachmentDesk
from bridge.store.desk import Desk, Municipality, role_of, server_of
from bridge.store.directory import DirectoryDesk
from bridge.store.engine import Connection, tentative
from bridge.store.exchange import ExchangeDesk
from bridge.store.forms import FormShelf
from bridge.store.function_desk import FunctionDesk
from bridge.store.group_desk import GroupDesk
from bridge.store.health_desk import HealthDesk
from bridge.store.inquiries import InquiryDesk
from bridge.store.let_in import InvitationDesk
from bridge.store.lists import ListDesk
from bridge.store.manuscripts import ManuscriptDesk
from bridge.store.members import MemberDesk, SealDesk, is_member
from bridge.store.parcels import unpack
from bridge.store.people import PendingDesk, PeopleDesk, RoomDesk, TownDesk, language_of
from bridge.store.publications import PublicationShelf, came_back
from bridge.store.responses import ResponseDesk
from bridge.store.sealing import Keyring
from bridge.store.template_index import IndexDesk
from bridge.store.templates import TemplateDesk
from bridge.store.timetable import DigestDesk, ReminderDesk, SummaryDesk
from bridge.workbook import Readings
from forms.lists.known import Known
from forms.mistake import Mistake
from forms.text import Text
from forms.xlsform.reading import Read

FLOOD = 120
FLOOD_WINDOW = timedelta(minutes=1)
SLOWER = Text(
    ja="短い時間にたくさんのメッセージが届いたため、いまの分は読めていません。1分ほど待ってから、続きをお書きください。",
    en="Too many messages at once: the last ones were not read. Please wait a minute, then go on.",
)
SORRY = Text(
    ja="申し訳ありません。処理できませんでした。"
    "入力済みの内容は失われていません。担当者に番号 {ref} をお伝えください。",
    en="Sorry, that could not be done. Nothing you entered is lost. Please tell your administrator the number {ref}.",
)


class Draughtsman:
    """bots.ports.Pictures."""

    def __init__(self, _desk: Desk) -> None:
        pass

    def png(self, svg: str) -> bytes:
        return png(svg)


class CodeList:
    """bots.ports.PostalCodes."""

    def __init__(self, _desk: Desk) -> None:
        pass

    def towns(self, code: str) -> Sequence[str]:
        return towns_with(code)


class WorkbookDesk:
    """bots.ports.Workbooks."""

    def __init__(self, desk: Desk) -> None:
        self._readings = desk.readings

    def read(self, content: bytes, *, name: str, known: Known) -> Read:
        return self._readings.take(content, name=name, known=known)


PORTS: dict[type, Callable[[Desk], Any]] = {
    ports.Forms: FormShelf,
    ports.Manuscripts: ManuscriptDesk,
    ports.Publications: PublicationShelf,
    ports.Responses: ResponseDesk,
    ports.Attachments: AttachmentDesk,
    ports.PostalCodes: CodeList,
    ports.People: PeopleDesk,
    ports.Rooms: RoomDesk,
    due.Reminders: ReminderDesk,
    due.Digests: DigestDesk,
    ports.Pending: PendingDesk,
    due.Summaries: SummaryDesk,
    ports.Pictures: Draughtsman,
    ports.Workbooks: WorkbookDesk,
    ports_lists.Lists: ListDesk,
    ports.Town: TownDesk,
    ports.Members: MemberDesk,
    ports.Seals: SealDesk,
    ports_inquiry.Inquiries: InquiryDesk,
    ports_groups.Groups: GroupDesk,
    ports_groups.Directory: DirectoryDesk,
    ports_groups.Invitations: InvitationDesk,
    ports_template.Templates: TemplateDesk,
    ports_template.Adoptions: AdoptionDesk,
    ports_template.Exchange: ExchangeDesk,
    ports_template.Index: IndexDesk,
    ports_alliance.Alliance: AllianceDesk,
    ports_health.Healths: HealthDesk,
    ports_function.Functions: FunctionDesk,
}


class Runtime:
    """`hear` and `tick` are all that happens to Kairan.

    Both raise Locked for a key that must first be in `keys`, and Unread for a workbook that must first be read.
    """

    def __init__(self, town: Municipality, bots: Sequence[Bot], *, shortcuts: bool = True) -> None:
        self._town, self._bots = town, bots
        self.keys, self.readings = Keyring(), Readings()
        self._writer = Writer(town, self.keys, shortcuts=shortcuts)
        self._pace: dict[str, tuple[datetime, int]] = {}
        self.routines: tuple[Routine, ...] = tuple(r for bot in bots for r in bot.routines)

    def hear(self, connection: Connection, event: Event | Parcel | Written) -> Touched:
        """Decide about an event and queue what follows."""
        touched = Touched()
        self._town.neighbours.refresh(connection)
        if event.sender == self._town.bot or not self._welcome(event.sender):
            return touched
        if isinstance(event, Written) and not self._town.is_person(event.sender):
            return touched  # two accounts that answer one another would never end
        if not isinstance(event, Parcel):
            self._heard(connection, event, touched)
        elif (delivered := unpack(connection, self._town, event)) is not None:
            self._heard(connection, delivered, touched)
        return touched

    def _heard(self, connection: Connection, event: Event | Delivered | Written, touched: Touched) -> None:
        self._come_and_go(connection, event, touched)
        occasion = _occasion(connection, event)
        said = self._paced(event)
        effects = self._decide(connection, event) if said is None else said
        self._writer.carry_out(occasion, effects, touched)

    def wanted(self, connection: Connection, event: Sent | Written) -> int:
        """How many bytes of the file that this event brings are wanted; 0 where nobody asked for one."""
        if event.sender == self._town.bot or not self._welcome(event.sender):
            return 0
        if isinstance(event, Written):
            return FILE_MOST if self._town.is_person(event.sender) else 0
        call = self._call(connection, event)
        world = self._world(self._desk(connection, event, call))
        return max((most(call, world) for bot in self._bots for most in bot.fetching), default=0)

    def _welcome(self, sender: str) -> bool:
        return server_of(sender) in self._town.neighbours

    def _paced(self, event: Event | Delivered | Written) -> Effects | None:
        """None at an ordinary pace; in a flood one polite word, then nothing until it ends."""
        if not isinstance(event, Said) or (not event.direct and not event.text.lstrip().startswith(("!", "！"))):
            return None
        since, count = self._pace.get(event.sender, (event.at, 0))
        if abs(event.at - since) > FLOOD_WINDOW:  # a clock that ran ahead silences nobody
            since, count = event.at, 0
        self._pace[event.sender] = (since, count + 1)
        if count < FLOOD:
            return None
        return (Say(text=SLOWER),) if count == FLOOD else ()

    def _decide(self, connection: Connection, event: Event | Delivered | Written) -> Effects:
        call = self._call(connection, event)
        try:
            with tentative(connection):
                return dispatch(self._bots, call, event, world=self._world(self._desk(connection, event, call)))
        except NotAllowed as no:
            return (Refuse(text=no.text if call.mine else no.of(self._town.neighbours.name(self._town.server))),)
        except Mistake as mistake:
            return (Refuse(text=mistake.text),)

    def _desk(self, connection: Connection, event: Event | Delivered | Written, call: Call) -> Desk:
        return Desk(
            connection=connection,
            town=self._town,
            who=call.who,
            role=call.role,
            room=call.room,
            at=call.at,
            source=event.id,
            keys=self.keys,
            readings=self.readings,
        )

    def _call(self, connection: Connection, event: Event | Delivered | Written) -> Call:
        own = server_of(event.sender) == self._town.server
        return Call(
            event=event.id,
            who=event.sender,
            room=event.room,
            direct=event.direct,
            at=event.at,
            zone=self._town.zone,
            role=role_of(connection, event.sender, self._town.server),
            mine=own,
            lang=language_of(connection, event.sender, self._town.language),
        )

    def _world(self, desk: Desk) -> World:
        return lambda port: PORTS[port](desk)

    def _come_and_go(self, connection: Connection, event: Event | Delivered | Written, touched: Touched) -> None:
        """Keep track of who is in their direct room; what waited for them follows them in."""
        match event:
            case Joined() if rooms.owner_of(connection, event.room) == event.sender:
                rooms.set_direct(connection, event.sender, "joined")
                outbox.move(connection, event.sender, event.room, dropping=True)
                came_back(connection, event.sender)
                touched.lanes.add(event.room)
            case Left() if rooms.owner_of(connection, event.room) == event.sender:
                rooms.set_direct(connection, event.sender, "gone")
                self._put_away(connection, event)
            case Said(direct=True):
                rooms.adopt(connection, event.sender, event.room)

    def _put_away(self, connection: Connection, event: Left) -> None:
        """What a person would have read goes; what another Kairan must get waits until the next room with it."""
        if is_member(connection, event.sender):
            outbox.move(connection, event.room, event.sender)
            return
        outbox.bury(connection, event.sender)
        outbox.bury(connection, event.room)

    def tick(self, connection: Connection, routine: Routine, now: datetime) -> Touched:
        """Do what has fallen due."""
        touched = Touched()
        self._town.neighbours.refresh(connection)
        itself = UserId(self._town.bot)
        desk = Desk(
            connection=connection, town=self._town, who=itself, role=Role.STEWARD, room=RoomId(""), at=now, source="",
            keys=self.keys, readings=self.readings,
        )  # fmt: skip
        for done in routine(now, self._world(desk)):
            occasion = Occasion(
                connection=connection, source=done.id, at=now, who=itself, room=RoomId(""), direct=False, reply_to=None
            )
            self._writer.carry_out(occasion, done.effects, touched)
        return touched

    def apologise(self, connection: Connection, event: Event | Parcel | Written, reference: str) -> Touched:
        """A bug of ours: say so with a number, and go on with the next event."""
        touched = Touched()
        occasion = _occasion(connection, event)
        if isinstance(event, Said) and (event.direct or event.text.startswith("!")):
            self._writer.carry_out(occasion, (Say(text=SORRY.fill(ref=reference)),), touched)
        return touched


def _occasion(connection: Connection, event: Event | Delivered | Parcel | Written) -> Occasion:
    """What an event gives cause to; in a shared room the answer is a reply to it."""
    return Occasion(
        connection=connection,
        source=event.id,
        at=event.at,
        who=event.sender,
        room=event.room,
        direct=event.direct,
        reply_to=None if event.direct else event.id,
    )
