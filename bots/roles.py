"""The four roles, in rising order. They come from facts (homeserver, membership of rooms), never from names."""

from enum import IntEnum

from forms.text import Text


class Role(IntEnum):
    """Each role may do all that the ones before it may."""

    RESIDENT = 0
    STAFF = 1
    EDITOR = 2
    STEWARD = 3

    @property
    def title(self) -> Text:
        """What the role is called."""
        return TITLES[self]


TITLES = {
    Role.RESIDENT: Text(ja="住民", en="resident"),
    Role.STAFF: Text(ja="職員", en="staff"),
    Role.EDITOR: Text(ja="編集者", en="editor"),
    Role.STEWARD: Text(ja="管理者", en="steward"),
}
