"""`kairan init`: asks or takes flags, and writes what an existing homeserver needs; overwrites nothing."""

import argparse
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

from bridge import clock
from bridge.alliance.codes import check_digit, is_code
from bridge.errors import Misconfigured
from bridge.homeserver import Deployment, Settings, homeserver_lines, kairan_toml, registration
from bridge.homeserver.settings import Place, Shape
from bridge.postal_codes import english, places_called

SERVER_NAME = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
QUESTIONS = {
    "municipality": "自治体名 / municipality (例: つくば市): ",
    "server_name": "ホームサーバー名 / server name (@sato:ここ): ",
    "url": "ホームサーバーの URL / its client URL [http://127.0.0.1:8008]: ",
    "steward": "管理者のユーザーID / first steward (@sato:…): ",
    "shape": "ホームサーバーも作りますか / the homeserver too? trial, town, city; existing (もうある) [existing]: ",
    "place": "どこで動かしますか / where does it run? compose, systemd; here (練習 / practice) [compose]: ",
    "code": "全国地方公共団体コード6桁。なければ - / its code of six digits, - for none [{default}]: ",
    "english": "英語名 / name in English [{default}]: ",
    "contact": "他の自治体からの連絡先（部署と電話）。なければ - / whom other members call, - for nobody [-]: ",
}
CHOICES = {"shape": ("existing", "trial", "town", "city"), "place": ("compose", "systemd", "here")}
KINDS = ("municipality", "prefecture", "partner")
# In its container, where only the reverse proxy beside it reaches it.
LISTEN = {"compose": "0.0.0.0:9090", "systemd": "127.0.0.1:9090"}
HOST = re.compile(r"-|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
EMAIL = re.compile(r"-|[^@\s\"{}]+@[A-Za-z0-9.-]+")
LONGEST_NAME, LONGEST_CONTACT = 60, 200
MOST_PORT = 65530
SOURCE = Path(__file__).resolve().parents[1]
DEFAULTS = {"url": "http://127.0.0.1:8008", "shape": "existing", "place": "compose", "contact": "-"}
URLS = {"compose": "http://synapse:8008", "systemd": "http://127.0.0.1:8008"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kairan init`."""
    parser.add_argument("--folder", type=Path, default=Path(), help="ここに書く / write here")
    parser.add_argument("--municipality")
    parser.add_argument("--server-name")
    parser.add_argument("--url")
    parser.add_argument("--steward", action="append", help="何回でも / may be repeated")
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="SERVER=NAME",
        help="やりとりを許す相手（何回でも） / a server whose people may be asked",
    )
    parser.add_argument("--database", default="kairan.db", help="kairan.db / postgresql://…")
    parser.add_argument("--shape", choices=CHOICES["shape"], help="ホームサーバーの規模 / of the homeserver to render")
    parser.add_argument("--place", choices=CHOICES["place"], help="動かす所 / where it runs")
    parser.add_argument("--host", help="ホームサーバーの DNS 名 / its DNS name")
    parser.add_argument("--web", help="画面 (Element) の DNS 名 / of the web client")
    parser.add_argument("--email", help="証明書の連絡先。なければ - / for certificates, - for none")
    parser.add_argument("--postgres", default="", help='"host=… user=… dbname=…" ホームサーバーの / the homeserver\'s')
    parser.add_argument("--code", help="全国地方公共団体コード。なければ - / its code, - for none")
    parser.add_argument("--english", help="英語名 / name in English")
    parser.add_argument("--kind", choices=KINDS, help="自治体の種類 / what it is")
    parser.add_argument("--contact", help="他の自治体からの連絡先。なければ - / whom other members call, - for nobody")
    parser.add_argument("--lang", choices=("ja", "en"), default="ja")


def init(arguments: argparse.Namespace) -> int:
    """Write kairan.toml and registration.yaml, and print what homeserver.yaml needs."""
    server_name = _asked(arguments.server_name, "server_name")
    if not SERVER_NAME.fullmatch(server_name):
        raise Misconfigured(f"{server_name!a}: サーバー名ではありません（例: chat.city.example.jp）/ not a server name")
    stewards = arguments.steward or [_asked(None, "steward")]
    for steward in stewards:
        if not re.fullmatch(r"@[^:\s]+:" + re.escape(server_name), steward):
            raise Misconfigured(
                f"{steward!a}: @名前:{server_name} の形で書いてください / write it as @name:{server_name}"
            )
    municipality = _asked(arguments.municipality, "municipality")
    if len(municipality) > LONGEST_NAME:
        raise Misconfigured(f"--municipality: {LONGEST_NAME}文字までにしてください / at most {LONGEST_NAME} characters")
    allow = [entry.partition("=") for entry in arguments.allow]
    deployment = _deployment(arguments, server_name.partition(":")[0])
    url = _asked(arguments.url or (URLS.get(deployment.place, "-") if deployment else None), "url")
    code, called, kind, contact = _introduction(arguments, municipality)
    settings = Settings(
        server_name=server_name,
        municipality=municipality,
        as_token=clock.secret(),
        hs_token=clock.secret(),
        allow=tuple(server for server, _, _ in allow),
        names=tuple((server, name) for server, _, name in allow if name),
        stewards=tuple(stewards),
        homeserver_url=url,
        kairan_database=arguments.database,
        language=arguments.lang,
        listen=LISTEN.get(deployment.place, "") if deployment else "127.0.0.1:0",
        code=code,
        english=called,
        kind=kind,
        contact=contact,
        deployment=deployment,
    )
    if deployment and deployment.place == "here":
        settings = _practice(settings, deployment)
    _write(arguments.folder, settings)
    return 0


def _introduction(arguments: argparse.Namespace, municipality: str) -> tuple[str, str, str, str]:
    """Code, name in English, kind and contact: what other municipalities see of us."""
    places = places_called(municipality)
    known = places[0].digits + check_digit(places[0].digits) if len(places) == 1 else None
    code = _asked(arguments.code or known, "code", default="-").removeprefix("-")
    if code and not is_code(code):
        raise Misconfigured(
            f"--code {code!a}: 6桁の全国地方公共団体コードではありません / not a code: the last digit checks"
        )
    here = [place.kana for place in places if code.startswith(place.digits)] or [place.kana for place in places]
    called = _asked(arguments.english, "english", default=english(here[0]) if here else municipality)
    contact = _asked(arguments.contact, "contact").removeprefix("-")
    if len(called) > LONGEST_NAME or len(contact) > LONGEST_CONTACT:
        raise Misconfigured(
            f"--english は{LONGEST_NAME}文字、--contact は{LONGEST_CONTACT}文字まで / at most so many characters"
        )
    kind = arguments.kind or ("prefecture" if code[2:5] == "000" else "municipality")
    return code, called, kind, contact


def _practice(settings: Settings, deployment: Deployment) -> Settings:
    """Ports beside the one in the server's name: the door's, then those behind it."""
    _, _, digits = settings.server_name.partition(":")
    if not digits or not 1024 <= int(digits) <= MOST_PORT:
        raise Misconfigured(
            f"--place here: サーバー名にポートが要ります（例: tsukuba.localhost:8448）/ its name needs a port,"
            f" 1024 to {MOST_PORT}, as in tsukuba.localhost:8448"
        )
    port = int(digits)
    around = replace(deployment, door_in=port, door_out=port + 2, source=str(SOURCE), web="")
    return replace(
        settings,
        federation_port=port + 1,
        client_port=port + 3,
        homeserver_url=f"http://127.0.0.1:{port + 3}",
        listen=f"127.0.0.1:{port + 4}",
        deployment=around,
    )


def _deployment(arguments: argparse.Namespace, host: str) -> Deployment | None:
    """None where the homeserver is there already."""
    shape = _asked(arguments.shape, "shape")
    if shape == "existing":
        return None
    place = _asked(arguments.place, "place")
    host = arguments.host or host
    web, email = arguments.web or f"element.{host}", arguments.email or "-"
    for name in (host, web):
        if not HOST.fullmatch(name):
            raise Misconfigured(f"{name!a}: DNS 名ではありません / not a DNS name")
    if not EMAIL.fullmatch(email):
        raise Misconfigured(f"{email!a}: メールアドレスではありません / not an e-mail address")
    return Deployment(
        shape=cast("Shape", shape),
        place=cast("Place", place),
        host=host,
        web=web.removeprefix("-"),
        email=email.removeprefix("-"),
        postgres=arguments.postgres,
    )


def _asked(given: str | None, question: str, *, default: str = "") -> str:
    """What was given by a flag, else what is typed; at most 8 questions in one run."""
    if given:
        return str(given)
    default = default or DEFAULTS.get(question, "")
    if not sys.stdin.isatty():
        if default:
            return default
        raise Misconfigured(f"--{question.replace('_', '-')} を指定してください / is needed")
    answer = input(QUESTIONS[question].replace("{default}", default)).strip() or default
    known = CHOICES.get(question)
    return answer if answer and (known is None or answer in known) else _asked(None, question, default=default)


def _write(folder: Path, settings: Settings) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = {"kairan.toml": kairan_toml(settings), "registration.yaml": registration(settings)}
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise Misconfigured(
            f"{folder / there[0]} はもうあります。消すか別の --folder を指定してください / exists already"
        )
    for name, text in files.items():
        with os.fdopen(
            os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
    if settings.deployment:
        print(  # noqa: T201 - the command's output
            f"{folder / 'kairan.toml'} と registration.yaml を作りました。/ Both files are written.\n"
            f"次に / then:  kairan homeserver render --config {folder / 'kairan.toml'} --into FOLDER"
        )
        return
    where = (folder / "registration.yaml").resolve()
    print(  # noqa: T201 - the command's output
        f"{folder / 'kairan.toml'} と registration.yaml を作りました。"
        "homeserver.yaml に次の行を加えて再起動してください。\n"
        f"Both files are written. Add these lines to homeserver.yaml and restart the homeserver:\n\n"
        f"{homeserver_lines(where)}\n"
        "そのあと / then:  kairan check  →  kairan run"
    )
