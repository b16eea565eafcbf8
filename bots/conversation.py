"""Fill in a form by talking: an event in, the new conversation and what to do out. No clock, no network, no Matrix."""

from bots.filling.state import Conversation, asked
from bots.filling.turns import advance, open_

__all__ = ["Conversation", "advance", "asked", "open_"]
