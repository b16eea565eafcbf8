"""Chance that follows from a seed: the same in every turn of the conversation."""

import hashlib
from collections.abc import Callable
from itertools import count


def chance(seed: str) -> Callable[[], float]:
    """Numbers from 0 to below 1."""
    numbers = count()

    def draw() -> float:
        said = hashlib.sha256(f"{seed} {next(numbers)}".encode()).digest()
        return int.from_bytes(said[:6], "big") / 2**48

    return draw


def uuid(draw: Callable[[], float]) -> str:
    """One of version 4."""
    digits = "".join(f"{int(draw() * 65536):04x}" for _ in range(8))
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
