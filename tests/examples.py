"""How many cases hypothesis tries: all, or about a seventh with `--hypothesis-profile quick` (script/test --fast)."""

from hypothesis import settings


def many(count):
    """`count` in a full run; in a quick one fewer, in proportion."""
    return max(10, count * settings.default.max_examples // 100)
