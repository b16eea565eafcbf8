"""The members' health as people read it: a table for the shell, lines for a room, JSON for programs."""

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bridge.federation.health import Health
from forms.text import Text, lines

ALL_WELL = Text(ja="{count} 自治体すべて問題ありません。", en="All {count} members are well.")
SOME = Text(ja="{count} 自治体のうち {bad} 自治体に問題があります。", en="{bad} of {count} members have troubles.")
NOBODY = Text(ja="連合に、ほかの自治体はありません。", en="There is no other member in the alliance.")
HEADS = ("", "自治体", "サーバー", "版", "応答", "証明書", "時計", "名簿", "未送信")


def health_text(found: Sequence[Health]) -> Text:
    """For a room: how many are well, and one line for each that is not."""
    if not found:
        return NOBODY
    bad = [health for health in found if not health.well]
    if not bad:
        return ALL_WELL.fill(count=len(found))
    head = SOME.fill(count=len(found), bad=len(bad))
    return lines(head, *(_line(health) for health in bad))


def _line(health: Health) -> Text:
    name = health.name or health.server
    return Text(
        ja=f"✗ {name}: {' '.join(trouble.ja for trouble in health.troubles)}",
        en=f"✗ {name}: {' '.join(trouble.en for trouble in health.troubles)}",
    )


def table(found: Sequence[Health]) -> str:
    """For a terminal: a row for each, and what is wrong below."""
    rows = [HEADS, *map(_row, found)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEADS))]
    shown = ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
             for row in rows]  # fmt: skip
    below = [f"✗ {health.server}: {trouble.ja} / {trouble.en}" for health in found for trouble in health.troubles]
    summary = health_text(found)
    return "\n".join([*(line.rstrip() for line in shown), *below, summary.ja.partition("\n")[0]])


def _row(health: Health) -> Sequence[str]:
    backlog = health.backlog
    return (
        "✓" if health.well else "✗",
        _plain(health.name) or "-",
        health.server,
        health.version or "?",
        "?" if health.round_trip is None else f"{health.round_trip * 1000:.0f} ms",
        "?" if health.days is None else f"{health.days:.0f} 日",
        "?" if health.skew is None else f"{health.skew:+.0f} 秒",
        "?" if health.list_version is None else str(health.list_version),
        "?" if backlog is None else str(backlog.rooms),
    )


def as_json(found: Sequence[Health]) -> list[dict[str, Any]]:
    """One object for each member; null is unknown."""
    return [{**asdict(health), "well": health.well} for health in found]


def _plain(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())


def _width(cell: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in cell)
