"""Names that could be taken for another's, or that show otherwise than they are: warned about before anybody votes."""

import unicodedata
from collections.abc import Iterable

from forms.text import Text

HIDDEN = Text(
    ja="注意: 名前に、見えない文字か、並びを逆にする文字が入っています。",
    en="Careful: the name holds invisible characters, or ones that reverse its order.",
)
ALIKE = Text(
    ja="注意: 連合にある「{other}」（{server}）と見分けにくい名前です。",
    en="Careful: it is easily taken for the member “{other}” ({server}).",
)
MIXED = Text(
    ja="注意: 名前かサーバー名に、よく似た別の文字体系の文字がまざっています。",
    en="Careful: the name or the server name mixes letters of different scripts that look alike.",
)
# What looks the same is compared as one: Cyrillic and Greek as Latin, kanji as the katakana they resemble.
_SHAPES = str.maketrans(
    "аеорсухіјѕԁһԛԝвнкмтαονρτυιкℓ０" + "二口力工夕卜八へり才千三一－ー―—‐–",
    "aeopcyxijsdhqwbhkmtaovptuiklo" + "ニロカエタトハヘリオチミ" + "-------",
)
_NUMERALS = str.maketrans("0", "o") | str.maketrans("1", "l")


def warnings(names: Iterable[str], server: str, known: Iterable[tuple[str, str]]) -> tuple[Text, ...]:
    """What to say of a newcomer's `names` and `server`. `known`: (name, server) of those who are members."""
    names = tuple(names)
    found: list[Text] = []
    if any(hides(name) for name in names):
        found.append(HIDDEN)
    if any(_mixes(word) for word in (*names, server)) or "xn--" in server:
        found.append(MIXED)
    shapes = {skeleton(name): name for name in names}
    other = next(
        ((name, theirs) for name, theirs in known if theirs != server and _alike(name, theirs, server, shapes)), None
    )
    if other is not None:
        found.append(ALIKE.fill(other=shown(other[0]), server=other[1]))
    return tuple(found)


def _alike(name: str, theirs: str, server: str, shapes: dict[str, str]) -> bool:
    return skeleton(name) in shapes or skeleton(theirs) == skeleton(server)


def skeleton(name: str) -> str:
    """Names of the same skeleton look the same."""
    plain = unicodedata.normalize("NFKC", "".join(c for c in name if unicodedata.category(c) != "Cf")).casefold()
    return "".join(c for c in plain.translate(_SHAPES).translate(_NUMERALS) if not c.isspace())


def hides(name: str) -> bool:
    """Whether it holds what is not seen, or turns the order of what is."""
    return any(unicodedata.category(c)[0] == "C" or unicodedata.bidirectional(c) in ("R", "AL") for c in name)


def shown(name: str) -> str:
    """The name without what is not seen."""
    return "".join(c for c in name if unicodedata.category(c)[0] != "C")


def _mixes(word: str) -> bool:
    scripts = {unicodedata.name(c, "?").partition(" ")[0] for c in word if c.isalpha()}
    return len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) > 1
