"""Graph -> ModulePlan: which classes there are, and what each is made of.

A block becomes one class with `in_channels` and its parameters as arguments. Where that
cannot be written (a Linear behind an image of unknown size), as few facts as can be
become numbers in it, and the block has a class for each of their values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from pmgen.expand.graph import Graph, Region
from pmgen.expressions.expression import Expr, Name, Value
from pmgen.language.names import BLOCK_CHANNELS
from pmgen.language.spec import IN_CHANNELS, Block, Call, Param
from pmgen.language.visit import inputs_named_in, layers_in
from pmgen.ops.definition import OPEN_SIZES, Shape, is_size
from pmgen.plan.body.calls import UNDECIDED, Env, NotSymbolic, name_of
from pmgen.plan.body.flow import Inline
from pmgen.plan.body.unread import without_unread
from pmgen.plan.body.uses import Uses
from pmgen.plan.body.walker import FormWalker
from pmgen.plan.docs import described, docstring, file_header, shape_text
from pmgen.plan.layout import Code
from pmgen.plan.model_class import plan_model
from pmgen.plan.open_params import free_params
from pmgen.plan.plans import ClassPlan, ModulePlan, Note, ParamPlan
from pmgen.plan.signature import IN_NAME, call_values, is_open, signature
from pmgen.plan.sources import (
    SIZES,
    ClassSource,
    Decision,
    Decisions,
    PlannedClass,
    captured,
    names_of,
)


def plan_module(
    graph: Graph, *, standalone: bool = False, build_note: str = ""
) -> ModulePlan:
    """The plan of the generated file. `build_note` says what `--set` changed.

    Raises NameClash where two attributes of one class would share a name.
    """
    planned, model = _plan_classes(graph)
    return ModulePlan(
        file_header(graph, build_note),
        graph.spec.name.text,
        (
            *(item.plan for item in planned),
            replace(model, forward=without_unread(model.forward)),
        ),
        standalone,
        tuple(_notes(planned)),
    )


def _notes(planned: Sequence[PlannedClass]) -> Iterator[Note]:
    """Why a block became several classes, once a block."""
    found: dict[int, list[PlannedClass]] = {}
    for item in planned:
        found.setdefault(id(item.block.form), []).append(item)
    for items in found.values():
        block, count = items[0].block, len(items)
        reasons = [item.decision for item in items if item.decision.fixed]
        if count > 1 and reasons:
            yield reasons[0].note(block, count)
        elif len({item.rank for item in items}) > 1:
            text = f"block `{block.name.text}` becomes {count} classes, because"
            why = "images come in at some of its uses, and features at others"
            yield Note(block.name.span, f"{text} {why}")


Classes: TypeAlias = "tuple[list[PlannedClass], ClassPlan]"  # the blocks', the model's


def _plan_classes(graph: Graph) -> Classes:
    """All classes, with as many open parameters of the model as can be.

    A parameter that sets a size may decide structure further on, as where the channels
    that it sets decide a `repeat` by `$in_channels`; then it is fixed.
    """
    wanted = free_params(graph.spec)
    decisions: Decisions = {}
    classes = _classes(graph, wanted, decisions)
    if classes is not None:
        return classes
    kept: frozenset[str] = frozenset()
    classes = _classes(graph, kept, decisions)
    for name in (param.name.text for param in graph.spec.params):
        more = _classes(graph, kept | {name}, decisions) if name in wanted else None
        if more is not None:
            kept, classes = kept | {name}, more
    assert classes is not None, "a network whose numbers are all known has classes"
    return classes


def _classes(
    graph: Graph, free: frozenset[str], decisions: Decisions
) -> Classes | None:
    """All classes with these parameters open, or None where they cannot be."""
    while True:
        before = len(decisions)
        planner = _ModulePlanner(graph, decisions)
        try:
            model = plan_model(graph, planner.use, free)
        except UNDECIDED:
            return None
        tried = list(decisions.values())[before:]
        if not any(decision.fixed for decision in tried):
            return planner.ordered(), model


@dataclass(frozen=True)
class _Frame:
    """A class that is being written: what it uses, the places that it serves, whether
    it knows the height and width that come in."""

    uses: Uses
    sized: bool
    used: list[PlannedClass] = field(default_factory=list)


class _ModulePlanner:
    """The classes of one module. `decisions` outlive it, so that what was tried for
    them leaves no trace in the names that it gives."""

    def __init__(self, graph: Graph, decisions: Decisions) -> None:
        self.graph = graph
        self.spec = graph.spec
        self.decisions = decisions
        self.made: dict[tuple[Any, ...], PlannedClass] = {}
        self.regions: dict[int, list[Region]] = {}
        for region in graph.regions:
            if region.own_class:
                self.regions.setdefault(id(region.form), []).append(region)
        self.reserved = {self.spec.name.text, *self.spec.blocks}
        self.given: set[str] = set()
        self.frames = [_Frame(Uses(graph), sized=True)]

    def ordered(self) -> list[PlannedClass]:
        """The classes that the model uses, each behind those that it uses itself."""
        found: dict[int, PlannedClass] = {}

        def visit(item: PlannedClass) -> None:
            if id(item) not in found:
                for used in item.uses:
                    visit(used)
                found[id(item)] = item

        for item in self.frames[0].used:
            visit(item)
        return list(found.values())

    def use(
        self, body: Call | Inline, env: Env, shape: Shape, label: str, around: Uses
    ) -> tuple[Code, Shape]:
        """How a class is constructed at one place, and the shape that comes out."""
        if isinstance(body, Call):
            source = ClassSource(self.spec.blocks[body.name])
            values = call_values(source.block.params, body, env)
        else:
            source, values = captured(body, label, env, self.spec.blocks)
        decision = self._decision(source, len(shape))
        facts = source.facts(values, shape)
        fixed = {name: facts[name] for name in decision.fixed}
        frame = self.frames[-1]
        for name, value in fixed.items():
            if is_open(value) if name != SIZES else not frame.sized:
                raise NotSymbolic(decision.why, decision.span)
        found = self._class_for(source, len(shape), fixed, decision)
        frame.used.append(found)
        return found.construct(values, shape, around)

    def _decision(self, source: ClassSource, rank: int) -> Decision:
        """Which facts the classes of a source must know as numbers. Raises UNDECIDED
        where nothing uses it, so that nothing can be tried."""
        key = (source.key, rank)
        if key not in self.decisions:
            self.decisions[key] = self._decide(source, rank)
        return self.decisions[key]

    def _decide(self, source: ClassSource, rank: int) -> Decision:
        try:
            self._try(source, rank, ())
            return Decision()
        except UNDECIDED as error:
            reason = error
        uses = self._uses(source, rank)
        if not uses:
            raise reason
        names = list(source.facts_of(uses[0]))
        for name in tuple(names):
            rest = [other for other in names if other != name]
            try:
                self._try(source, rank, rest)
                names = rest
            except UNDECIDED:
                pass  # it decides something, and stays
        why = reason.why if isinstance(reason, NotSymbolic) else str(reason)
        span = reason.span if isinstance(reason, NotSymbolic) else None
        return Decision(tuple(names), why, span or source.block.name.span)

    def _try(self, source: ClassSource, rank: int, names: Sequence[str]) -> None:
        """Write all classes of a source that know these facts. Raises UNDECIDED."""
        facts = [source.facts_of(use) for use in self._uses(source, rank)]
        for fixed in [{n: f[n] for n in names} for f in facts] or [{}]:
            self._class_for(source, rank, fixed, Decision())

    def _uses(self, source: ClassSource, rank: int) -> list[Region]:
        found = self.regions.get(id(source.block.form), [])
        return [u for u in found if source.covers(u) and len(u.in_shape) == rank]

    def _class_for(
        self,
        source: ClassSource,
        rank: int,
        fixed: Mapping[str, Any],
        decision: Decision,
    ) -> PlannedClass:
        """The class for all uses with these facts."""
        key = (source.key, rank, tuple(fixed.items()))
        if key not in self.made:
            self.made[key] = self._make(source, rank, fixed, decision)
        return self.made[key]

    def _make(
        self,
        source: ClassSource,
        rank: int,
        fixed: Mapping[str, Any],
        decision: Decision,
    ) -> PlannedClass:
        block = source.block
        served = []
        uses = self._uses(source, rank)
        for use in uses:
            facts = source.facts_of(use)
            if all(facts[name] == value for name, value in fixed.items()):
                served.append(use)
        reason = decision.told(fixed) if len(served) < len(uses) else ""
        places = Uses(self.graph, tuple(served), tuple(map(names_of, served)))
        env: dict[str, Value | Expr] = dict(source.fixed)
        for param in block.params:
            env[param.name.text] = fixed.get(param.name.text, name_of(param))
        incoming = fixed.get(IN_NAME[rank], Name(IN_NAME[rank]))
        sizes = OPEN_SIZES if rank == 3 else ()
        shape: Shape = (incoming, *fixed.get(SIZES, sizes))
        env[IN_CHANNELS] = incoming
        if source.outer is not None:
            env[IN_CHANNELS] = env.get(BLOCK_CHANNELS, source.outer)
        params = tuple(p for p in block.params if p.name.text not in fixed)
        name = self._name(block.name.text)
        self.given.add(name)
        self.frames.append(_Frame(places, sized=SIZES in fixed))
        try:
            found = self._class(block, name, env, shape, params, reason, decision)
            found.hold_against(places)
        except UNDECIDED:
            self.given.discard(name)
            raise
        finally:
            self.frames.pop()
        return found

    def _name(self, base: str) -> str:
        """A class name that is not taken: the block's own, then with a number, set
        apart where it would run into a number of the block's or look like another's."""
        own = self.spec.blocks.get(base)
        like = any(re.fullmatch(rf"{base}\d+", name) for name in self.reserved)
        stem = f"{base}V" if like or base[-1].isdigit() else base
        name, number = base, 1
        while name in self.given or (name in self.reserved and own is None):
            number += 1
            name = f"{stem}{number}"
            own = None
        return name

    def _class(
        self,
        block: Block,
        name: str,
        env: Env,
        shape: Shape,
        params: tuple[Param, ...],
        reason: str,
        decision: Decision,
    ) -> PlannedClass:
        frame = self.frames[-1]
        walker = FormWalker(
            self.graph,
            env,
            self.use,
            frozenset(inputs_named_in(layers_in(block.form))),
            frozenset(p.name.text for p in params),
            frame.uses,
        )
        try:
            start, place = walker.start(None, shape)
            flow = walker.form(block.form, start, place)
            flow = walker.after(block.norm, block.act, flow, "", place.target)
        except NotSymbolic as error:
            error.span = error.span or walker.span
            raise
        out = flow.shape
        walker.give(flow.code)
        takes_input = not is_size(shape[0])
        arguments = [ParamPlan(IN_NAME[len(shape)], "int")] if takes_input else []
        doc = block.doc or described(block)
        if reason:
            doc = f"{doc.rstrip('. ')}. {reason}"
        plan = ClassPlan(
            name=name,
            doc=docstring(doc, f"{shape_text(shape)} -> {shape_text(out)}"),
            params=(*arguments, *signature(params)),
            init=tuple(walker.init),
            forward=without_unread(walker.forward),
        )
        return PlannedClass(
            plan=plan,
            block=block,
            rank=len(shape),
            decision=decision,
            shape=out,
            params=params,
            takes_input=takes_input,
            uses=tuple(frame.used),
            assumed=tuple(frame.uses.assumed),
        )
