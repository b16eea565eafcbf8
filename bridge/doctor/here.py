"""Probes of this machine: settings, disk, database, font, processes. They ask nobody else."""

import ipaddress
import re
import shutil
import stat
from collections.abc import AsyncIterator, Iterator

from bridge import clock
from bridge.app import alone
from bridge.doctor.finding import Asked, Finding
from bridge.errors import Misconfigured
from bridge.picture import png
from bridge.store.engine import Store, database_url
from forms.text import Text

LITTLE, SCANT = 200_000_000, 1_000_000_000
"""Bytes on the disk: with less than the first a busy day fills it; less than the second deserves a word."""


async def here(asked: Asked) -> AsyncIterator[Finding]:
    """All of them."""
    for probe in (_server_name, _listen, _timezone, _secrets, _allow_list, _disk, _database, _font):
        for finding in probe(asked):
            yield finding


def _server_name(asked: Asked) -> Iterator[Finding]:
    name = asked.config.homeserver.server_name
    yield Finding(
        "server-name",
        bool(re.fullmatch(r"[a-z0-9.-]+(:\d{1,5})?|\[[0-9a-f:.]+\](:\d{1,5})?", name)),
        Text(ja=f"サーバー名: {name}", en=f"server name: {name}"),
        Text(
            ja="[homeserver] server_name は @名前: のあとと同じ小文字の名前です（https:// や / は付けません）",
            en="[homeserver] server_name is what stands behind @name: in lower case, without https:// or /",
        ),
    )


def _listen(asked: Asked) -> Iterator[Finding]:
    listen, deploy = asked.config.kairan.listen, asked.config.deploy
    contained = deploy.place == "compose" and "place" in deploy.model_fields_set  # no port of it is published
    yield Finding(
        "listen",
        contained or _loopback(listen.rpartition(":")[0]),
        Text(ja=f"稼働確認のアドレス: {listen}", en=f"address of health and figures: {listen}"),
        Text(
            ja="[kairan] listen は 127.0.0.1 に。数値がだれにでも見えます",
            en="set [kairan] listen to 127.0.0.1: anybody can read the figures",
        ),
    )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _timezone(asked: Asked) -> Iterator[Finding]:
    section = asked.config.kairan
    offset = clock.now().astimezone(asked.config.zone).utcoffset()
    here_ = clock.now().astimezone(clock.JAPAN).utcoffset()
    yield Finding(
        "timezone",
        section.language != "ja" or offset == here_,
        Text(ja=f"時間帯: {section.timezone}", en=f"time zone: {section.timezone}"),
        Text(
            ja='[kairan] timezone = "Asia/Tokyo" に。締切とお知らせの時刻がずれます',
            en='set [kairan] timezone = "Asia/Tokyo": deadlines and reminders come at the wrong hour',
        ),
    )


def _secrets(asked: Asked) -> Iterator[Finding]:
    config = asked.config
    names = (config.homeserver.registration, "secret", "federation.key", "crypto")
    paths = [config.folder / name for name in names if (config.folder / name).exists()]
    open_ = [path for path in paths if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH)]
    yield Finding(
        "secrets",
        not open_,
        Text(ja="秘密のファイルの権限", en="secret files are private"),
        Text(ja=f"chmod o-rwx {' '.join(map(str, open_))}", en="others on this machine can read them"),
    )


def _allow_list(asked: Asked) -> Iterator[Finding]:
    if not asked.homeserver_yaml:
        return
    allow, own = asked.homeserver_yaml.get("federation_domain_whitelist"), asked.config.homeserver.server_name
    yield Finding(
        "allow-list",
        isinstance(allow, list) and own in allow,
        Text(ja="ホームサーバーの連合の一覧", en="the homeserver's federation list"),
        Text(
            ja=f"homeserver.yaml の federation_domain_whitelist に自分の {own} も書いて再起動してください",
            en=f"list {own}, your own, in federation_domain_whitelist of homeserver.yaml and restart it",
        ),
    )


def _disk(asked: Asked) -> Iterator[Finding]:
    free = shutil.disk_usage(asked.config.folder).free
    yield Finding(
        "disk",
        free >= SCANT,
        Text(ja=f"ディスクの空き: {free // 1_000_000:,} MB", en=f"free on the disk: {free // 1_000_000:,} MB"),
        Text(ja="すぐに空けてください", en="make room now")
        if free < LITTLE
        else Text(ja="まもなくいっぱいです。空けてください", en="nearly full: make room"),
    )


def _database(asked: Asked) -> Iterator[Finding]:
    name = Text(ja="データベース", en="database")
    try:
        store = Store(database_url(asked.config.kairan.database, asked.config.folder))
    except Misconfigured as wrong:
        yield Finding("database", False, name, Text(ja=str(wrong), en="see [kairan] database"))  # noqa: FBT003
        return
    try:
        yield from _inside(store)
    except Exception as error:  # noqa: BLE001 - whatever the driver says: it cannot be used
        yield Finding(
            "database",
            False,  # noqa: FBT003
            name,
            Text(
                ja=f"開けないか、書き込めません（{type(error).__name__}）。持ち主、権限、ディスクを確かめてください",
                en="cannot be opened or written: see its owner, its permissions, the disk and [kairan] database",
            ),
        )
    finally:
        store.close()


def _inside(store: Store) -> Iterator[Finding]:
    known = store.version()
    if known is not None:
        store.do(lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num"))
    yield Finding("database", True, Text(ja="データベース", en="database"))  # noqa: FBT003
    yield Finding(
        "migrations",
        not store.behind(),
        Text(ja="データベースの移行", en="migrations of the database"),
        Text(ja="kairan run か kairan upgrade が移行します", en="kairan run or kairan upgrade brings it up to date"),
    )


def _font(_asked: Asked) -> Iterator[Finding]:
    try:
        png('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    except Misconfigured as wrong:
        yield Finding("font", False, Text(ja="日本語フォント", en="Japanese font"), Text(ja=str(wrong), en="see above"))  # noqa: FBT003
        return
    yield Finding("font", True, Text(ja="日本語フォント", en="Japanese font"))  # noqa: FBT003


def running_here(asked: Asked) -> bool:
    """Whether a Kairan runs on this folder."""
    try:
        alone(asked.config.folder).close()
    except Misconfigured:
        return True
    return False
