"""Where something stands in a workbook, in words; and what is found there: mistakes, and what is not used."""

from dataclasses import dataclass, field

from forms.flaws import Flaw
from forms.reading.words import quote
from forms.text import Text
from forms.xlsform.sheets import column_letters

MOST_FLAWS = 20


@dataclass(frozen=True, slots=True)
class Spot:
    """`row` counts from 1, `column` from 0; without them the sheet as a whole is meant. `order`: of the sheets."""

    sheet: str
    row: int | None = None
    column: int | None = None
    heading: str = ""
    order: int = 0

    @property
    def text(self) -> Text:
        place = Text(ja="シート「{sheet}」", en="sheet {sheet}").fill(sheet=quote(self.sheet))
        if self.row is not None:
            place = Text(ja="{place} {row}行目", en="{place}, row {row}").fill(place=place, row=self.row)
        if self.column is not None:
            letters = column_letters(self.column)
            place = Text(ja="{place} {letters}列", en="{place}, column {letters}").fill(place=place, letters=letters)
            if self.heading:
                named = Text(ja="{place}（{heading}）", en="{place} ({heading})")
                place = named.fill(place=place, heading=quote(self.heading))
        return place


@dataclass(slots=True)
class _Aside:
    """The same said of several places."""

    spot: Spot
    what: Text
    mend: Text
    count: int = 1


@dataclass(slots=True)
class Findings:
    """What is said about a workbook: each thing once, in the order of its rows."""

    _flaws: dict[tuple[Text, Text], tuple[tuple[int, int, int], Flaw]] = field(default_factory=dict)
    _asides: dict[str, _Aside] = field(default_factory=dict)

    def wrong(self, spot: Spot, what: Text, mend: Text) -> None:
        """A mistake: the form cannot be taken over before it is mended."""
        order = (spot.order, spot.row or 0, spot.column or 0)
        self._flaws.setdefault((spot.text, what), (order, Flaw(spot.text, what, mend, spot.row)))

    def aside(self, spot: Spot, what: Text, mend: Text, *, about: str = "") -> None:
        """What is read otherwise or not used; said once for all places that it (or what it is `about`) holds of."""
        if (known := self._asides.get(about or what.en)) is not None:
            known.count += 1
        else:
            self._asides[about or what.en] = _Aside(spot, what, mend)

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """The first twenty."""
        return tuple(flaw for _, flaw in sorted(self._flaws.values(), key=lambda one: one[0])[:MOST_FLAWS])

    @property
    def notices(self) -> tuple[Flaw, ...]:
        return tuple(map(_said, self._asides.values()))


def _said(aside: _Aside) -> Flaw:
    place = aside.spot.text
    if aside.count > 1:
        place = Text(ja="{place} ほか{n}か所", en="{place} and {n} more").fill(place=place, n=aside.count - 1)
    return Flaw(place, aside.what, aside.mend, aside.spot.row)
