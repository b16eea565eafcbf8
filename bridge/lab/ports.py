"""Ports that nobody else takes, neither another lab nor while a homeserver is down."""

import socket
import sys

from bridge.errors import Misconfigured

_SPAN = 400  # the search for client ports, from 18008, ends before the federation ports, from 18448


def find(first: int) -> socket.socket:
    """Hold the first free port from `first` on. Below 32768, where no outgoing connection takes one by chance."""
    for port in range(first, first + _SPAN):
        try:
            return hold(port, fresh=True)
        except Misconfigured:
            continue
    span = f"{first}–{first + _SPAN}"
    raise Misconfigured(f"空いているポートがありません（{span}）。/ No port is free ({span}).")


def hold(port: int, *, fresh: bool = False) -> socket.socket:
    """Bind `port` without listening, so that on Linux one homeserver of ours may still listen on it.

    Two sockets that both say SO_REUSEADDR share a port until one listens. So a `fresh` port is bound without it,
    which excludes everybody, and then lets our homeserver in. A known port of ours may have connections that are
    just ending, which only SO_REUSEADDR overlooks.
    """
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, not fresh)
        held.bind(("127.0.0.1", port))
    except OSError:
        held.close()
        raise Misconfigured(
            f"ポート {port} が使われています。使っているものを止めてください。"
            f"/ Port {port}, which this lab needs, is taken; stop what uses it."
        ) from None
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)  # noqa: FBT003
    return held


def let_in(held: socket.socket) -> None:
    """Just before a homeserver starts: elsewhere than on Linux a port that is held cannot be listened on."""
    if sys.platform != "linux":
        held.close()
