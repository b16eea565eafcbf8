"""Names of questions: kept where a form can have them, made up where they are missing or cannot be used."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from forms.reading.words import quote
from forms.text import Text
from forms.xlsform.places import Findings
from forms.xlsform.tables import Line

_FIT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}", re.ASCII)
_UNFIT = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII)
MENTION = re.compile(r"\$\{\s*(?:last-saved#)?([^{}]*?)\s*\}")
_LITERAL = re.compile(r"""('[^']*'|"[^"]*")""")
_NULL = re.compile(r"(?<![\w$./{-])null(?![\w(}./-])")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ", "\u3000": " "})

_MADE = Text(
    ja="項目名がないので、「{id}」のような名前を付けました。", en="It has no name; names such as “{id}” were made up."
)
_MADE_MEND = Text(
    ja="条件で使うときや、あとで集計するときのために、半角英数字の名前を書くことをお勧めします。",
    en="A name of your own (letters and digits) is better for conditions and for the results.",
)
_RENAMED = Text(ja="項目名「{name}」は「{id}」と読み替えました。", en="The name “{name}” is taken as “{id}”.")
_RENAMED_MEND = Text(
    ja="名前は半角の英字で始め、英数字・_・- だけにしてください。",
    en="Begin names with a letter a–z; use letters, digits, _ and - only.",
)
_TWICE = Text(ja="項目名「{name}」は{row}行目でも使われています。", en="The name “{name}” is also that of row {row}.")
_AGAIN = Text(
    ja="ほかのグループにも項目名「{name}」があるので、「{id}」と読み替えました。",
    en="Another group has a “{name}” too: this one is taken as “{id}”.",
)
_TWICE_MEND = Text(ja="別の名前にしてください。", en="Give it another name.")


@dataclass(slots=True)
class Names:
    """`ids`: the name in the sheet → the id in the form."""

    findings: Findings
    mentioned: frozenset[str]
    """All names that anything in the book refers to."""
    ids: dict[str, str] = field(default_factory=dict)
    _taken: dict[str, Line] = field(default_factory=dict)
    _scopes: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    _reserved: frozenset[str] = frozenset()

    def reserve(self, names: Iterable[str]) -> None:
        """The names of questions come first: none is made up, and no group is called so, that stands there."""
        self._reserved = frozenset(name for name in names if _FIT.fullmatch(name))

    def take(self, line: Line, *, scope: str, silent: bool = False, holds: bool = False) -> str:
        """The id for a line; `scope` is the id of what holds it, `holds`: it is a group itself."""
        self._count += 1
        name = line.words("name")
        if holds and name in self._reserved and name not in self.mentioned:
            return self.add(f"{name[:56]}_group", line)
        id_ = self._fit(name, line) if name else self._fresh("q")
        if not name and not silent:
            self.findings.aside(line.spot("name"), _MADE.fill(id=id_), _MADE_MEND, about="made")
        if id_ in self._taken:
            id_ = self._again(name, id_, line, scope=scope)
        if name:
            self.ids.setdefault(name, id_)
        self._taken.setdefault(id_, line)
        self._scopes.setdefault(id_, scope)
        return id_

    def add(self, id_: str, line: Line) -> str:
        """An id for what no line stands for; another one where it is taken."""
        free = id_ if id_ not in self._taken and id_ not in self._reserved else self._fresh(f"{id_}_")
        self._taken[free] = line
        return free

    def _fit(self, name: str, line: Line) -> str:
        if _FIT.fullmatch(name):
            return name
        bare = _UNFIT.sub("_", name).strip("_-")[:60]
        id_ = bare if _FIT.fullmatch(bare) and bare not in self._reserved else ""
        id_ = id_ or (self._fresh("q") if not bare else self._fresh("q_"))
        self.findings.aside(line.spot("name"), _RENAMED.fill(name=quote(name), id=id_), _RENAMED_MEND, about="renamed")
        return id_

    def _fresh(self, stem: str) -> str:
        n = self._count or 1
        while f"{stem}{n}" in self._taken or f"{stem}{n}" in self._reserved:
            n += 1
        return f"{stem}{n}"

    def _again(self, name: str, id_: str, line: Line, *, scope: str) -> str:
        """In another group the same name may stand again; unless something refers to it, it gets one of its own."""
        first = self._taken[id_]
        if self._scopes.get(id_) == scope or name in self.mentioned:
            self.findings.wrong(line.spot("name"), _TWICE.fill(name=quote(name or id_), row=first.number), _TWICE_MEND)
            return id_
        other = f"{scope}_{id_}"[:60] if scope else ""
        other = other if _FIT.fullmatch(other) and other not in self._taken else self._fresh(f"{id_[:50]}_")
        said = _AGAIN.fill(name=quote(name), id=other)
        self.findings.aside(line.spot("name"), said, _TWICE_MEND, about="again")
        return other


def expression(source: str, ids: Mapping[str, str]) -> str:
    """An expression with the ids of the form in it; curly quotation marks, as word processors make them, straight.

    TRUE alone is how Excel writes true(); null, which no form has, is how some write nothing.
    """
    words = _outside(source, lambda piece: piece.translate(_QUOTES)).strip()
    words = {"true": "true()", "yes": "true()", "false": "false()", "no": "false()"}.get(words.casefold(), words)
    return mentioning(_outside(words, lambda piece: _NULL.sub("''", piece)), ids)


def _outside(words: str, change: Callable[[str], str]) -> str:
    """`words` with what is not within quotation marks changed."""
    pieces = _LITERAL.split(words)
    pieces[::2] = map(change, pieces[::2])
    return "".join(pieces)


def mentioning(words: str, ids: Mapping[str, str]) -> str:
    """`${名前}` as `${id}`, in an expression or in a text."""
    return MENTION.sub(lambda match: f"${{{ids.get(match[1], match[1])}}}", words) if "${" in words else words


def mentions(words: str) -> frozenset[str]:
    """The names that stand in `${…}`."""
    return frozenset(MENTION.findall(words)) if "${" in words else frozenset()
