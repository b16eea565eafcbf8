"""Who takes part in the demo, and where they work."""

from dataclasses import dataclass

from bridge.lab import Town
from forms.text import Lang, Text

MUNICIPALITIES = {
    "tsukuba": Text(ja="つくば市", en="Tsukuba"),
    "nakatsu": Text(ja="中津市", en="Nakatsu"),
    "tama": Text(ja="多摩市", en="Tama"),
}
PEOPLE = (
    ("yamada", Text(ja="山田 守（情報システム課）", en="Yamada (IT)"), "tsukuba", "steward"),
    ("sato", Text(ja="佐藤 恵（デジタル推進課）", en="Sato (Digital promotion)"), "tsukuba", "editor"),
    ("tanaka", Text(ja="田中 健（こども課）", en="Tanaka (Children)"), "tsukuba", "staff"),
    ("suzuki", Text(ja="鈴木 葵（防災課）", en="Suzuki (Disaster prevention)"), "tsukuba", "staff"),
    ("nakamura", Text(ja="中村 豊（総務課）", en="Nakamura (General affairs)"), "nakatsu", "staff"),
    ("ogawa", Text(ja="小川 澄（福祉課）", en="Ogawa (Welfare)"), "nakatsu", "staff"),
    ("takahashi", Text(ja="髙橋 蓮（市民課）", en="Takahashi (Citizens)"), "tama", "staff"),
    ("watanabe", Text(ja="渡邉 凛（情報課）", en="Watanabe (Information)"), "tama", "staff"),
)
ALIAS = "行政DX"
ROOM = Text(ja="行政DX", en="Digital government")
TOPIC = Text(
    ja="3自治体の行政DX担当者の部屋", en="Where the people for digital government of three municipalities meet"
)


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody who works at a municipality. `role`: steward, editor or staff."""

    key: str
    name: str
    town: str
    role: str

    @property
    def short(self) -> str:
        """The name without the section."""
        return self.name.partition("（")[0].partition(" (")[0]


@dataclass(slots=True)
class Account:
    """A person who can log in."""

    character: Character
    user_id: str
    password: str
    client_url: str


def towns(lang: Lang) -> tuple[Town, ...]:
    return tuple(Town(key, name[lang]) for key, name in MUNICIPALITIES.items())


def cast(lang: Lang) -> tuple[Character, ...]:
    return tuple(Character(key, name[lang], town, role) for key, name, town, role in PEOPLE)
