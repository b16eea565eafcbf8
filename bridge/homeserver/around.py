"""What stands around a municipality's homeserver: reverse proxies, well-known files, the web client, systemd's units.

Pure. Names and paths that go into other grammars than JSON were checked where kairan.toml was read.
"""

import json

from bridge.homeserver import workers
from bridge.homeserver.settings import Deployment, Settings
from bridge.homeserver.text import rendered


def well_known(deployment: Deployment) -> dict[str, str]:
    """Path below the public folder → JSON. Source: Matrix specification, server and client discovery."""
    base = {"m.homeserver": {"base_url": f"https://{deployment.host}"}}
    server = {"m.server": f"{deployment.host}:443"}
    return {
        ".well-known/matrix/client": json.dumps(base, indent=2) + "\n",
        ".well-known/matrix/server": json.dumps(server, indent=2) + "\n",
    }


def element_json(settings: Settings, deployment: Deployment) -> str:
    """Element's config.json: this homeserver and no other."""
    return rendered(
        "element.json",
        base=f"https://{deployment.host}",
        server_name=settings.server_name,
        brand=f"回覧 {settings.municipality}",
    )


def caddyfile(settings: Settings, deployment: Deployment) -> str:
    served, web = workers.names(settings), deployment.web
    shared = "|".join(pattern.removeprefix("^") for pattern in workers.SHARED_WORK)
    return rendered(
        "Caddyfile",
        raw={
            "options": f"{{\n\temail {deployment.email}\n}}\n" if deployment.email else "",
            "names": ", ".join(_hosts(settings, deployment)),
            "public": _public(settings, deployment),
            "kairan": _face(settings, deployment),
            "federation": _inward(settings, deployment),
            "client": f"{_where(deployment, 'synapse')}:{settings.client_port}",
            "workers": _CADDY_WORKERS.format(
                shared=shared, sockets=" ".join(f"unix/{workers.socket_of(settings, name)}" for name in served)
            )
            if served
            else "",
            "web": _CADDY_WEB.format(web=web, to=_web_client(deployment)) if web else "",
        },
    )


def nginx_conf(settings: Settings, deployment: Deployment) -> str:
    hosts, served = _hosts(settings, deployment), workers.names(settings)
    upstreams = {
        "kairan_client": [f"{_where(deployment, 'synapse')}:{settings.client_port}"],
        "kairan": [_face(settings, deployment)],
        "kairan_federation": [_inward(settings, deployment)],
        "kairan_workers": [f"unix:{workers.socket_of(settings, name)}" for name in served],
    }
    return rendered(
        "nginx.conf",
        raw={
            "upstreams": "\n".join(_upstream(name, where) for name, where in upstreams.items() if where),
            "names": " ".join(hosts),
            "everybody": " ".join([*hosts, *([deployment.web] if deployment.web else [])]),
            "web": _NGINX_WEB.replace("WEB", deployment.web) if deployment.web else "",
            "public": _public(settings, deployment),
            "kairan": _face(settings, deployment),
            "chain": f"/etc/letsencrypt/live/{hosts[0]}/fullchain.pem",
            "key": f"/etc/letsencrypt/live/{hosts[0]}/privkey.pem",
            "workers": "".join(
                f"    location ~ {pattern} {{\n        proxy_pass http://kairan_workers;\n    }}\n"
                for pattern in (workers.SHARED_WORK if served else ())
            ),
        },
    )


def _upstream(name: str, where: list[str]) -> str:
    # One person's requests stay with one process: it has what they asked for last.
    spread = "    hash $http_authorization consistent;\n" if len(where) > 1 else ""
    return f"upstream {name} {{\n{spread}" + "".join(f"    server {server};\n" for server in where) + "}"


def units(settings: Settings, deployment: Deployment) -> dict[str, str]:
    """The files of systemd, by name."""
    common = {"folder": deployment.kairan_folder, "source": deployment.source}
    kairan = {
        f"{name}": rendered(name, raw=common)
        for name in ("kairan.service", "kairan-backup.service", "kairan-backup.timer")
    }
    door = {"kairan-door.service": rendered("kairan-door.service", raw=common)}
    apart = deployment.door and not deployment.together
    return kairan | (door if apart else {}) | _synapse_units(settings, deployment)


def start(settings: Settings, deployment: Deployment) -> str:
    """A script that runs all of it in a terminal, for practice."""
    apart = deployment.door and not deployment.together
    return rendered(
        "start",
        raw={
            "data": settings.folder,
            "config": settings.config_folder,
            "folder": deployment.kairan_folder,
            "source": deployment.source,
            "proxy": f"https_proxy=http://127.0.0.1:{deployment.door_out} " if deployment.door else "",
            "door": _START_DOOR.format(source=deployment.source, folder=deployment.kairan_folder) if apart else "",
        },
    )


def _synapse_units(settings: Settings, deployment: Deployment) -> dict[str, str]:
    main = {"matrix-synapse.service": _synapse_unit(settings, deployment, "")}
    others = [name.removesuffix(".yaml") for name in workers.worker_files(settings)]
    return main | {f"matrix-synapse-{name}.service": _synapse_unit(settings, deployment, name) for name in others}


def _synapse_unit(settings: Settings, deployment: Deployment, worker: str) -> str:
    after = "" if deployment.shape == "trial" else " postgresql.service"
    after += " redis-server.service" if deployment.shape == "city" else ""
    files = ["homeserver.yaml", *([f"{worker}.yaml"] if worker else [])]
    proxy = f"Environment=https_proxy=http://127.0.0.1:{deployment.door_out}" if deployment.door else ""
    return rendered(
        "synapse.service",
        raw={
            "about": f"Synapse ({worker or 'main'})",
            "after": after + (" matrix-synapse.service" if worker else ""),
            "part": "PartOf=matrix-synapse.service\n" if worker else "",
            "data": settings.folder,
            "config": settings.config_folder,
            "environment": proxy,
            "python": "/opt/synapse/bin/python",
            "app": "synapse.app.generic_worker" if worker else "synapse.app.homeserver",
            "configs": " ".join(f"--config-path={settings.config_folder}/{name}" for name in files),
        },
    )


def _hosts(settings: Settings, deployment: Deployment) -> list[str]:
    """The name in people's ids comes first: its well-known files say where everything else is."""
    return list(dict.fromkeys([settings.server_name.partition(":")[0], deployment.host]))


def _public(settings: Settings, deployment: Deployment) -> str:
    return "/public" if deployment.place == "compose" else f"{settings.config_folder}/public"


def _face(settings: Settings, deployment: Deployment) -> str:
    """Where Kairan shows other municipalities /.well-known/kairan/."""
    return f"{_where(deployment, 'kairan')}:{settings.listen.rpartition(':')[2]}"


def _where(deployment: Deployment, service: str) -> str:
    return service if deployment.place == "compose" else "127.0.0.1"


def _inward(settings: Settings, deployment: Deployment) -> str:
    if deployment.door:
        return f"{_where(deployment, 'kairan' if deployment.together else 'door')}:{deployment.door_in}"
    return f"{_where(deployment, 'synapse')}:{settings.federation_port}"


def _web_client(deployment: Deployment) -> str:
    return (
        "reverse_proxy element:80" if deployment.place == "compose" else "root * /usr/share/element-web\n\tfile_server"
    )


_START_DOOR = """\
{source}/.venv/bin/kairan federation door --config {folder}/kairan.toml &
all="$all $!"
"""
_CADDY_WORKERS = """\
	@shared path_regexp ^({shared})
	handle @shared {{
		reverse_proxy {sockets} {{
			lb_policy header Authorization
		}}
	}}
"""
_NGINX_WEB = """\
server {
    listen 443 ssl;
    listen [::]:443 ssl;
    server_name WEB;
    ssl_certificate /etc/letsencrypt/live/WEB/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/WEB/privkey.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    root /usr/share/element-web;
    add_header X-Frame-Options SAMEORIGIN;
    add_header X-Content-Type-Options nosniff;
    add_header Content-Security-Policy "frame-ancestors 'self'";
}
"""
_CADDY_WEB = """\
{web} {{
	header X-Frame-Options SAMEORIGIN
	header X-Content-Type-Options nosniff
	header Content-Security-Policy "frame-ancestors 'self'"
	{to}
}}
"""
