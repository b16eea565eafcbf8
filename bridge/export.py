"""`kairan export`: answers for scripts, into standard output or a watched folder, also while Kairan runs."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.events import RoomId, UserId
from bots.form_export import exportable, order_of, stored_with
from bots.records import Publication
from bots.roles import Role
from bridge import clock
from bridge.config import Config, read_config
from bridge.errors import Misconfigured, Mistake
from bridge.store import people, sendings
from bridge.store.attachments import AttachmentDesk
from bridge.store.desk import Desk, municipality
from bridge.store.engine import Connection, database_url
from bridge.store.looking import looking
from bridge.store.publications import PublicationShelf, publications_of
from bridge.store.responses import ResponseDesk
from bridge.store.sealing import Keyring
from forms.export import Exported
from forms.handover.files import ALSO, FORMATS, File, Order, files, manifest
from forms.questions.attached import MEGA
from forms.text import Text

MOST_AT_ONCE = 2000 * MEGA  # one archive is in memory while it is made
_IN_PARTS = Text(
    ja="--number か --since で分けてください（--since はお名前を出すフォームだけ）。",
    en="Please narrow it by --number or --since (which only forms that name people have).",
)


@dataclass(frozen=True, slots=True)
class _Since:
    """Begin after a sending, or with a moment; `asked` is how it was written."""

    asked: str = ""
    sending: int = 0
    moment: datetime | None = None

    def has(self, row: Exported) -> bool:
        """Whether this row is new. What names nobody has no number: all of it is, where nothing else was asked."""
        if not self.asked:
            return True
        return row.sending > self.sending if self.moment is None else row.sent_at >= self.moment


def export(arguments: argparse.Namespace) -> int:
    """0: written (or nothing new). 1: not, and standard error says why."""
    config = read_config(arguments.config)
    since = _since(arguments.since, config.zone)
    if arguments.into is not None and not arguments.into.is_dir():
        raise Misconfigured(f"{arguments.into}: フォルダがありません / there is no such folder")
    with looking(database_url(config.kairan.database, config.folder)) as connection:
        try:
            orders, following = _orders(connection, config, arguments, since)
            for order in orders:
                _hand_over(order, arguments, since, following)
        except Mistake as mistake:
            raise Misconfigured(f"{mistake.text.ja} / {mistake.text.en}") from None
    return 0


def _since(words: str | None, zone: ZoneInfo) -> _Since:
    """The number a manifest calls `next`, the manifest itself, or a moment (a day begins at midnight, on the wall)."""
    if not words:
        return _Since()
    if words.isascii() and words.isdecimal() and len(words) < 19:
        return _Since(words, int(words))
    if words.endswith(".json"):
        return _from_manifest(Path(words))
    try:
        moment = datetime.fromisoformat(words) if len(words) > 10 else _midnight(date.fromisoformat(words))
    except ValueError:
        raise Misconfigured(
            f"--since {words[:40]}: manifest.json か、その next の数か、2026-11-24T10:00 のように書いてください。"
            " / give a manifest.json, the number it calls next, or a time as in 2026-11-24T10:00"
        ) from None
    return _Since(words, moment=moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone follows


def _from_manifest(path: Path) -> _Since:
    try:
        return _Since(path.name, int(json.loads(path.read_bytes())["next"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise Misconfigured(f"{path}: manifest として読めません / is no manifest of an export") from None


def _orders(
    connection: Connection, config: Config, arguments: argparse.Namespace, since: _Since
) -> tuple[list[Order], int]:
    """What is to be written, and after which sending the next export begins."""
    desk = _desk(connection, config)
    latest = PublicationShelf(desk).latest(arguments.name)
    every = publications_of(connection, latest.form.name)
    if since.asked and latest.form.privacy != "named":
        raise Misconfigured(
            "お名前を出さないフォームの回答には順番も時刻もないため、--since は使えません。"
            " / Answers of a form that names nobody have no order and no time: --since cannot be used."
        )
    if since.sending > sendings.last(connection):
        raise Misconfigured(
            f"--since {since.asked}: その番号の回答はまだありません / there has been no such sending yet"
        )
    fit = [exportable(found, ResponseDesk(desk), people.PeopleDesk(desk)) for found in every]
    orders = [_order(found, own, since, desk) for found, own in fit]
    gone = [one.sending for order in orders for one in order.withdrawn]
    following = max([since.sending, *gone, *(row.sending for _, own in fit for row in own)])
    return _wanted(orders, arguments, since), following


def _desk(connection: Connection, config: Config) -> Desk:
    """The operator looks as the bot itself does."""
    return Desk(
        connection=connection,
        town=municipality(config),
        who=UserId(config.bot),
        role=Role.STEWARD,
        room=RoomId(""),
        at=clock.now(),
        source="",
        keys=Keyring(),
    )


def _order(found: Publication, rows: Sequence[Exported], since: _Since, desk: Desk) -> Order:
    contents = stored_with(found, ResponseDesk(desk), AttachmentDesk(desk), most=MOST_AT_ONCE, instead=_IN_PARTS)
    new = [row for row in rows if since.has(row)]
    order = replace(order_of(found, new, people.TownDesk(desk), desk.town.language), stored=contents)
    if not since.asked or since.moment is not None:  # the first export names nobody who is gone; of times we know none
        return order
    return replace(order, withdrawn=sendings.withdrawn(desk.connection, found.id, since.sending))


def _wanted(orders: Sequence[Order], arguments: argparse.Namespace, since: _Since) -> list[Order]:
    """The last publication or the one that was asked for; into a folder also earlier ones with something new."""
    number = orders[0].number if arguments.number is None else arguments.number
    wanted = [order for order in orders if order.number == number]
    if not wanted:
        raise Misconfigured(f"--number {number}: その公開はありません / there is no such publication")
    earlier = [order for order in orders if _has_news(order) and order.number < number]
    if since.asked and arguments.number is None and arguments.into is not None:
        return [*wanted, *earlier]
    if since.asked and arguments.number is None and earlier:
        _tell(
            f"以前の公開（--number {earlier[0].number}）にも新しい回答があります",
            f"an earlier publication (--number {earlier[0].number}) has new answers too",
        )
    return wanted


def _has_news(order: Order) -> bool:
    return bool(order.rows or order.withdrawn)


def _hand_over(order: Order, arguments: argparse.Namespace, since: _Since, following: int) -> None:
    format_ = ALSO.get(arguments.format, arguments.format)
    assert format_ in FORMATS
    made = files(order, format_)
    _tell_replaced(made)
    if order.withdrawn:
        count = len(order.withdrawn)
        _tell(
            f"取り消された回答: {count}件（受付番号は manifest に）", f"withdrawn: {count} (receipts: see the manifest)"
        )
    if arguments.into is None:
        sys.stdout.buffer.write(made[0].content)
        sys.stdout.buffer.flush()
        if rest := ", ".join(file.suffix for file in made[1:]):
            _tell(f"{rest} は --into で出力されます", f"{rest}: only with --into")
        return
    if since.asked and not _has_news(order):
        _tell("新しい回答はありません", "there is nothing new")
        return
    name = _name(order, since)
    named = [(f"{name}{file.suffix}", file) for file in made]
    listed = manifest(order, named, format_=arguments.format, since=since.asked, following=following)
    for file_name, file in named:
        _put(arguments.into, file_name, file.content)
    _put(
        arguments.into, f"{name}.{arguments.format}.manifest.json", listed
    )  # last: who sees it finds all that it names


def _name(order: Order, since: _Since) -> str:
    """`kyushoku-1` for the whole; of what is new each export has names of its own, in the order they were made."""
    whole = f"{order.form.name}-{order.number}"
    numbers = [*(row.sending for row in order.rows), *(gone.sending for gone in order.withdrawn)]
    return f"{whole}-{min(numbers):08d}-{max(numbers):08d}" if since.asked else whole


def _put(folder: Path, name: str, content: bytes) -> None:
    """The whole file under its name, or nothing: who watches the folder never sees half of one."""
    part = folder / f".{name}.{os.getpid()}.part"
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / name)
        _settle(folder)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Misconfigured(f"{folder / name}: 書けません / cannot be written: {error.strerror}") from None


def _settle(folder: Path) -> None:
    """After a power cut the new name is still there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tell_replaced(made: Sequence[File]) -> None:
    codes = sorted({f"{one['character']} {one['code']}" for file in made for one in file.replaced})
    if codes:
        shown = "、".join(codes[:20])
        _tell(f"CP932 にない文字を置き換えました: {shown}", f"characters that CP932 lacks were replaced: {shown}")


def _tell(ja: str, en: str) -> None:
    sys.stderr.write(f"kairan: {ja} / {en}\n")
