"""Graph -> ModulePlan: which classes there are, and what each is made of.

A block becomes one class with `in_channels` and its parameters as arguments. Where that
cannot be written (a Linear behind an image of unknown size, a shortcut whose condition
is not known), it becomes a class per use, with the numbers in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmgen.expand.graph import Graph, Region
from pmgen.expressions.expression import Expr, Name, Value
from pmgen.language.names import BLOCK_CHANNELS
from pmgen.language.spec import IN_CHANNELS, Block, Call, Param
from pmgen.language.visit import inputs_named_in, layers_in
from pmgen.ops.definition import OPEN_SIZES, Shape, is_size
from pmgen.plan.body.calls import UNDECIDED, Env, NotSymbolic, name_of
from pmgen.plan.body.flow import Inline
from pmgen.plan.body.walker import FormWalker
from pmgen.plan.docs import described, docstring, file_header, shape_text
from pmgen.plan.layout import INDENT, METHOD_DEPTH, WIDTH, Code, lines
from pmgen.plan.model_class import plan_model
from pmgen.plan.open_params import free_params
from pmgen.plan.plans import ClassPlan, ModulePlan, ParamPlan
from pmgen.plan.signature import IN_NAME, call_values, is_open, signature
from pmgen.plan.sources import ClassSource, PlannedClass, captured


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

    A parameter that sets a size may decide structure further on, as where the channels
    that it sets decide a `repeat` by `$in_channels`; then it is fixed.
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


class _ModulePlanner:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.spec = graph.spec
        self.generic: dict[tuple[Any, ...], PlannedClass | None] = {}
        self.special: dict[tuple[Any, ...], PlannedClass] = {}
        self.uses: dict[int, list[Region]] = {}
        for region in graph.regions:
            if region.own_class:
                self.uses.setdefault(id(region.form), []).append(region)
        self.reserved = {self.spec.name.text, *self.spec.blocks}
        self.given: set[str] = set()
        self.users: list[list[PlannedClass]] = [[]]

    def ordered(self) -> list[PlannedClass]:
        """The classes that the model uses, each behind those that it uses itself."""
        found: dict[int, PlannedClass] = {}

        def visit(item: PlannedClass) -> None:
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
            source = ClassSource(self.spec.blocks[body.name])
            values = call_values(source.block.params, body, env)
        else:
            source, values = captured(body, label, env, self.spec.blocks)
        found = self._generic(source)
        if found is None:
            if path is None:
                raise NotSymbolic
            found = self._special(source, values, shape, path)
        self.users[-1].append(found)
        return found.construct(values, shape)

    def _generic(self, source: ClassSource) -> PlannedClass | None:
        """The one class for all uses of a block, or None where there is none."""
        key = source.key
        if key not in self.generic:
            try:
                self.generic[key] = self._make_generic(source)
            except UNDECIDED:
                self.generic[key] = None
        return self.generic[key]

    def _make_generic(self, source: ClassSource) -> PlannedClass:
        block = source.block
        uses = [u for u in self.uses.get(id(block.form), []) if source.covers(u)]
        ranks = {len(use.in_shape) for use in uses}
        if len(ranks) != 1:
            raise NotSymbolic
        rank = ranks.pop()
        incoming = Name(IN_NAME[rank])
        env: dict[str, Value | Expr] = {p.name.text: name_of(p) for p in block.params}
        env |= source.fixed
        env[IN_CHANNELS] = incoming
        if source.outer is not None:
            outer = source.outer
            env[IN_CHANNELS] = (
                Name(BLOCK_CHANNELS) if isinstance(outer, Expr) else outer
            )
        shape: Shape = (incoming, *(OPEN_SIZES if rank == 3 else ()))
        name = self._name(block.name.text)
        self.given.add(name)
        try:
            found = self._class(block, name, env, shape, None, block.params)
            for use in uses:
                found.hold_against(use, self.graph)
        except UNDECIDED:
            self.given.discard(name)  # a class per use follows, and may have it
            raise
        return found

    def _special(
        self, source: ClassSource, values: Mapping[str, Any], shape: Shape, path: str
    ) -> PlannedClass:
        """A class with the numbers of one use in it; equal uses share it."""
        block = source.block
        params = tuple(p for p in block.params if is_open(values[p.name.text]))
        opened = {param.name.text: name_of(param) for param in params}
        env: dict[str, Value | Expr] = {**values, **opened}
        inner = shape
        if not is_size(shape[0]):
            inner = (Name(IN_NAME[len(shape)]), *shape[1:])
        env[IN_CHANNELS] = inner[0]
        if source.outer is not None:
            env[IN_CHANNELS] = env.get(BLOCK_CHANNELS, source.outer)
        key = (id(block.form), tuple(env.items()), inner)
        if key not in self.special:
            name = self._name(block.name.text)
            self.given.add(name)
            self.special[key] = self._class(block, name, env, inner, path, params)
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
    ) -> PlannedClass:
        walker = FormWalker(
            self.graph,
            env,
            self.use,
            frozenset(inputs_named_in(layers_in(block.form))),
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
        walker.forward += lines(flow.code, METHOD_DEPTH, "return ")
        takes_input = not is_size(shape[0])
        arguments = [ParamPlan(IN_NAME[len(shape)], "int")] if takes_input else []
        plan = ClassPlan(
            name=name,
            doc=docstring(
                block.doc or described(block),
                f"{shape_text(shape)} -> {shape_text(out)}",
            ),
            params=(*arguments, *signature(params)),
            init=tuple(walker.init),
            forward=_returning(walker.forward),
        )
        return PlannedClass(
            plan=plan,
            shape=out,
            params=params,
            takes_input=takes_input,
            uses=tuple(uses),
            guesses=walker.guesses,
        )


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
