"""Every kind of question: the one table that documents, conversations and results look kinds up in."""

from typing import Annotated

from pydantic import Field

from forms.questions.base import Answers, Value
from forms.questions.choice import Choice
from forms.questions.choices import Choices
from forms.questions.date import Date
from forms.questions.integer import Integer
from forms.questions.number import Number
from forms.questions.text import Written
from forms.questions.yesno import YesNo

Question = Annotated[Choice | Choices | Written | Number | Integer | Date | YesNo, Field(discriminator="kind")]
"""A question of any kind; `kind` says which. A new kind is one file and one word in this line."""

__all__ = ["Answers", "Choice", "Choices", "Date", "Integer", "Number", "Question", "Value", "Written", "YesNo"]
