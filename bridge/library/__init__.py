"""The starting library: forms that municipalities everywhere need, to be copied and changed."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from forms.document import read_form
from forms.form import Form


@cache
def library() -> Mapping[str, Form]:
    """Name → form, in the order of names."""
    documents = sorted(path.name for path in files(__name__).iterdir() if path.name.endswith(".yaml"))
    return {form.name: form for form in map(_read, documents)}


def _read(document: str) -> Form:
    found = read_form(files(__name__).joinpath(document).read_text("utf-8"))
    assert isinstance(found, Form), (document, found)
    return found
