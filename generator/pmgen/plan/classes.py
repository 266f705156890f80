"""Graph -> ModulePlan: which classes there are, and what each is made of.

A block becomes one class with `in_channels` and its parameters as arguments. Where that
cannot be written (a Linear behind an image of unknown size, a shortcut whose condition
does not come out), it becomes a class per use, with the numbers in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from pmgen.expand.graph import Graph, Instance, join
from pmgen.expressions.expression import (
    Const,
    Expr,
    ListName,
    Name,
    Value,
    as_expr,
    simplest,
    substitute,
)
from pmgen.language.names import class_title
from pmgen.language.spec import Block, Call, Ident, Param
from pmgen.language.types import ACTIVATION, LIST
from pmgen.language.visit import (
    acts_named_by,
    acts_named_in,
    inputs_named_in,
    names_of,
    params_named_in,
)
from pmgen.ops.definition import OPEN_SIZES, Shape, is_size, known
from pmgen.plan.body.flow import Inline
from pmgen.plan.body.walker import METHOD_DEPTH, FormWalker
from pmgen.plan.calls import UNDECIDED, Env, NotSymbolic, code_of, name_of
from pmgen.plan.docs import docstring, file_header
from pmgen.plan.layout import INDENT, WIDTH, Code, Invoke, lines
from pmgen.plan.model_class import plan_model
from pmgen.plan.open_params import free_params
from pmgen.plan.plans import ClassPlan, ModulePlan, ParamPlan
from pmgen.plan.signature import (
    IN_NAME,
    OUT_NAME,
    call_values,
    is_open,
    keywords,
    signature,
)

# How the class of an inline form calls the `$in_channels` of the block around it.
_OUTER = "block_channels"


def plan_module(
    graph: Graph, *, standalone: bool = False, build_note: str = ""
) -> ModulePlan:
    """The plan of the generated file. `build_note` says what `--set` changed.

    Raises NameClash where two attributes of one class would share a name.
    """
    return ModulePlan(
        file_header(graph, build_note),
        graph.spec.name.text,
        _plan_classes(graph),
        standalone,
    )


def _plan_classes(graph: Graph) -> tuple[ClassPlan, ...]:
    """All classes, the model's last, with as many open parameters as can be.

    What a parameter is used for may still decide structure further on, as where the
    channels that it sets decide a `repeat` by `$in_channels`; then it is fixed.
    """
    wanted = free_params(graph.spec)
    classes = _classes(graph, wanted)
    if classes is not None:
        return classes
    kept: frozenset[str] = frozenset()
    classes = _classes(graph, kept)
    for name in sorted(wanted):
        more = _classes(graph, kept | {name})
        if more is not None:
            kept, classes = kept | {name}, more
    assert classes is not None, "a network whose numbers are all known has classes"
    return classes


def _classes(graph: Graph, free: frozenset[str]) -> tuple[ClassPlan, ...] | None:
    """All classes with these parameters open, or None where they cannot be."""
    planner = _ModulePlanner(graph)
    try:
        model = plan_model(graph, planner.use, free)
    except UNDECIDED:
        return None
    return (*(found.plan for found in planner.ordered()), model)


@dataclass
class _Class:
    """A planned class: its signature, the shape that comes out, the classes it uses."""

    plan: ClassPlan
    shape: Shape
    params: tuple[Param, ...]
    takes_input: bool
    uses: list[_Class] = field(default_factory=list)


@dataclass(frozen=True)
class _Source:
    """What a class is made from: a block, or an inline form that repeats."""

    block: Block
    outer: Any = None  # what `$in_channels` is inside an inline form
    fixed: Mapping[str, Any] = field(default_factory=dict)  # other names, if numbers

    @property
    def key(self) -> tuple[Any, ...]:
        """What a class for all uses depends on."""
        opened = tuple(param.name.text for param in self.block.params)
        outer = None if isinstance(self.outer, Expr) else self.outer
        return id(self.block.form), opened, outer, tuple(self.fixed.items())

    def covers(self, use: Instance) -> bool:
        """True where the use sees the same numbers from outside."""
        return all(use.env[name] == value for name, value in self.fixed.items()) and (
            self.outer is None
            or isinstance(self.outer, Expr)
            or use.env["in_channels"] == self.outer
        )


class _ModulePlanner:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.spec = graph.spec
        self.generic: dict[tuple[Any, ...], _Class | None] = {}
        self.special: dict[tuple[Any, ...], _Class] = {}
        self.instances: dict[int, list[Instance]] = {}
        for instance in graph.instances:
            self.instances.setdefault(id(instance.form), []).append(instance)
        self.reserved = {self.spec.name.text, *self.spec.blocks}
        self.given: set[str] = set()
        self.users: list[list[_Class]] = [[]]

    def ordered(self) -> list[_Class]:
        """The classes that the model uses, each behind those that it uses itself."""
        found: dict[int, _Class] = {}

        def visit(item: _Class) -> None:
            if id(item) not in found:
                for used in item.uses:
                    visit(used)
                found[id(item)] = item

        for item in self.users[0]:
            visit(item)
        return list(found.values())

    def use(
        self, body: Call | Inline, env: Env, shape: Shape, path: str | None, label: str
    ) -> tuple[Code, Shape]:
        """How a class is constructed at one place, and the shape that comes out."""
        if isinstance(body, Call):
            source = _Source(self.spec.blocks[body.name])
            values = call_values(source.block.params, body, env)
        else:
            source, values = _captured(body, label, env, self.spec.blocks)
        found = self._generic(source)
        if found is None:
            if path is None:
                raise NotSymbolic
            found = self._special(source, values, shape, path)
        self.users[-1].append(found)
        return _construct(found, values, shape)

    def _generic(self, source: _Source) -> _Class | None:
        """The one class for all uses of a block, or None where there is none."""
        key = source.key
        if key not in self.generic:
            try:
                self.generic[key] = self._make_generic(source)
            except UNDECIDED:
                self.generic[key] = None
        return self.generic[key]

    def _make_generic(self, source: _Source) -> _Class:
        block = source.block
        uses = [u for u in self.instances.get(id(block.form), []) if source.covers(u)]
        ranks = {len(use.in_shape) for use in uses}
        if len(ranks) != 1:
            raise NotSymbolic
        rank = ranks.pop()
        incoming = Name(IN_NAME[rank])
        env: dict[str, Value | Expr] = {p.name.text: name_of(p) for p in block.params}
        env |= source.fixed
        env["in_channels"] = incoming
        if source.outer is not None:
            outer = source.outer
            env["in_channels"] = Name(_OUTER) if isinstance(outer, Expr) else outer
        shape: Shape = (incoming, *(OPEN_SIZES if rank == 3 else ()))
        name = self._name(block.name.text)
        self.given.add(name)
        try:
            found, guesses = self._class(block, name, env, shape, None, block.params)
            for use in uses:
                _hold(self.graph, found, guesses, use)
        except UNDECIDED:
            self.given.discard(name)  # a class per use follows, and may have it
            raise
        return found

    def _special(
        self, source: _Source, values: Mapping[str, Any], shape: Shape, path: str
    ) -> _Class:
        """A class with the numbers of one use in it; equal uses share it."""
        block = source.block
        params = tuple(p for p in block.params if is_open(values[p.name.text]))
        opened = {param.name.text: name_of(param) for param in params}
        env: dict[str, Value | Expr] = {**values, **opened}
        inner = shape
        if not is_size(shape[0]):
            inner = (Name(IN_NAME[len(shape)]), *shape[1:])
        env["in_channels"] = inner[0]
        if source.outer is not None:
            env["in_channels"] = env.get(_OUTER, source.outer)
        key = (id(block.form), tuple(env.items()), inner)
        if key not in self.special:
            name = self._name(block.name.text)
            self.given.add(name)
            self.special[key], _ = self._class(block, name, env, inner, path, params)
        return self.special[key]

    def _name(self, base: str) -> str:
        """A class name that is not taken: the block's own, then with a number."""
        own = self.spec.blocks.get(base)
        name, number = base, 1
        while name in self.given or (name in self.reserved and own is None):
            number += 1
            name = f"{base}{number}"
            own = None
        return name

    def _class(
        self,
        block: Block,
        name: str,
        env: Env,
        shape: Shape,
        path: str | None,
        params: tuple[Param, ...],
    ) -> tuple[_Class, Mapping[str, Expr]]:
        walker = FormWalker(
            self.graph,
            env,
            self.use,
            frozenset(inputs_named_in(block.form)),
            frozenset(p.name.text for p in params),
        )
        self.users.append([])
        try:
            start, place = walker.start(path, shape)
            flow = walker.form(block.form, start, place)
            flow = walker.after(block.norm, block.act, flow, "", place.target)
        finally:
            uses = self.users.pop()
        out = flow.shape
        walker.attribute(OUT_NAME[len(out)], code_of(out[0]), block.name.span)
        walker.body.forward += lines(flow.code, METHOD_DEPTH, "return ")
        takes_input = not is_size(shape[0])
        arguments = [ParamPlan(IN_NAME[len(shape)], "int")] if takes_input else []
        plan = ClassPlan(
            name,
            docstring(block.doc or f"{name}, {block.name.span.place}", shape, out),
            (),
            (*arguments, *signature(params)),
            tuple(walker.body.init),
            _returning(walker.body.forward),
        )
        found = _Class(plan, out, params, takes_input, uses)
        return found, walker.body.guesses


def _construct(
    found: _Class, values: dict[str, Any], shape: Shape
) -> tuple[Code, Shape]:
    args: list[Code] = [code_of(shape[0])] if found.takes_input else []
    args += keywords(found.params, values)
    names = _sizes(shape) | values
    out = tuple(simplest(substitute(as_expr(d), names)) for d in found.shape)
    return Invoke(found.plan.name, tuple(args)), out


def _sizes(shape: Shape) -> dict[str, Any]:
    """The names that a class has for what comes in, with their values here."""
    names: dict[str, Any] = {IN_NAME[len(shape)]: shape[0]}
    for name, size in zip(OPEN_SIZES, shape[1:], strict=False):
        names[name.name] = size
    return names


def _captured(
    body: Inline, label: str, env: Env, blocks: Mapping[str, Block]
) -> tuple[_Source, dict[str, Any]]:
    """An inline form that repeats, as a block: what it mentions are its parameters."""
    values: dict[str, Any] = {}
    params: list[Param] = []
    outer: Any = None
    form = body.form
    behind = [names_of(a) for c in (body.norm, body.act) if c for a in c.args.values()]
    acts = {*acts_named_in(form, blocks), *acts_named_by(body.act)}
    for name in dict.fromkeys(chain(params_named_in(form), *behind)):
        value = env[name]
        if name == "in_channels":
            outer = value
            if not isinstance(value, Expr):
                continue
            name = _OUTER
        values[name] = simplest(value) if isinstance(value, Expr) else value
        if is_open(value):
            kind = ACTIVATION if name in acts else "int"
            kind = LIST if isinstance(value, ListName) else kind
            params.append(Param(Ident(name, form.span), kind))
    title = Ident(class_title(label.split(".")[0]), form.span)
    block = Block(title, tuple(params), form, body.norm, body.act)
    fixed = {n: v for n, v in values.items() if n != _OUTER and not is_open(v)}
    return _Source(block, outer, fixed), values


def _hold(
    graph: Graph, found: _Class, guesses: Mapping[str, Expr], use: Instance
) -> None:
    """A class's conditions and shape against a use. Raises NotSymbolic."""
    names = {
        **use.env,
        _OUTER: use.env.get("in_channels", 0),
        **_sizes(use.in_shape),
    }
    if len(found.shape) != len(use.shape):
        raise NotSymbolic
    for dim, real in zip(found.shape, use.shape, strict=True):
        value = simplest(substitute(as_expr(dim), names))
        if known(value, real) and value != real:
            raise NotSymbolic
    for local, guess in guesses.items():
        value = substitute(guess, names)
        path = join(use.path, local)
        if not isinstance(value, Const):
            raise NotSymbolic
        if path in graph.added:  # not there where a `when` left it out
            changed = graph.projected[path] or not graph.added[path]
            if changed != bool(value.value):
                raise NotSymbolic


def _returning(forward: list[str]) -> tuple[str, ...]:
    """`x = f(x)` before `return x` as `return f(x)`."""
    give = INDENT * METHOD_DEPTH + "return "
    if len(forward) > 1 and forward[-1].startswith(give):
        target = forward[-1].removeprefix(give)
        lead = f"{INDENT * METHOD_DEPTH}{target} = "
        if target.isidentifier() and forward[-2].startswith(lead):
            line = give + forward[-2].removeprefix(lead)
            if len(line) <= WIDTH:
                return (*forward[:-2], line)
    return tuple(forward)
