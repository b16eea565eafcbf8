"""Finding templates by words: in any width, in either kana, and in the Latin letters of a form's name."""

from collections.abc import Iterable

import jaconv
import sqlalchemy as sa

from bridge.store.template_tables import template
from forms.form import Form
from forms.reading.words import folded

_LONG = (("ou", "o"), ("oo", "o"), ("uu", "u"))
_LARGEST = 100_000


def found_by(form: Form, author: str) -> str:
    """All its words in one spelling, its name in Latin letters too."""
    labels = (o.label for q in form.asked for o in q.options()[:50])
    texts = (form.title, form.about, *(q.title for q in form.asked), *labels)
    words = "\n".join(folded(f"{t.ja} {t.en}") for t in texts if t is not None)
    return f"{folded(form.name)}\n{_shortened(form.name)}\n{folded(author)}\n{words}"[:_LARGEST]


def _shortened(latin: str) -> str:
    """gakudou-nyuusho → gakudonyusho: however somebody writes long vowels."""
    latin = latin.casefold().replace("-", "")
    for long, short in _LONG:
        latin = latin.replace(long, short)
    return latin


def holding(words: str) -> Iterable[sa.ColumnElement[bool]]:
    """Each word as it is written; a word in kana also by what it reads in Latin letters."""
    for word in words[:200].split()[:10]:
        spelled = {folded(word)}
        if all("\u3041" <= c <= "\u309f" or c == "ー" for c in folded(word)) and len(word) > 1:
            spelled.add(_shortened(jaconv.kana2alphabet(folded(word)).replace("ー", "")))
        yield sa.or_(*(template.c.found_by.contains(one, autoescape=True) for one in sorted(spelled) if one))
