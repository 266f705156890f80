"""Layers that name an op or a block: its arguments, and what they must agree with."""

from __future__ import annotations

from collections.abc import Iterable

from pmgen.language.arguments import argument_kinds
from pmgen.language.keys import LAYER_KEYS
from pmgen.language.spec import MAX_JOINED, Arg, Block, Call, Ident, Layer
from pmgen.load.tree import Entry, Mapping, Scalar
from pmgen.ops import OPS
from pmgen.ops.definition import OpDef
from pmgen.parse.context import Context
from pmgen.parse.modifiers import (
    check_bias,
    listed,
    parse_after,
    parse_allow,
    parse_flow,
    parse_init,
)
from pmgen.parse.values import parse_args, report_missing
from pmgen.parse.words.arguments import meant_by, unwrapped
from pmgen.parse.words.ops import MeantOp, meant_op


def parse_op_layer(
    name: Ident, mapping: Mapping, op: Entry, context: Context, skip: Iterable[str]
) -> Layer | None:
    """A layer that is an op or a block with its arguments; None after a diagnostic that
    leaves nothing of it."""
    if not isinstance(op.value, Scalar) or not isinstance(op.value.value, str):
        context.wrong_kind(
            op.value,
            "`op` is the name of an op or block",
            f"as in `op: {next(iter(OPS))}`",
        )
        return None
    title = op.value.value
    owner: OpDef | Block | None = context.blocks.get(title) or OPS.get(title)
    if owner is not None:
        return _call(name, mapping, op, owner, context, skip)
    meant = meant_op(title, mapping, context.blocks)
    context.diagnostics.error(
        "PM202",
        f"there is no op or block `{title}`",
        op.value.span,
        help=meant.help,
        notes=meant.notes,
    )
    if meant.op is not None:  # for the mistakes in the rest
        _call(name, mapping, op, meant.op, context, skip, meant)
    else:
        parse_after(mapping, context)
        parse_flow(mapping, context)
    return None


def _call(
    name: Ident,
    mapping: Mapping,
    op: Entry,
    owner: OpDef | Block,
    context: Context,
    skip: Iterable[str],
    meant: MeantOp | None = None,
) -> Layer | None:
    """A layer of the op or block `owner`. `meant` says how it came to that, where the
    layer does not name it."""
    title = owner.name if isinstance(owner, OpDef) else owner.name.text
    skip = [*skip, op.name, *(meant.settled if meant else ())]
    defaults = context.defaults.get(title) if isinstance(owner, OpDef) else None
    typed = _typed_args(mapping, defaults, owner, skip)
    if meant is not None:
        _report_renamed(typed, meant, title, context)
    where, given = f"`{title}`", typed.values()
    args = parse_args(
        given, owner, context, where=where, extra_keys=LAYER_KEYS, beside=mapping
    )
    first = _parse_first(mapping, owner, where, context)
    written = {*typed, *(meant.given if meant else ())}
    assert isinstance(op.value, Scalar)
    report_missing(owner, title, written, op.value, context)
    joins = isinstance(owner, OpDef) and owner.many_inputs
    if joins:
        _refuse_repeat(mapping, where, context)
    norm, act = parse_after(mapping, context, defaults)
    init = parse_init(mapping, defaults, owner, context)
    check_bias(mapping, args, context)
    inputs, when, repeat = parse_flow(mapping, context)
    if joins and mapping.get("from") is None:
        if all(meant_by(word, LAYER_KEYS) != "from" for word in typed):
            way = "name its inputs: `from: [conv1, conv2]`"
            context.missing_key("from", where, op.value.span, way)
        return None
    if inputs and len(inputs) > MAX_JOINED:
        way = "join some of them first, in layers of their own"
        context.too_many("inputs", MAX_JOINED, inputs[MAX_JOINED].span, way)
        return None
    if inputs and joins != (len(inputs) > 1):
        _report_inputs(inputs, joins, where, context)
        return None
    return Layer(
        name=name,
        body=Call(title, op.value.span, args, init),
        norm=norm,
        act=act,
        inputs=inputs,
        when=when,
        repeat=repeat,
        first=first,
        allow=parse_allow(mapping, context),
    )


def _report_renamed(
    typed: dict[str, Entry], meant: MeantOp, title: str, context: Context
) -> None:
    """Arguments whose name means another here; they are taken out of `typed`."""
    for name, ours in meant.renames.items():
        entry = typed.pop(name, None)
        if entry is not None:
            context.diagnostics.error(
                "PM203",
                f"`{name}` is another argument of `{title}`",
                entry.key.span,
                help=f"did you mean `{ours}`?",
            )


def _typed_args(
    mapping: Mapping,
    defaults: Mapping | None,
    owner: OpDef | Block,
    skip: Iterable[str],
) -> dict[str, Entry]:
    """The entries that are arguments, by name; those of the layer before defaults."""
    own = argument_kinds(owner)  # an op's argument may have the name of such a key
    keys = [key for key in (*LAYER_KEYS, *skip) if key not in own]
    entries = unwrapped((*(defaults or ()), *mapping))
    return {entry.name: entry for entry in entries if entry.name not in keys}


def _parse_first(
    mapping: Mapping, owner: OpDef | Block, where: str, context: Context
) -> dict[str, Arg]:
    """The arguments of the first of a `repeat`, where they differ."""
    entry = mapping.get("first")
    if entry is None:
        return {}
    inner = context.as_mapping(entry.value, "`first`")
    first = parse_args(inner or (), owner, context, where=where)
    if mapping.get("repeat") is None:
        context.diagnostics.error(
            "PM107",
            "`first` overrides the first of several, but nothing repeats",
            entry.key.span,
            help="add `repeat`, or give the arguments to the layer itself",
        )
    return first


def _refuse_repeat(mapping: Mapping, where: str, context: Context) -> None:
    repeat = mapping.get("repeat")
    if repeat is not None:
        context.diagnostics.error(
            "PM107",
            f"{where} joins several inputs, so it cannot repeat",
            repeat.key.span,
            help="leave `repeat` out",
        )


def _report_inputs(
    inputs: tuple[Ident, ...], joins: bool, where: str, context: Context
) -> None:
    """One input where several are joined, or several where one is taken."""
    if joins:
        context.diagnostics.error(
            "PM106",
            f"{where} joins several inputs, but `from` names one",
            inputs[0].span,
            help=f"name each, the layer before too: `from: [{inputs[0].text}, ...]`",
        )
    else:
        context.diagnostics.error(
            "PM106",
            f"{where} takes one input",
            inputs[1].span,
            help=f"join them first, by {listed(lambda op: op.many_inputs)}",
        )
