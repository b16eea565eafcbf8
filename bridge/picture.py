"""From our SVG to PNG, with one packaged font and no system fonts: the same bytes on every machine."""

import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from bridge.errors import Misconfigured

_ZOOM = 2  # pixels per unit: sharp on phones and on the projector of a meeting room
_LARGEST = 2000  # units of height drawn at that zoom; a longer picture is drawn smaller, to spare memory


_HEIGHT = re.compile(r'<svg [^>]*\bheight="(\d+)"')


@lru_cache(maxsize=8)
def png(svg: str) -> bytes:
    """The picture as PNG, 2 pixels per unit, or 1 where it is very long. Several ask for the same one.

    Raises Misconfigured where the font is missing, ValueError where the SVG is broken (ours never is).
    """
    import resvg_py  # with its font, megabytes that a Kairan which draws nothing need not hold

    height = _HEIGHT.search(svg)
    zoom = _ZOOM if height and int(height[1]) <= _LARGEST else 1
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, skip_system_fonts=True, font_files=[font_file()]))


@cache
def font_file(package: str = "matplotlib_fontja") -> str:
    """The path of the font, found without importing its package, which itself wants matplotlib."""
    spec = find_spec(package)
    folder = spec.submodule_search_locations[0] if spec and spec.submodule_search_locations else ""
    font = Path(folder, "fonts", "ipaexg.ttf")
    if not folder or not font.is_file():
        raise Misconfigured("no Japanese font for charts: pip install --no-deps matplotlib-fontja")
    return str(font)
