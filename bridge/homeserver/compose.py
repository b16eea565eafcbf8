"""docker-compose.yml of one municipality: what runs, on what it waits, how its health is asked. Holds no secret."""

from bridge.homeserver import workers
from bridge.homeserver.render import CONNECTIONS
from bridge.homeserver.settings import Deployment, Settings
from bridge.homeserver.text import rendered

SYNAPSE = "matrixdotorg/synapse:v1.163.2"
PASSWORD = "${KAIRAN_POSTGRES_PASSWORD:?}"  # noqa: S105 - the name of one


def compose_yaml(settings: Settings, deployment: Deployment) -> str:
    needs = {"trial": [], "town": ["postgres"], "city": ["postgres", "redis"]}[deployment.shape]
    volumes = ["synapse", "sockets", "caddy", *(["postgres"] if needs else [])]
    return rendered(
        "docker-compose.yml",
        raw={
            "database": (_postgres(settings) if "postgres" in needs else "") + (_REDIS if "redis" in needs else ""),
            "synapse": SYNAPSE,
            "synapse_needs": _needs(needs, key=True),
            "synapse_environment": _environment(deployment),
            "client_port": str(settings.client_port),
            "workers": "".join(_worker(name.removesuffix(".yaml")) for name in workers.worker_files(settings)),
            "source": deployment.source,
            "port": settings.listen.rpartition(":")[2],
            "door": _DOOR.format(port=deployment.door_in) if deployment.door and not deployment.together else "",
            "element": _ELEMENT if deployment.web else "",
            "volumes": "".join(f"  {name}: {{}}\n" for name in volumes).rstrip("\n"),
        },
    )


def _postgres(settings: Settings) -> str:
    """Each of Synapse's processes holds up to ten connections."""
    processes = 1 + len(workers.worker_files(settings))
    return _POSTGRES.replace("{connections}", str(20 + CONNECTIONS * processes))


def _needs(services: list[str], *, key: bool) -> str:
    lines = [f"\n      {name}:\n        condition: service_healthy" for name in services]
    return "".join(
        [*lines, "\n      synapse-key:\n        condition: service_completed_successfully"] if key else lines
    )


def _environment(deployment: Deployment) -> str:
    password = f"      # Read by libpq, so that no file holds it.\n      PGPASSWORD: {PASSWORD}\n"
    where = f"{'kairan' if deployment.together else 'door'}:{deployment.door_out}"
    proxy = f"      # What leaves for other homeservers goes through the door.\n      https_proxy: http://{where}\n"
    return ("" if deployment.shape == "trial" else password) + (proxy if deployment.door else "")


def _worker(name: str) -> str:
    return _WORKER.format(name=name, health=_SENDS if name == workers.SENDER else _SERVES.format(name=name))


_POSTGRES = f"""\
  postgres:
    image: postgres:17.5-bookworm
    logging: *logs
    command: [postgres, -c, max_connections={{connections}}]
    restart: unless-stopped
    environment:
      POSTGRES_USER: synapse
      POSTGRES_PASSWORD: {PASSWORD}
      # Synapse refuses any other collation.
      POSTGRES_INITDB_ARGS: --encoding=UTF8 --lc-collate=C --lc-ctype=C
    volumes:
      - postgres:/var/lib/postgresql/data
    healthcheck:
      test: [CMD, pg_isready, --username=synapse]
      interval: 5s
      timeout: 3s
      retries: 12

"""
_REDIS = """\
  # Between Synapse's processes only; keeps nothing.
  redis:
    image: redis:7.2.8-bookworm
    logging: *logs
    restart: unless-stopped
    command: [redis-server, --save, "", --appendonly, "no"]
    healthcheck:
      test: [CMD, redis-cli, ping]
      interval: 5s
      timeout: 3s
      retries: 12

"""
_WORKER = """\
  synapse-{name}:
    <<: *synapse
    depends_on:
      synapse:
        condition: service_healthy
    environment:
      <<: *synapse_environment
      SYNAPSE_WORKER: synapse.app.generic_worker
    command: [run, --config-path=/config/homeserver.yaml, --config-path=/config/{name}.yaml]
    healthcheck:
      test: {health}
      interval: 5s
      timeout: 3s
      retries: 24

"""
_SERVES = "[CMD, curl, --fail, --silent, --unix-socket, /data/sockets/{name}.sock, http://localhost/health]"
# It listens on nothing: that it runs is all there is to ask.
_SENDS = "[CMD, sh, -c, 'grep -q sender /proc/1/cmdline']"
_DOOR = """\
  # Who may speak with us, and whom we may speak to, decided outside of the homeserver too.
  door:
    <<: *kairan
    depends_on: []
    command: [/kairan/.venv/bin/kairan, federation, door]
    healthcheck:
      test: [CMD, python3, -c, "import socket; socket.create_connection(('127.0.0.1', {port}), timeout=2)"]
      interval: 10s
      timeout: 3s
      retries: 6

"""
_ELEMENT = """\
  element:
    image: vectorim/element-web:v1.11.100
    logging: *logs
    restart: unless-stopped
    volumes:
      - ./element.json:/app/config.json:ro
    healthcheck:
      test: [CMD, wget, --quiet, --output-document=/dev/null, "http://127.0.0.1:80/config.json"]
      interval: 10s
      timeout: 3s
      retries: 6

"""
