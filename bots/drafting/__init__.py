"""Writing a form by talking: an editor's message in; the new conversation and what to do out. Pure."""

from bots.drafting.state import Deed, Drafting, Draw, Manuscript, Preview, Publish, Stand, Step, Write
from bots.drafting.turns import advance, amend, open_, remembering

__all__ = [
    "Deed",
    "Drafting",
    "Draw",
    "Manuscript",
    "Preview",
    "Publish",
    "Stand",
    "Step",
    "Write",
    "advance",
    "amend",
    "open_",
    "remembering",
]
