"""How people talk about forms: events in, effects out. Knows nothing of Matrix."""
