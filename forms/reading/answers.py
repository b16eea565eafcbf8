"""Yes and no, and consent."""

from forms.reading.consent import read_yes
from forms.reading.taken import Given, Taken
from forms.text import Text

_YES, _NO = Text(ja="はい", en="yes"), Text(ja="いいえ", en="no")
_AGREED, _REFUSED = Text(ja="同意します", en="I agree"), Text(ja="同意しません", en="I do not agree")


def read_yes_or_no(said: str, _given: Given) -> Taken:
    """Stored as yes or no."""
    return Taken("yes", _YES) if read_yes(said) else Taken("no", _NO)


def read_consent(said: str, _given: Given) -> Taken:
    """Stored as yes where the person agreed, as no where not."""
    return Taken("yes", _AGREED) if read_yes(said) else Taken("no", _REFUSED)
