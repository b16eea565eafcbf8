"""One real Synapse of a lab: its folder, its process, its people."""

import asyncio
import hashlib
import hmac
import importlib.util
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import aiohttp

from bridge.clock import monotonic
from bridge.errors import Misconfigured, Refused
from bridge.homeserver import Settings, homeserver_yaml, kairan_toml, log_config, registration
from bridge.lab import ports
from bridge.lab.deed import private
from bridge.lab.ending import end_process
from bridge.lab.gatehouse import Gatehouse
from forms.text import Text

_INSIDE = Path(__file__).with_name("inside.py")
_LOG_LINES = 12
_PATIENCE = 10.0  # seconds between SIGTERM and SIGKILL
_ENDED = Text(
    ja="ホームサーバーが起動中に終了しました。記録の終わりを示します。",
    en="The homeserver ended while starting. The end of its log:",
)
_SLOW = Text(
    ja="ホームサーバーが {seconds} 秒以内に起動しませんでした。記録の終わりを示します。",
    en="The homeserver was not up within {seconds} s. The end of its log:",
)


class Homeserver:
    """Bound to no event loop: each method may be awaited in a loop of its own.

    Attributes:
        key: `tsukuba`; name: つくば市; server_name: `tsukuba.localhost:18448`.
        client_url: `http://127.0.0.1:18008`, for every client and for Kairan (`*.localhost` needs a resolver).
        folder: homeserver.yaml, registration.yaml, homeserver.log and all data.
        allow_file: one server name a line; `allow` writes it.
        settings: what its files were rendered from; render kairan.toml from it too.
    """

    def __init__(self, key: str, settings: Settings, held: Iterable[socket.socket]) -> None:
        self.key, self.name, self.settings = key, settings.municipality, settings
        self.server_name, self.as_token = settings.server_name, settings.as_token
        self.folder, self.client_url = Path(settings.folder), settings.homeserver_url
        self.registration_path = self.folder / "registration.yaml"
        self.allow_file, self.log_path = self.folder / "allow.txt", self.folder / "homeserver.log"
        self._held = tuple(held)
        if not self.allow_file.exists():
            self.allow(settings.allow)
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        guarded = settings.training is not None and settings.training.door is not None
        self.gatehouse = Gatehouse(settings, self._held) if guarded else None

    @property
    def pid(self) -> int | None:
        """The process, or None when none is running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self, patience: float = 60) -> None:
        """Write the configuration anew, start Synapse, return once it is healthy. Nothing happens if it runs.

        Raises:
            Misconfigured: it ended, or was not healthy within `patience` seconds; quotes the last lines of its log.
        """
        if self.pid:
            return
        self._write()
        self._spawn()
        try:
            if self.gatehouse:
                await self.gatehouse.start()
            await self.healthy(patience)
        except BaseException:
            await self.kill()
            raise

    async def healthy(self, patience: float = 60) -> None:
        """Return at the first good answer from /health; raises Misconfigured as `start` does."""
        end = monotonic() + patience
        timeout = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(timeout=timeout) as web:
            while not await _well(web, f"{self.client_url}/health"):
                if not self.pid:
                    raise Misconfigured(self._obituary(_ENDED))
                if monotonic() > end:
                    raise Misconfigured(self._obituary(_SLOW.fill(seconds=round(patience))))
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """SIGKILL: as if the power had gone."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL after 10 s. A door outlives `kill`, not this."""
        await self._end(signal.SIGTERM)
        if self.gatehouse:
            await self.gatehouse.stop()

    def allow(self, server_names: Iterable[str]) -> None:
        """From now on (within half a second) federate with these only; our own is always allowed."""
        new = self.allow_file.with_suffix(".new")
        new.write_text("".join(f"{name}\n" for name in server_names), "utf-8")
        new.replace(self.allow_file)

    def admit(self, server_names: Iterable[str]) -> None:
        """Federate with these too."""
        self.allow(dict.fromkeys([*self.allow_file.read_text("utf-8").split(), *server_names]))

    async def register(self, localpart: str, password: str, display_name: str | None = None) -> str:
        """Make an account that logs in with `password`; returns its user id.

        Raises:
            Refused: `M_USER_IN_USE` where it exists already.

        Source: Synapse's shared-secret registration, /_synapse/admin/v1/register.
        """
        url = f"{self.client_url}/_synapse/admin/v1/register"
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as web:
            nonce: str = (await _answer(web, "GET", url))["nonce"]
            wanted = {
                "nonce": nonce,
                "username": localpart,
                "password": password,
                "mac": self._seal(nonce, localpart, password),
            }
            answer = await _answer(web, "POST", url, wanted | {"displayname": display_name or localpart})
        return answer["user_id"]

    def write_kairan(self, folder: Path, *, stewards: Iterable[str] = (), language: str = "ja") -> Path:
        """Write kairan.toml and its registration.yaml for this town's Kairan into `folder`; returns kairan.toml."""
        settings = replace(self.settings, stewards=tuple(stewards), language=language)
        folder.mkdir(parents=True, exist_ok=True)
        private(folder / "registration.yaml", registration(settings))
        private(folder / "kairan.toml", kairan_toml(settings))
        return folder / "kairan.toml"

    def _seal(self, nonce: str, localpart: str, password: str) -> str:
        assert self.settings.training
        said = f"{nonce}\0{localpart}\0{password}\0notadmin".encode()
        return hmac.new(self.settings.training.shared_secret.encode(), said, hashlib.sha1).hexdigest()

    def _write(self) -> None:
        private(self.folder / "homeserver.yaml", homeserver_yaml(self.settings))
        private(self.registration_path, registration(self.settings))
        (self.folder / "log.config").write_text(log_config(), "utf-8")

    def _spawn(self) -> None:
        if importlib.util.find_spec("synapse") is None:
            raise Misconfigured(
                "Synapse がありません。script/setup で入ります。/ Synapse is not installed; script/setup installs it."
            )
        for held in self._held:
            ports.let_in(held)
        # Synapse would send federation through a proxy.
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        with self.log_path.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - our own script
                [sys.executable, "-P", str(_INSIDE), "-c", str(self.folder / "homeserver.yaml")],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.PIPE,  # never written to: its end is the end of the lab, see inside.py
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C at the terminal is for the lab, which then stops us in order
            )

    async def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            await end_process(self._process, how, patience=_PATIENCE)
            self._process = None

    def _obituary(self, what: Text) -> str:
        with self.log_path.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode("utf-8", "replace").strip().splitlines()[-_LOG_LINES:]
        return "\n".join([f"{self.server_name}: {what.ja}/ {what.en} {self.log_path}", *lines])


async def _well(web: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with web.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


async def _answer(
    web: aiohttp.ClientSession, method: str, url: str, body: dict[str, str] | None = None
) -> dict[str, str]:
    async with web.request(method, url, json=body) as answer:
        said: dict[str, str] = await answer.json()
        if answer.status >= 400:
            raise Refused(said.get("errcode", "M_UNKNOWN"), answer.status)
        return said
