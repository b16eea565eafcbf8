"""Every kind of question: the one table that documents, conversations and results look kinds up in."""

from typing import Annotated

from pydantic import Field

from forms.questions.base import Answers, Placed, Value
from forms.questions.calculated import Calculated
from forms.questions.choice import Choice
from forms.questions.choices import Choices
from forms.questions.date import Date
from forms.questions.group import Group
from forms.questions.hidden import Hidden
from forms.questions.integer import Integer
from forms.questions.matrix import Matrix
from forms.questions.note import Note
from forms.questions.number import Number
from forms.questions.rank import Rank
from forms.questions.repeat import Repeat
from forms.questions.scale import Scale
from forms.questions.text import Written
from forms.questions.yesno import YesNo

Question = Choice | Choices | Rank | Scale | Written | Number | Integer | Date | YesNo
"""A question of any kind that is asked. A new kind is one file and one word in this line."""

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
    "Date",
    "Element",
    "Group",
    "Hidden",
    "Integer",
    "Matrix",
    "Note",
    "Number",
    "Placed",
    "Question",
    "Rank",
    "Repeat",
    "Scale",
    "Value",
    "Valued",
    "Written",
    "YesNo",
]
