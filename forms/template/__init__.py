"""A form made shareable between municipalities: what is local taken out, versions merged, parts locked."""

from forms.template.document import LICENCES, Ancestor, Licence, Template, read_template, unchained, write_template
from forms.template.locks import broken_lock
from forms.template.merge import Conflict, Merged, merge
from forms.template.strip import Local, strip

__all__ = [
    "LICENCES",
    "Ancestor",
    "Conflict",
    "Licence",
    "Local",
    "Merged",
    "Template",
    "broken_lock",
    "merge",
    "read_template",
    "strip",
    "unchained",
    "write_template",
]
