"""The municipalities that have agreed to federate, as bots know them."""

from dataclasses import dataclass
from typing import Literal

from bots.events import UserId
from forms.text import Text

MemberKind = Literal["municipality", "prefecture", "partner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the alliance, as the list in force says. `code`: 全国地方公共団体コード, six digits, or empty."""

    server: str
    bot: UserId
    name: Text
    code: str
    kind: MemberKind
    contact: str
