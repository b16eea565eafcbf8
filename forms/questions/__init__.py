"""Every kind of question: the one table that documents, conversations and results look kinds up in."""

from typing import Annotated

from pydantic import Field

from forms.questions.address import Address
from forms.questions.audio import Audio
from forms.questions.base import Answers, Placed, Value
from forms.questions.calculated import Calculated
from forms.questions.choice import Choice
from forms.questions.choices import Choices
from forms.questions.consent import Consent
from forms.questions.date import Date
from forms.questions.datetime import DateTime
from forms.questions.email import Email
from forms.questions.file import File
from forms.questions.fiscal_year import FiscalYear
from forms.questions.group import Group
from forms.questions.hidden import Hidden
from forms.questions.integer import Integer
from forms.questions.kana import Kana
from forms.questions.lookup import Lookup
from forms.questions.matrix import Matrix
from forms.questions.money import Money
from forms.questions.month import Month
from forms.questions.name import Name
from forms.questions.note import Note
from forms.questions.number import Number
from forms.questions.percentage import Percentage
from forms.questions.period import Period
from forms.questions.phone import Phone
from forms.questions.photo import Photo
from forms.questions.place import Place
from forms.questions.postal import Postal
from forms.questions.rank import Rank
from forms.questions.repeat import Repeat
from forms.questions.scale import Scale
from forms.questions.signature import Signature
from forms.questions.text import Written
from forms.questions.time import Time
from forms.questions.url import Url
from forms.questions.yesno import YesNo

Choosing = Choice | Choices | Lookup | Rank
"""Whose options may be filtered by other answers."""
Chosen = Choosing | Scale | YesNo | Consent
Counted = Integer | Number | Money | Percentage
Timed = Date | Time | DateTime | Month | FiscalYear | Period
Worded = Written | Name | Kana | Phone | Email | Url
Located = Postal | Address | Place
Attached = File | Photo | Audio | Signature

Question = Chosen | Counted | Timed | Worded | Located | Attached
"""A question of any kind that is asked. A new kind is one file and one word in these lines."""

Valued = Question | Calculated | Hidden
"""What has a value."""

Element = Annotated[Valued | Note | Group | Repeat | Matrix, Field(discriminator="kind")]
"""What may stand in a form; `kind` says which."""

for holder in (Group, Repeat):
    holder.model_rebuild(_types_namespace={"Element": Element})

__all__ = [
    "Answers",
    "Calculated",
    "Choice",
    "Choices",
    "Choosing",
    "Element",
    "Group",
    "Hidden",
    "Lookup",
    "Matrix",
    "Note",
    "Placed",
    "Question",
    "Rank",
    "Repeat",
    "Value",
    "Valued",
    "YesNo",
]
