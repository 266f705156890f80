"""Docstrings as they are written in the sources: Markdown's backticks, columns.

A word in backticks is code. It links to the name that it is where that is documented;
an exception of ours, and what begins with `pmgen.` or `pmruntime.`, has to be.
"""

from __future__ import annotations

import builtins
import inspect
import re
import textwrap
from typing import Any

from docutils import nodes
from sphinx.roles import XRefRole

_OWN = re.compile(r"(?:pmgen|pmruntime)\.[\w.]+")
_SPAN = re.compile(r"(?<!`)`(?P<word>[^`]+)`(?!`)")
_NAME = re.compile(r"[A-Za-z_][\w.]*")
# Exceptions are written without backticks.
_ERROR = re.compile(r"(?<![`\w.])(?:[A-Z]\w+Error|(?<=Raises )[A-Z]\w+)\b")
_TABLE = re.compile(r"^ *\S+ {2,}\S.*(?:\n.+)*", re.MULTILINE)


def setup(app: Any) -> None:
    """Read backticks as names, and columns as they stand."""
    app.add_role("named", NamedRole())
    app.connect("autodoc-process-docstring", _as_restructured_text)
    app.connect("autodoc-process-signature", _with_factories)
    app.connect("missing-reference", _found)


class NamedRole(XRefRole):
    """The name of something in Python, if it is one."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """A reference, which `_found` takes back where it leads nowhere."""
        self.name = "py:obj"
        return super().run()

    def process_link(
        self, env: Any, refnode: Any, has_explicit_title: bool, title: str, target: str
    ) -> tuple[str, str]:
        """Names are looked up in the module and the class of the docstring."""
        refnode["named"] = True
        # A class may be of any module; a word in small letters that is a parameter
        # here may be a function elsewhere.
        refnode["refspecific"] = target[:1].isupper()
        refnode["py:module"] = env.ref_context.get("py:module")
        refnode["py:class"] = env.ref_context.get("py:class")
        return title, target


def _found(app: Any, env: Any, node: Any, content: Any) -> Any:
    """A type that a signature names without its module, or plain code; None is a
    warning."""
    target = node["reftarget"]
    if node.get("reftype") == "class" and not node.get("refspecific"):
        node["refspecific"] = True
        python, page = env.get_domain("py"), node.get("refdoc", "")
        return python.resolve_xref(env, page, app.builder, "obj", target, node, content)
    error = target.endswith("Error") and not hasattr(builtins, target)
    known = node.get("named") and not error and not _OWN.match(target)
    return content if known else None


def _as_restructured_text(
    app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Parameters are code, even where a function of ours has the same name."""
    own = _parameters(obj)

    def marked(match: re.Match[str]) -> str:
        word = match["word"]
        named = _NAME.fullmatch(word) and word not in own
        return match[0] if named else f"`{match[0]}`"

    text = _SPAN.sub(marked, _ERROR.sub(r"`\g<0>`", "\n".join(lines)))
    lines[:] = _TABLE.sub(_literal, text).split("\n")


def _literal(match: re.Match[str]) -> str:
    """Columns stay below each other in a block that is shown as it stands."""
    return "::\n\n" + textwrap.indent(textwrap.dedent(match[0]), "    ")


def _with_factories(
    app: Any, what: str, name: str, obj: Any, options: Any, call: str, back: str
) -> tuple[str, str] | None:
    """A default that a factory makes is shown so that Sphinx can read the line."""
    return (call.replace("<factory>", "..."), back) if call else None


def _parameters(obj: Any) -> frozenset[str]:
    try:
        return frozenset(inspect.signature(obj).parameters)
    except (TypeError, ValueError):  # a module, a property
        return frozenset()
