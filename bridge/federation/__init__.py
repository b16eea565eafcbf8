"""How the alliance's list reaches everybody and what is made so by it: over the web, in a room, in a file."""
