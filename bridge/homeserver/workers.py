"""A city's homeserver: one main process, a sender, and several that serve what can be served side by side.

They speak with one another and with the reverse proxy through sockets in one folder, so there is no port to guard and
no secret between them. Source: Synapse's documentation, "Scaling synapse via workers".
"""

from bridge.homeserver.settings import Settings
from bridge.homeserver.text import quoted, rendered

SENDER = "sender"
SHARED_WORK = (
    r"^/_matrix/client/(r0|v3)/sync$",
    r"^/_matrix/client/(api/v1|r0|v3)/(events|initialSync)$",
    r"^/_matrix/client/(api/v1|r0|v3|unstable)/rooms/[^/]+/(joined_members|members|state|messages|context/[^/]+)$",
    r"^/_matrix/client/(api/v1|r0|v3|unstable)/rooms/[^/]+/event/",
    r"^/_matrix/client/(r0|v3|unstable)/keys/(query|changes)$",
    r"^/_matrix/client/v1/rooms/[^/]+/hierarchy$",
)
"""What any of the processes may answer; everything else is the main one's."""


def names(settings: Settings) -> tuple[str, ...]:
    """Of the processes that serve people: those that the reverse proxy hands `SHARED_WORK` to."""
    deployment = settings.deployment
    if deployment is None or deployment.shape != "city":
        return ()
    return tuple(f"worker{number}" for number in range(1, deployment.workers + 1))


def socket_of(settings: Settings, name: str) -> str:
    return f"{settings.folder}/sockets/{name}.sock"


def worker_files(settings: Settings) -> dict[str, str]:
    """File name → text, for each process beside the main one."""
    every = {name: ["client", "federation"] for name in names(settings)}
    if every:
        every[SENDER] = []
    return {f"{name}.yaml": _worker(settings, name, what) for name, what in every.items()}


def _worker(settings: Settings, name: str, what: list[str]) -> str:
    listener = {"type": "http", "path": socket_of(settings, name), "resources": [{"names": what}]}
    return rendered(
        "worker.yaml",
        name=name,
        log_config=f"{settings.config_folder}/log.config",
        listeners=[listener] if what else [],
    )


def lines(settings: Settings) -> str:
    """What homeserver.yaml says of them; "" where there are none."""
    if settings.deployment is None or not names(settings):
        return ""
    host, _, port = settings.deployment.redis.rpartition(":")
    return (
        f"\n# Synapse's processes find one another here.\n"
        f"redis: {quoted({'enabled': True, 'host': host, 'port': int(port)})}\n"
        f"instance_map: {quoted({'main': {'path': socket_of(settings, 'main')}})}\n"
        f"federation_sender_instances: [{SENDER}]\n"
    )


def listeners(settings: Settings) -> list[dict[str, object]]:
    """What the main process listens on for the others."""
    if not names(settings):
        return []
    return [{"type": "http", "path": socket_of(settings, "main"), "resources": [{"names": ["replication"]}]}]
