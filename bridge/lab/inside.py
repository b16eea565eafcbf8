"""What runs inside each Synapse of a lab; started as a script, and never imported by Kairan.

It must not import the rest of Kairan: a homeserver would pay for it at every start.
"""

import importlib.util
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import directlyProvides


class LocalhostNames:
    """Synapse module: every name under .localhost is this machine (RFC 6761), which many resolvers do not know."""

    def __init__(self, _config: object, api: Any) -> None:
        reactor = api._hs.get_reactor()  # noqa: SLF001 - the module API has no door to the reactor
        reactor.installNameResolver(_Loopback(reactor.nameResolver))


class _Loopback:
    """Twisted's IHostnameResolver: its method and argument names are given."""

    def __init__(self, otherwise: Any) -> None:
        self._otherwise = otherwise
        directlyProvides(self, IHostnameResolver)

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        *rest: Any,
        **more: Any,
    ) -> Any:
        if not hostName.endswith(".localhost"):
            return self._otherwise.resolveHostName(resolutionReceiver, hostName, portNumber, *rest, **more)
        resolutionReceiver.resolutionBegan(self)
        resolutionReceiver.addressResolved(IPv4Address("TCP", "127.0.0.1", portNumber))
        resolutionReceiver.resolutionComplete()
        return self

    def cancel(self) -> None:
        """The answer was given at once."""


def _beside(name: str) -> Any:
    """A file of Kairan's that stands alone, as every homeserver gets it."""
    path = Path(__file__).parents[1] / "homeserver" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LiveAllowList = _beside("kairan_allow_list").LiveAllowList


def _die_with_the_lab() -> None:
    """Standard input is a pipe that only the lab holds: it ends when the lab does, even by SIGKILL.

    PR_SET_PDEATHSIG would fire when the *thread* that started us ends, and misses a lab that died before the call.
    """
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """`python inside.py -c homeserver.yaml`: Synapse in the foreground, which dies when the lab dies."""
    threading.Thread(target=_die_with_the_lab, daemon=True).start()
    sys.modules["bridge.lab.inside"] = sys.modules["__main__"]  # found by homeserver.yaml without importing `bridge`
    from synapse.app.homeserver import main as serve

    serve()


if __name__ == "__main__":
    main()
