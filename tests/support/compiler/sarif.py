"""The parts of the SARIF 2.1.0 standard that code scanning asks for, as JSON Schema."""

from __future__ import annotations

from typing import Any


def _mapping(needed: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(needed), "properties": properties}


def _list(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": item, **more}


_ONE_UP = {"type": "integer", "minimum": 1}
_TEXT = _mapping(("text",), text={"type": "string", "minLength": 1})
_FILE = _mapping(("uri",), uri={"type": "string", "pattern": r"^[!-~]+$"})
_REGION = {
    **_mapping(
        ("startLine",),
        startLine=_ONE_UP,
        startColumn=_ONE_UP,
        endLine=_ONE_UP,
        endColumn=_ONE_UP,
    ),
    "additionalProperties": False,
}
_PLACE = _mapping(
    ("artifactLocation", "region"), artifactLocation=_FILE, region=_REGION
)
_RESULT = _mapping(
    ("ruleId", "message", "locations"),
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=_TEXT,
    locations=_list(
        _mapping(("physicalLocation",), physicalLocation=_PLACE), minItems=1
    ),
    relatedLocations=_list(
        _mapping(
            ("physicalLocation", "message"), physicalLocation=_PLACE, message=_TEXT
        )
    ),
)
_LONG = _mapping(
    ("text", "markdown"), **_TEXT["properties"], markdown={"type": "string"}
)
_RULE = _mapping(
    ("id", "shortDescription", "fullDescription", "help"),
    id={"type": "string"},
    shortDescription=_TEXT,
    fullDescription=_TEXT,
    help=_LONG,
)
_DRIVER = _mapping(
    ("name", "rules"),
    name={"type": "string"},
    rules=_list(_RULE, uniqueItems=True),
)
_RUN = _mapping(
    ("tool", "results"),
    tool=_mapping(("driver",), driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    newlineSequences=_list({"type": "string", "minLength": 1}),
    results=_list(_RESULT),
)
LOG = _mapping(
    ("version", "runs"),
    version={"const": "2.1.0"},
    runs=_list(_RUN, minItems=1, maxItems=1),
)
