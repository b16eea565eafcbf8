"""What the door counts: how much passed and why not, never who."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Tallies:
    """Each door has its own; `text` is what /metrics shows."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        about = "Requests and tunnels that were let through"
        self._passed = Counter("kairan_door_passed", about, ["way"], registry=self._registry)
        about = "Requests and tunnels that were refused"
        self._denied = Counter("kairan_door_denied", about, ["way", "why"], registry=self._registry)
        self._now = {
            name: Gauge(f"kairan_door_{name}", about, registry=self._registry)
            for name, about in (
                ("tunnels", "Tunnels open now"),
                ("allowed", "Servers on the list, our own too"),
                ("expired", "1 where the list has ended and nobody is let through"),
            )
        }

    def passed(self, way: str) -> None:
        """`way`: inbound or outbound."""
        self._passed.labels(way).inc()

    def denied(self, way: str, why: str) -> None:
        """`why`: one of a few words of ours."""
        self._denied.labels(way, why).inc()

    def text(self, **now: float) -> bytes:
        """`now`: tunnels, allowed, expired."""
        for name, value in now.items():
            self._now[name].set(value)
        return generate_latest(self._registry)
