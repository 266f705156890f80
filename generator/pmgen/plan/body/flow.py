"""What the walk over a class carries along: values and places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pmgen.expand.graph import join
from pmgen.language.spec import Act, Call, Form
from pmgen.ops.definition import Shape
from pmgen.plan.body.calls import Env
from pmgen.plan.body.uses import Uses
from pmgen.plan.layout import Code


@dataclass(frozen=True)
class Inline:
    """An inline form that repeats, with what stands behind it: a class of its own."""

    form: Form
    norm: Call | None
    act: Act | None


# (call of a block or inline form, names, shape in, layer, what may be relied on there)
# -> code, shape out
UseClass = Callable[["Call | Inline", Env, Shape, str, Uses], tuple[Code, Shape]]


@dataclass(frozen=True)
class Flow:
    """A value in `forward`: the code that gives it, and its shape."""

    code: Code
    shape: Shape

    @property
    def variable(self) -> str | None:
        """The variable that holds it, where it has one."""
        return (
            self.code
            if isinstance(self.code, str) and self.code.isidentifier()
            else None
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the walk stands inside the class.

    `path` is the place in the expanded network, None where the class serves many;
    `local` the place inside the class; `attr` prefixes attributes; `target` is the
    variable that takes results; `live` are the variables that are needed later; `named`
    are values by the names of layers; `referred` are the layers of this series that a
    `from` in it points at.
    """

    path: str | None
    local: str = ""
    attr: str = ""
    target: str = "x"
    live: frozenset[str] = frozenset({"x"})
    named: Mapping[str, Flow] = field(default_factory=dict)
    referred: frozenset[str] = frozenset()

    def inner(self, name: str) -> Place:
        """The place of a form inside the layer or branch `name`."""
        path = None if self.path is None else join(self.path, name)
        return replace(
            self,
            path=path,
            local=join(self.local, name),
            attr=f"{self.attr}{name}_",
        )
