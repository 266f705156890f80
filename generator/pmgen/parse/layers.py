"""Layers and the three forms that hold them: series, branches, residual."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pmgen.diagnostics.suggest import did_you_mean, nearest
from pmgen.language.arguments import argument_kinds
from pmgen.language.keys import (
    AFTER_KEYS,
    BRANCH_KEYS,
    FLOW_KEYS,
    FORM_KEYS,
    LAYER_KEYS,
    PLACE_KEYS,
    RESIDUAL_KEYS,
    SHORTCUTS,
)
from pmgen.language.names import why_not_a_layer, why_not_a_name
from pmgen.language.spec import (
    Arg,
    Block,
    Branch,
    Branches,
    Call,
    Form,
    Ident,
    Layer,
    Residual,
    Series,
)
from pmgen.load.tree import Entry, Mapping, Node, Scalar, Sequence
from pmgen.ops import MERGES, OPS
from pmgen.ops.definition import OpDef
from pmgen.ops.kinds import integer, truth
from pmgen.parse.context import Context, mistyped
from pmgen.parse.modifiers import check_bias, listed, parse_after, parse_init
from pmgen.parse.values import (
    meant_by,
    parse_arg,
    parse_args,
    report_missing,
)


def parse_series(node: Node, what: str, context: Context) -> Series | None:
    """A mapping of names to layers."""
    mapping = context.as_mapping(node, what)
    if mapping is None:
        return None
    layers = tuple(parse_layer(entry, context) for entry in mapping)
    return Series(layers, mapping.span)


def parse_layer(
    entry: Entry, context: Context, extra_keys: Iterable[str] = ()
) -> Layer:
    """One layer: its op or form, and what surrounds it. Broken after a diagnostic."""
    name = context.ident(entry.key, "a layer", why_not_a_layer)
    before = context.diagnostics.reported
    layer = _layer(name, entry, context, extra_keys)
    if layer is None:
        return broken_layer(name)
    return replace(layer, broken=context.diagnostics.reported > before)


def broken_layer(name: Ident) -> Layer:
    """A layer of which nothing is known but its name."""
    return Layer(name, Series((), name.span), broken=True)


def _layer(
    name: Ident, entry: Entry, context: Context, extra_keys: Iterable[str]
) -> Layer | None:
    if isinstance(entry.value, Scalar):
        text = entry.value.text
        known = text in OPS or text in context.blocks
        context.wrong_kind(
            entry.value,
            f"layer `{name.text}` is a mapping of names to values",
            f"write `{name.text}: {{op: {text if known else '...'}}}`",
        )
        return None
    mapping = context.as_mapping(entry.value, f"layer `{name.text}`")
    if mapping is None:
        return None
    for key in PLACE_KEYS:
        place = mapping.get(key)
        if place is not None:
            context.diagnostics.error(
                "PM112",
                f"`{key}` places a new layer of a variant, but nothing is extended",
                place.key.span,
                help="the order of layers is the order of the file",
            )
    forms = [e for e in mapping if e.name in FORM_KEYS]
    op = mapping.get("op")
    if op is None and not forms:
        kinds = ("op", *FORM_KEYS)
        meant = [e for e in mapping if nearest(e.name, kinds) is not None]
        if meant:
            context.unknown_key(meant[0], kinds, f"layer `{name.text}`")
            return None
        if torn := next((e for e in mapping if e.name.startswith("op:")), None):
            context.unknown_key(
                torn, (), f"layer `{name.text}`", "put a space behind the `:`"
            )
            return None
        context.missing_key(
            "op",
            f"layer `{name.text}`",
            entry.key.span,
            f"name an op or block (`op: {next(iter(OPS))}`), or write `layers`, "
            "`branches` or `residual` inline",
        )
        return None
    if op is not None and forms:
        context.diagnostics.error(
            "PM107",
            f"layer `{name.text}` has both `op` and `{forms[0].name}`",
            forms[0].key.span,
            help="keep one of them",
        )
        return None
    skip = (*PLACE_KEYS, *extra_keys)
    if op is not None:
        return _op_layer(name, mapping, op, context, skip)
    form = parse_form(mapping, f"layer `{name.text}`", entry.key, context)
    allowed = (*FORM_KEYS, *BRANCH_KEYS, *AFTER_KEYS, *FLOW_KEYS, *skip)
    context.check_keys(
        mapping,
        allowed,
        f"layer `{name.text}`",
        "an inline form takes no arguments; a block does",
    )
    first = mapping.get("first")
    if first is not None:
        context.diagnostics.error(
            "PM107",
            "`first` changes arguments, which an inline form does not have",
            first.key.span,
            help="make it a block with parameters",
        )
    if form is None:
        return None
    norm, act = parse_after(mapping, context)
    return Layer(name, form, norm, act, *_flow(mapping, context))


def _op_layer(
    name: Ident, mapping: Mapping, op: Entry, context: Context, skip: Iterable[str]
) -> Layer | None:
    if not isinstance(op.value, Scalar) or not isinstance(op.value.value, str):
        context.wrong_kind(
            op.value,
            "`op` is the name of an op or block",
            f"as in `op: {next(iter(OPS))}`",
        )
        return None
    title = op.value.value
    owner: OpDef | Block | None = context.blocks.get(title) or OPS.get(title)
    if owner is None:
        context.diagnostics.error(
            "PM202",
            f"there is no op or block `{title}`",
            op.value.span,
            help=_op_help(title, context),
        )
        parse_after(mapping, context)
        _flow(mapping, context)
        return None
    defaults = context.defaults.get(title) if isinstance(owner, OpDef) else None
    own = argument_kinds(owner)  # an op's argument may have the name of such a key
    keys = [key for key in (*LAYER_KEYS, *skip) if key not in own]
    typed = {e.name: e for e in (defaults or ()) if e.name not in keys}
    typed.update({e.name: e for e in mapping if e.name not in keys})
    where = f"`{title}`"
    args = parse_args(
        typed.values(), owner, context, where=where, extra_keys=LAYER_KEYS
    )
    first: dict[str, Arg] = {}
    first_entry = mapping.get("first")
    if first_entry is not None:
        inner = context.as_mapping(first_entry.value, "`first`")
        if inner is not None:
            first = parse_args(inner, owner, context, where=where)
        if mapping.get("repeat") is None:
            context.diagnostics.error(
                "PM107",
                "`first` overrides the first of several, but nothing repeats",
                first_entry.key.span,
                help="add `repeat`, or give the arguments to the layer itself",
            )
    report_missing(owner, title, typed, op.value, context)
    repeat = mapping.get("repeat")
    if repeat is not None and isinstance(owner, OpDef) and owner.many_inputs:
        context.diagnostics.error(
            "PM107",
            f"{where} joins several inputs, so it cannot repeat",
            repeat.key.span,
            help="leave `repeat` out",
        )
    norm, act = parse_after(mapping, context, defaults)
    init = parse_init(mapping, defaults, owner, context)
    check_bias(mapping, args, context)
    body = Call(title, op.value.span, args, init)
    flow = _flow(mapping, context)
    if isinstance(owner, OpDef) and owner.many_inputs and mapping.get("from") is None:
        if any(meant_by(word, LAYER_KEYS) == "from" for word in typed):
            return None
        context.missing_key(
            "from",
            where,
            op.value.span,
            "name its inputs: `from: [conv1, conv2]`",
        )
        return None
    if flow[0] and len(flow[0]) == 1 and getattr(owner, "many_inputs", False):
        context.diagnostics.error(
            "PM106",
            f"{where} joins several inputs, but `from` names one",
            flow[0][0].span,
            help=f"name each, the layer before too: `from: [{flow[0][0].text}, ...]`",
        )
        return None
    if flow[0] and len(flow[0]) > 1 and not getattr(owner, "many_inputs", False):
        context.diagnostics.error(
            "PM106",
            f"{where} takes one input",
            flow[0][1].span,
            help=f"join them first, by {listed(lambda op: op.many_inputs)}",
        )
        return None
    return Layer(name, body, norm, act, *flow, first)


def _op_help(title: str, context: Context) -> str | None:
    known = [*context.blocks, *OPS]
    return did_you_mean(title, known) or (
        "an op is called as its class in Paddle; blocks are declared under `blocks`"
    )


def _flow(
    mapping: Mapping, context: Context
) -> tuple[tuple[Ident, ...] | None, Arg | None, Arg | None]:
    return (
        _parse_from(mapping.get("from"), context),
        _parse_one(mapping.get("when"), truth(), context),
        _parse_one(mapping.get("repeat"), integer(1), context),
    )


def _parse_one(entry: Entry | None, kind: object, context: Context) -> Arg | None:
    return None if entry is None else parse_arg(entry.value, kind, context)  # type: ignore[arg-type]


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
        text = context.as_text(node, "a layer's name in `from`")
        if text is None:
            return None
        names.append(Ident(text, node.span))
    return tuple(names)


def parse_form(
    mapping: Mapping, where: str, key: Scalar, context: Context
) -> Form | None:
    """The one of `layers`, `branches` and `residual` that the mapping holds."""
    forms = [e for e in mapping if e.name in FORM_KEYS]
    if not forms:
        if not any(mistyped(mapping, form, FORM_KEYS) for form in FORM_KEYS):
            context.missing_key(
                "layers", where, key.span, "or else `branches` or `residual`"
            )
        return None
    if len(forms) > 1:
        context.diagnostics.error(
            "PM107",
            f"{where} has both `{forms[0].name}` and `{forms[1].name}`",
            forms[1].key.span,
            help="keep one of them; forms nest, so one may hold the other",
        )
        return None
    (entry,) = forms
    if entry.name != "branches":
        for name in BRANCH_KEYS:
            stray = mapping.get(name)
            if stray is not None:
                context.diagnostics.error(
                    "PM107",
                    f"`{name}` belongs to `branches`",
                    stray.key.span,
                    help="leave it out",
                )
    if entry.name == "layers":
        return parse_series(entry.value, "`layers`", context)
    if entry.name == "branches":
        return _parse_branches(entry, mapping, where, context)
    return _parse_residual(entry, context)


def _parse_branches(
    entry: Entry, mapping: Mapping, where: str, context: Context
) -> Branches | None:
    inner = context.as_mapping(entry.value, "`branches`")
    merge, split = mapping.get("merge"), mapping.get("split")
    if merge is None:
        context.missing_key(
            "merge",
            where,
            entry.key.span,
            "say how the branches join: `merge: concat`, `add` or `multiply`",
        )
    if inner is None or merge is None:
        return None
    how = context.as_text(merge.value, "`merge`")
    if how is not None and how not in MERGES:
        context.diagnostics.error(
            "PM202",
            f"there is no merge `{how}`",
            merge.value.span,
            help=did_you_mean(how, MERGES),
        )
        how = None
    parts = bool(split and context.as_truth(split.value, "`split`"))
    branches: list[Branch] = []
    for branch in inner:
        name = context.ident(branch.key, "a branch", why_not_a_name)
        path = parse_series(branch.value, f"branch `{name.text}`", context)
        if path is not None:
            branches.append(Branch(name, path))
    if len(inner) < 2:
        context.diagnostics.error(
            "PM106",
            "`branches` holds at least two",
            entry.key.span,
            help="an empty branch `{}` is the identity; one path alone is `layers`",
        )
        return None
    if how is None or len(branches) < len(inner):
        return None
    return Branches(tuple(branches), how, entry.key.span, parts)


def _parse_residual(entry: Entry, context: Context) -> Residual | None:
    inner = context.as_mapping(entry.value, "`residual`")
    if inner is None:
        return None
    context.check_keys(inner, RESIDUAL_KEYS, "`residual`")
    body = inner.get("body")
    if body is None and mistyped(inner, "body", RESIDUAL_KEYS):
        return None
    if body is None:
        context.missing_key(
            "body",
            "`residual`",
            entry.key.span,
            "`body` holds the layers beside the shortcut",
        )
        return None
    shortcut: Series | str | None = "identity"
    given = inner.get("shortcut")
    if given is not None and isinstance(given.value, Scalar):
        shortcut = given.value.text
        if shortcut not in SHORTCUTS:
            context.diagnostics.error(
                "PM202",
                f"there is no shortcut `{shortcut}`",
                given.value.span,
                help=did_you_mean(shortcut, SHORTCUTS),
            )
            shortcut = None
    elif given is not None:
        shortcut = parse_series(given.value, "`shortcut`", context)
    series = parse_series(body.value, "`body`", context)
    if series is None or shortcut is None:
        return None
    if given is not None and isinstance(shortcut, Series):
        for layer in series.layers:
            if layer.name.text == given.name:  # their layers would share their names
                where = layer.name.span
                context.collision(given.name, where, given.key.span, "the other side")
    return Residual(series, shortcut, entry.key.span)
