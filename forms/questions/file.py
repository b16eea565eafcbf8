"""A file of one of the types that the form names."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from forms.file_types import FileType
from forms.questions.attached import AttachedFields
from forms.text import Text


class File(AttachedFields):
    """`types`: those that will do. What a file is is seen by its content; macros are refused."""

    kind: Literal["file"]
    types: Annotated[tuple[FileType, ...], Field(min_length=1, max_length=20)] = (
        "pdf",
        "docx",
        "xlsx",
        "pptx",
        "jpeg",
        "png",
        "csv",
        "txt",
    )
    megabytes: Annotated[int, Field(ge=1, le=25)] = 10

    what: ClassVar[Text] = Text(ja="ファイル", en="a file")
    formats: ClassVar[Sequence[str]] = ()

    @property
    def accepted(self) -> Sequence[str]:
        return self.types
