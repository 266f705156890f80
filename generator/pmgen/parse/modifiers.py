"""What goes with an op: `norm` and `act` behind it, `from`, `when` and `repeat` around
it, `init` for its parameters, and the `defaults` that a file sets for it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Map

from pmruntime.suggest import did_you_mean

from pmgen.diagnostics.codes import CODES, is_warning
from pmgen.diagnostics.diagnostic import Label
from pmgen.expressions.expression import Const
from pmgen.language.arguments import argument_kinds
from pmgen.language.keys import AFTER_KEYS
from pmgen.language.spec import Act, Arg, Block, Call, ChosenActivation, Ident
from pmgen.language.types import ACTIVATION, PARAM_TYPES
from pmgen.load.tree import Entry, Mapping, Node, Scalar, Sequence
from pmgen.ops import OPS
from pmgen.ops.definition import OpDef
from pmgen.ops.kinds import Kind, integer, truth
from pmgen.ops.synonyms.arguments import PARAMETERS
from pmgen.parse.context import Context
from pmgen.parse.values import (
    parse_arg,
    parse_args,
    parse_named_call,
)
from pmgen.parse.words import named
from pmgen.parse.words.typed import text_of


def parse_after(
    mapping: Mapping, context: Context, defaults: Mapping | None = None
) -> tuple[Call | None, Act | None]:
    """`norm` and `act`; `none` takes a default away."""
    norm = _after("norm", mapping, defaults)
    act = _after("act", mapping, defaults)
    return (
        None if norm is None else parse_named_call(norm, named.NORMALISATION, context),
        None if act is None else _parse_act(act, context),
    )


def _after(key: str, mapping: Mapping, defaults: Mapping | None) -> Node | None:
    entry = _own_or_default(key, mapping, defaults)
    if entry is None:
        return None
    none = isinstance(entry.value, Scalar) and entry.value.text == "none"
    return None if none else entry.value


def _own_or_default(
    key: str, mapping: Mapping, defaults: Mapping | None
) -> Entry | None:
    return mapping.get(key) or (defaults.get(key) if defaults else None)


def _parse_act(node: Node, context: Context) -> Act | None:
    if not _is_parameter(node):
        return parse_named_call(node, named.ACTIVATION, context)
    arg = parse_arg(node, PARAM_TYPES[ACTIVATION], context)
    return ChosenActivation(arg) if arg else None


def _is_parameter(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text.startswith("$")


def parse_flow(
    mapping: Mapping, context: Context
) -> tuple[tuple[Ident, ...] | None, Arg | None, Arg | None]:
    """`from`, `when` and `repeat`; None for each that is left out."""
    return (
        _parse_from(mapping.get("from"), context),
        _parse_one(mapping.get("when"), truth(), context),
        _parse_one(mapping.get("repeat"), integer(1), context),
    )


def _parse_one(entry: Entry | None, kind: Kind, context: Context) -> Arg | None:
    return None if entry is None else parse_arg(entry.value, kind, context)


def _parse_from(entry: Entry | None, context: Context) -> tuple[Ident, ...] | None:
    if entry is None:
        return None
    nodes = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
    if not nodes:
        context.wrong_kind(
            entry.value,
            "`from` names a layer or several",
            "leave it out for the layer before",
        )
        return None
    names: list[Ident] = []
    for node in nodes:
        text = node.value if isinstance(node, Scalar) else None
        if not isinstance(text, str):
            context.wrong_kind(
                node,
                "`from` names a layer or several",
                "name the layer; left out, `from` is the layer before",
            )
            return None
        names.append(Ident(text, node.span))
    return tuple(names)


def parse_allow(mapping: Mapping, context: Context) -> tuple[Ident, ...]:
    """The codes of warnings under `allow`; those of no warning are reported."""
    entry = mapping.get("allow")
    if entry is None:
        return ()
    if isinstance(entry.value, Mapping):
        example = entry.value.entries[0].name if len(entry.value) else "PM606"
        context.wrong_kind(
            entry.value,
            "`allow` lists the codes of warnings",
            f"write `allow: [{example}]`, and the reason behind it as a comment",
        )
        return ()
    listed = isinstance(entry.value, Sequence)
    nodes = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
    codes: list[Ident] = []
    for node in nodes:
        text = context.as_text(node, "a code in `allow`" if listed else "`allow`")
        if text is None:
            continue
        if is_warning(text):
            codes.append(Ident(text, node.span))
            continue
        known = [code for code in CODES if is_warning(code)]
        what = "the code of an error" if text in CODES else "no code of a warning"
        context.diagnostics.error(
            "PM301",
            f"`{text}` is {what}",
            node.span,
            help=(text not in CODES and did_you_mean(text, known))
            or "a warning has its code in front, as in `allow: "
            f"[{known[0]}]`; an error has to be mended",
        )
    return tuple(codes)


def parse_init(
    mapping: Mapping, defaults: Mapping | None, owner: OpDef | Block, context: Context
) -> dict[str, Call]:
    """The initializers of an op's own parameters, by `weight` and `bias`."""
    entry = _own_or_default("init", mapping, defaults)
    if entry is None or "init" in argument_kinds(owner):
        return {}
    names: tuple[str, ...] = ()
    if isinstance(owner, OpDef) and owner.weights is not None:
        names = owner.weights.names
    if not names:
        context.diagnostics.error(
            "PM203",
            "`init` has nothing to initialise here",
            entry.key.span,
            help=f"what takes it: {listed(_has_init)}",
        )
        return {}
    if _one_initializer(entry.value, names, context):
        return {}
    inner = entry.value
    assert isinstance(inner, Mapping)
    context.check_keys(inner, names, "`init`", words=PARAMETERS)
    calls: dict[str, Call] = {}
    for item in inner:
        if item.name in names:
            call = parse_named_call(item.value, named.INITIALIZER, context)
            if call is not None:
                calls[item.name] = call
    return calls


def _one_initializer(node: Node, names: tuple[str, ...], context: Context) -> bool:
    """Whether an initializer stands where those of each parameter are expected; it is
    reported."""
    written = named.translated(node, named.INITIALIZER)
    if written is None and isinstance(node, Mapping):
        if len(node) != 1 or node.entries[0].name not in named.INITIALIZER.known:
            return False
        written = text_of(node)
    known = (isinstance(node, Scalar) and node.text) or "..."
    context.wrong_kind(
        node,
        "`init` names a parameter for each initializer"
        if isinstance(node, Mapping)
        else "`init` is a mapping of names to values",
        f"did you mean `{{{names[0]}: {written}}}`?"
        if written
        else f"write `init: {{{names[0]}: {known}}}`",
    )
    return True


def check_bias(mapping: Mapping, args: Map[str, Arg], context: Context) -> None:
    """A layer's own `init` of a bias that the layer does not have."""
    entry, bias = mapping.get("init"), args.get("bias")
    inner = entry.value if entry else None
    given = inner.get("bias") if isinstance(inner, Mapping) else None
    if given is not None and bias is not None and bias.value == Const(False):
        context.diagnostics.error(
            "PM203",
            "there is no `bias` to initialise",
            given.key.span,
            related=[Label(bias.span, "it is left out here")],
            help="keep one of the two",
        )


def check_defaults(defaults: Mapping, context: Context) -> dict[str, Mapping]:
    """The `defaults` section: arguments per op, checked where they stand."""
    sections: dict[str, Mapping] = {}
    for entry in defaults:
        op = OPS.get(entry.name)
        if op is None:
            context.diagnostics.error(
                "PM202",
                f"there is no op `{entry.name}` to set defaults for",
                entry.key.span,
                help="a block has its defaults under its `params`"
                if entry.name in context.blocks
                else did_you_mean(entry.name, OPS),
            )
            continue
        inner = context.as_mapping(entry.value, f"the defaults of `{entry.name}`")
        if inner is None:
            continue
        own = argument_kinds(op)
        known = [*own, "init", *AFTER_KEYS]
        rest = [key for key in ("init", *AFTER_KEYS) if key not in own]
        arguments = [e for e in inner if e.name not in rest]
        parse_args(arguments, op, context, where=f"`{op.name}`", extra_keys=known)
        parse_after(inner, context)
        parse_init(inner, None, op, context)
        sections[entry.name] = inner
    return sections


def listed(chosen: Callable[[OpDef], bool]) -> str:
    """The ops that are chosen, as words of a help."""
    return ", ".join(f"`{op.name}`" for op in OPS.values() if chosen(op))


def _has_init(op: OpDef) -> bool:
    return op.weights is not None and bool(op.weights.names)
