"""What the templates get: plain names, texts and lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pmgen.diagnostics.source import Span
from pmgen.expressions.functions import HELPERS
from pmgen.ops import OWN_LAYERS
from pmgen.ops.definition import OpDef
from pmgen.plan.layout import Invoke, lines


@dataclass(frozen=True)
class ParamPlan:
    """A constructor argument: `name: annotation = default`."""

    name: str
    annotation: str
    default: str | None = None

    @property
    def code(self) -> str:
        """The argument as it stands in the signature."""
        typed = f"{self.name}: {self.annotation}"
        return typed if self.default is None else f"{typed} = {self.default}"


@dataclass(frozen=True, kw_only=True)
class ClassPlan:
    """One class: its parts as lines, indented as they stand in the file.

    `shapes` is the table to which the model's class holds its layers.
    """

    name: str
    doc: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    params: tuple[ParamPlan, ...]
    init: tuple[str, ...]
    forward: tuple[str, ...]
    returns: str = "paddle.Tensor"
    shapes: tuple[str, ...] = ()

    @property
    def signature(self) -> list[str]:
        """The `def __init__` line, or lines where it is long."""
        params = tuple(param.code for param in self.params)
        return lines(Invoke("def __init__", ("self", *params)), 1, after=" -> None:")


@dataclass(frozen=True)
class Note:
    """What the user may want to know about the code, and the line that it is about."""

    span: Span
    text: str


@dataclass(frozen=True)
class ModulePlan:
    """One generated file. `notes` say why a block is several classes."""

    header: tuple[str, ...]
    model: str
    classes: tuple[ClassPlan, ...]
    standalone: bool
    notes: tuple[Note, ...] = ()

    @property
    def code(self) -> str:
        """All lines together, to see which imports they need."""
        return "\n".join(
            line
            for c in self.classes
            for part in (c.init, c.forward, c.shapes)
            for line in part
        )

    @property
    def uses_functional(self) -> bool:
        """True where a function of `paddle.nn.functional` is called."""
        return "F." in self.code

    @property
    def checks(self) -> tuple[str, ...]:
        """The functions of `pmruntime.checks` that the code needs."""
        return (*self._called(["check_layer"]), "checked")

    @property
    def helpers(self) -> tuple[str, ...]:
        """The functions of `pmruntime.sizes` that the code calls."""
        return self._called(HELPERS)

    @property
    def layers(self) -> tuple[OpDef, ...]:
        """The ops of which the code makes layers that Paddle does not have."""
        return tuple(OWN_LAYERS[name] for name in self._called(OWN_LAYERS))

    def _called(self, names: Iterable[str]) -> tuple[str, ...]:
        code = self.code
        return tuple(n for n in names if re.search(rf"(?<![\w.]){n}\(", code))


class NameClash(Exception):
    """Two attributes of a class share a name; `span` and `first` are their places."""

    def __init__(self, name: str, span: Span, first: Span) -> None:
        super().__init__(name)
        self.name, self.span, self.first = name, span, first
