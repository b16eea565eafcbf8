"""Who may federate: how the alliance's list reaches everybody, and what is made so by it."""
