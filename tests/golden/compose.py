"""What we use of the Compose Specification, and nothing else: a key that is misspelt is not silently left out."""

WORDS, TEXT = {"type": "array", "items": {"type": "string"}, "minItems": 1}, {"type": "string", "minLength": 1}
DURATION = {"type": "string", "pattern": r"^\d+(ms|s|m|h)$"}
CONDITION = {"enum": ["service_started", "service_healthy", "service_completed_successfully"]}


def closed(*required, **properties):
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def by_name(one):
    return {"type": "object", "additionalProperties": one, "propertyNames": {"pattern": "^[a-zA-Z0-9._-]+$"}}


HEALTH = closed("test", test=WORDS, interval=DURATION, timeout=DURATION, retries={"type": "integer", "minimum": 1})
SERVICE = closed(
    "image", "restart", "logging",
    image={"type": "string", "pattern": r"^[a-z0-9./-]+:v?[0-9][a-z0-9.-]+$"},
    build=closed("context", context=TEXT, dockerfile_inline=TEXT),
    command=WORDS, entrypoint=WORDS, user=TEXT, working_dir={"type": "string", "pattern": "^/"},
    restart={"enum": ["no", "unless-stopped"]}, stop_grace_period=DURATION,
    depends_on={"anyOf": [{"type": "array", "maxItems": 0}, by_name(closed("condition", condition=CONDITION))]},
    environment=by_name(TEXT), healthcheck=HEALTH, logging={"type": "object"},
    ports={"type": "array", "items": {"type": "string", "pattern": r"^\d+:\d+$"}},
    volumes={"type": "array", "items": {"type": "string", "pattern": r"^[^:]+(:\?\})?:/[^:]*(:ro)?$"}},
)  # fmt: skip
COMPOSE = closed(
    "name", "services", "volumes",
    **{"x-logs": {"type": "object"}}, name=TEXT, services=by_name(SERVICE), volumes=by_name({"type": "object"}),
)  # fmt: skip
