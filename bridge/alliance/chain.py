"""What a list that came from anywhere is worth beside the one in force: the next, an older one, or the end of trust."""

from typing import Literal

from bridge.alliance.roll import Roll, complete

Verdict = Literal["next", "known", "older", "gap", "rival", "forged", "early"]


def judge(offered: Roll, current: Roll, now: int) -> Verdict:
    """`next` goes into force; `gap`: those between must be had first; `rival`: two complete lists of one version.

    `older` lists are never gone back to; `early` comes from the future by our clock.
    """
    if offered.version < current.version:
        return "older"
    if offered.version == current.version:
        return "known" if offered.id == current.id else "forged"
    if offered.version > current.version + 1:
        return "gap"
    if not complete(offered.document, current):
        return "forged"
    if offered.previous != current.id:
        return "rival"
    return "early" if offered.issued > now + 600_000 else "next"


def rival(offered: Roll, held: Roll, before: Roll) -> bool:
    """Whether `offered` and the list we hold are two of one version, both signed by a quorum of the list before."""
    same = offered.version == held.version == before.version + 1
    return same and offered.id != held.id and complete(offered.document, before)
