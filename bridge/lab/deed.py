"""What a town keeps for ever once it is founded: its ports, which are in its name, and its secrets."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from bridge.homeserver import Certificate, Settings, Training
from bridge.lab.authority import Authority


@dataclass(frozen=True, slots=True)
class Deed:
    """Kept as town.json in the town's folder."""

    key: str
    name: str
    client_port: int
    federation_port: int
    as_token: str
    hs_token: str
    shared_secret: str
    door: list[int] | None = None
    """The ports between a door and the homeserver: for what comes, for what leaves."""
    module: bool = True
    """Whether the homeserver itself reads the allow list."""

    @property
    def host(self) -> str:
        return f"{self.key}.localhost"

    @property
    def server_name(self) -> str:
        return f"{self.host}:{self.federation_port}"

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """None where no town has been founded yet."""
        kept = folder / "town.json"
        return cls(**json.loads(kept.read_text("utf-8"))) if kept.exists() else None

    def settings(self, folder: Path, authority: Authority, others: Sequence[Self]) -> Settings:
        """As its Synapse (and a Kairan beside it) shall see it."""
        door = (self.door[0], self.door[1]) if self.door else None
        secret, allow = self.shared_secret, str(folder / "allow.txt")
        return Settings(
            server_name=self.server_name,
            municipality=self.name,
            as_token=self.as_token,
            hs_token=self.hs_token,
            folder=str(folder),
            config_folder=str(folder),
            database=str(folder / "homeserver.db"),
            client_port=self.client_port,
            federation_port=self.federation_port,
            certificate=Certificate(str(folder / "tls.pem"), str(folder / "tls.key")),
            allow=tuple(other.server_name for other in others),
            names=tuple((other.server_name, other.name) for other in others),
            homeserver_url=f"http://127.0.0.1:{self.client_port}",
            training=Training(str(authority.certificate_path), allow, secret, door=door, module=self.module),
        )


def found(folder: Path, authority: Authority, deed: Deed) -> None:
    """Write what is made once: the certificate and, last, the deed that says so. Synapse makes its signing key."""
    folder.mkdir(parents=True, exist_ok=True)
    authority.certify(deed.host, folder)
    private(folder / "town.json", json.dumps(asdict(deed), ensure_ascii=False, indent=1))


def private(path: Path, text: str) -> None:
    """Write what only we may read."""
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")
