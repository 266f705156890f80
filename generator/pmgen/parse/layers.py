"""Layers and the three forms that hold them: series, branches, residual."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pmgen.diagnostics.source import Span
from pmgen.language.keys import (
    AFTER_KEYS,
    ALLOW_KEYS,
    BRANCH_KEYS,
    FLOW_KEYS,
    FORM_KEYS,
    PLACE_KEYS,
    RESIDUAL_KEYS,
)
from pmgen.language.names import why_not_a_layer, why_not_a_name
from pmgen.language.spec import (
    MAX_JOINED,
    Branch,
    Branches,
    Form,
    Ident,
    Layer,
    Residual,
    Series,
    Shortcut,
)
from pmgen.load.tree import Entry, Mapping, Node, Scalar
from pmgen.ops import MERGES, OPS
from pmgen.ops.synonyms.names import MERGES as MERGE_WORDS
from pmgen.ops.synonyms.names import SHORTCUTS
from pmgen.parse.context import Context
from pmgen.parse.modifiers import parse_after, parse_allow, parse_flow
from pmgen.parse.op_layers import parse_op_layer
from pmgen.parse.words.arguments import op_entry
from pmgen.parse.words.keys import named_help


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
    return Layer(name=name, body=Series((), name.span), broken=True)


def _layer(
    name: Ident, entry: Entry, context: Context, extra_keys: Iterable[str]
) -> Layer | None:
    where = f"layer `{name.text}`"
    mapping = _layer_mapping(name, entry.value, context)
    if mapping is None:
        return None
    _refuse_places(mapping, context)
    forms = [e for e in mapping if e.name in FORM_KEYS]
    op = mapping.get("op")
    skip = (*PLACE_KEYS, *extra_keys)
    if op is None and not forms and (meant := op_entry(mapping)):
        context.unknown_key(meant, ("op",), where)
        op = meant  # for the mistakes in the rest
    if op is None and not forms:
        context.missing_key(
            "op",
            where,
            entry.key.span,
            f"name an op or block (`op: {next(iter(OPS))}`), or write `layers`, "
            "`branches` or `residual` inline",
        )
    elif op is None:
        return _inline_layer(name, mapping, where, entry.key.span, context, skip)
    elif not forms:
        return parse_op_layer(name, mapping, op, context, skip)
    else:
        context.diagnostics.error(
            "PM107",
            f"{where} has both `op` and `{forms[0].name}`",
            forms[0].key.span,
            help="keep one of them",
        )
    return None


def _layer_mapping(name: Ident, node: Node, context: Context) -> Mapping | None:
    if not isinstance(node, Scalar):
        return context.as_mapping(node, f"layer `{name.text}`")
    known = node.text in OPS or node.text in context.blocks
    context.wrong_kind(
        node,
        f"layer `{name.text}` is a mapping of names to values",
        f"write `{name.text}: {{op: {node.text if known else '...'}}}`",
    )
    return None


def _refuse_places(mapping: Mapping, context: Context) -> None:
    """`before` and `after` have a meaning only in a variant, and there the merge with
    the base has removed them."""
    for key in PLACE_KEYS:
        place = mapping.get(key)
        if place is not None:
            context.diagnostics.error(
                "PM112",
                f"`{key}` places a new layer of a variant, but nothing is extended",
                place.key.span,
                help="the order of layers is the order of the file",
            )


def _inline_layer(
    name: Ident,
    mapping: Mapping,
    where: str,
    at: Span,
    context: Context,
    skip: Iterable[str],
) -> Layer | None:
    """A layer that is a form written inline."""
    form = parse_form(mapping, where, at, context)
    allowed = (*FORM_KEYS, *BRANCH_KEYS, *AFTER_KEYS, *FLOW_KEYS, *ALLOW_KEYS)
    context.check_keys(
        mapping,
        (*allowed, *skip),
        where,
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
    inputs, when, repeat = parse_flow(mapping, context)
    return Layer(
        name=name,
        body=form,
        norm=norm,
        act=act,
        inputs=inputs,
        when=when,
        repeat=repeat,
        allow=parse_allow(mapping, context),
    )


def parse_form(mapping: Mapping, where: str, at: Span, context: Context) -> Form | None:
    """The one of `layers`, `branches` and `residual` that the mapping holds; None after
    a diagnostic. `where` and `at` are what holds it, in words and its place."""
    forms = [e for e in mapping if e.name in FORM_KEYS]
    if not forms:
        context.missing_key("layers", where, at, "or else `branches` or `residual`")
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
    if len(inner) > MAX_JOINED:
        at = inner.entries[MAX_JOINED].key.span
        way = "join some of them first, in branches of their own"
        context.too_many("branches", MAX_JOINED, at, way)
        return None
    how = context.as_text(merge.value, "`merge`")
    if how is not None and how not in MERGES:
        context.diagnostics.error(
            "PM202",
            f"there is no merge `{how}`",
            merge.value.span,
            help=named_help(how, MERGES, MERGE_WORDS),
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
    if body is None:
        context.missing_key(
            "body",
            "`residual`",
            entry.key.span,
            "`body` holds the layers beside the shortcut",
        )
        return None
    given = inner.get("shortcut")
    shortcut = _parse_shortcut(given.value, context) if given else Shortcut.IDENTITY
    series = parse_series(body.value, "`body`", context)
    if series is None or shortcut is None:
        return None
    if given is not None and isinstance(shortcut, Series):
        for layer in series.layers:
            if layer.name.text == given.name:  # their layers would share their names
                where = layer.name.span
                context.collision(given.name, where, given.key.span, "the other side")
    return Residual(series, shortcut, entry.key.span)


def _parse_shortcut(node: Node, context: Context) -> Series | Shortcut | None:
    if not isinstance(node, Scalar):
        return parse_series(node, "`shortcut`", context)
    words = [word.value for word in Shortcut]
    if node.text in words:
        return Shortcut(node.text)
    context.diagnostics.error(
        "PM202",
        f"there is no shortcut `{node.text}`",
        node.span,
        help=named_help(node.text, words, SHORTCUTS),
    )
    return None
