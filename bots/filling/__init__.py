"""How a form is filled in by talking, in parts; `bots.conversation` is the door."""
