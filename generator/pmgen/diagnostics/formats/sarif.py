"""Diagnostics as SARIF 2.1.0, which code scanning reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pmgen import __version__
from pmgen.diagnostics.codes import DEFINITIONS, Code
from pmgen.diagnostics.diagnostic import Diagnostic, Label
from pmgen.diagnostics.source import Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# How spans count: columns in characters, lines as YAML 1.1 and PyYAML break them.
_COLUMNS = "unicodeCodePoints"
_LINES = ["\r\n", "\n", "\r", "\x85", "\u2028", "\u2029"]


def render_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """One run of pmgen with a rule for every code and a result for each diagnostic."""
    rules = {code: index for index, code in enumerate(DEFINITIONS)}
    run = {
        "tool": {
            "driver": {
                "name": "pmgen",
                "version": __version__,
                "rules": [_rule(item) for item in DEFINITIONS.values()],
            }
        },
        "columnKind": _COLUMNS,
        "newlineSequences": _LINES,
        "results": [_result(item, rules[item.code]) for item in diagnostics],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(item: Code) -> dict[str, Any]:
    """A code as `pmgen explain` tells of it, less what is said of its example."""
    said = f"{item.meaning} {item.more}"
    return {
        "id": item.code,
        "shortDescription": {"text": item.meaning},
        "fullDescription": {"text": said},
        "help": {
            "text": f"{said}\n\nAn example:\n\n{item.example}",
            "markdown": f"{said}\n\n```yaml\n{item.example}```\n",
        },
        "defaultConfiguration": {"level": "warning" if item.is_warning else "error"},
    }


def _result(item: Diagnostic, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": item.severity,
        "message": {"text": _message(item)},
        "locations": [{"physicalLocation": _place(item.span)}],
    }
    if item.related:
        result["relatedLocations"] = [_related(label) for label in item.related]
    return result


def _message(item: Diagnostic) -> str:
    lines = [item.message, *(f"note: {note}" for note in item.notes)]
    lines += [f"help: {item.help}"] if item.help else []
    return "\n".join(lines)


def _related(label: Label) -> dict[str, Any]:
    return {
        "physicalLocation": _place(label.span),
        "message": {"text": label.text},
    }


def _place(span: Span) -> dict[str, Any]:
    return {
        "artifactLocation": _file(span.file.name),
        "region": {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
    }


def _file(name: str) -> dict[str, str]:
    """A path from the root of the sources, or of a file that is not among them."""
    path = Path(name)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(name), "uriBaseId": "%SRCROOT%"}
