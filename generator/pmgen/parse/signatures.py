"""`params`: the parameters of the model and of its blocks."""

from __future__ import annotations

from pmruntime.suggest import nearest

from pmgen.expressions.expression import Const
from pmgen.language.keys import BODY_KEYS, LAYER_KEYS, PLACE_KEYS
from pmgen.language.names import why_not_a_param
from pmgen.language.spec import Ident, Param
from pmgen.language.types import LIST, PARAM_TYPES, type_of
from pmgen.load.tree import Entry, Node, Scalar, Sequence
from pmgen.ops import NAMED_ACTIVATIONS
from pmgen.ops.synonyms.names import TYPES
from pmgen.parse.context import Context
from pmgen.parse.values import parse_arg
from pmgen.parse.words.keys import named_help


def parse_params(
    entry: Entry | None, context: Context, *, need_default: bool
) -> tuple[Param, ...]:
    """The parameters under `params`; those of a model `need_default`. What is wrong is
    reported, and stays a parameter of unknown type, so that its uses are no mistakes.
    """
    if entry is None:
        return ()
    if isinstance(entry.value, Sequence):
        return _listed(entry.value, context, need_default)
    params: list[Param] = []
    for item in context.as_mapping(entry.value, "`params`") or ():
        name = context.ident(item.key, "a parameter", why_not_a_param)
        if item.name in (*LAYER_KEYS, *BODY_KEYS, *PLACE_KEYS):
            context.diagnostics.error(
                "PM201",
                f"`{item.name}` cannot name a parameter",
                item.key.span,
                help="it is a key of every layer; choose another name",
            )
        param = _param(name, item.value, context, need_default)
        params.append(param or Param(name, type=None))
    return tuple(params)


def _listed(node: Sequence, context: Context, need_default: bool) -> tuple[Param, ...]:
    """Names alone, without a type or a default: reported once."""
    words = [i for i in node.items if isinstance(i, Scalar) and i.value is not None]
    value = "10" if need_default else "int"
    names = ", ".join(f"{item.text}: {value}" for item in words)
    context.wrong_kind(
        node,
        "`params` is a mapping of names to values",
        f"give each a {'default' if need_default else 'type'}: "
        f"`{{{names or f'width: {value}'}}}`",
    )
    return tuple(Param(Ident(item.text, item.span), type=None) for item in words)


def _param(
    name: Ident, node: Node, context: Context, need_default: bool
) -> Param | None:
    """A parameter by its type or its default; None after a diagnostic."""
    if isinstance(node, Sequence):
        arg = parse_arg(node, PARAM_TYPES[LIST], context)
        if arg is None or not isinstance(arg.value, Const):
            return None
        return Param(name, LIST, arg.value.value)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return _text_param(name, node, node.value, context, need_default)
    if isinstance(node, Scalar) and node.value is not None:
        return Param(name, type_of(node.value), node.value)
    example = f"{name.text}: 10" if need_default else f"{name.text}: int"
    context.wrong_kind(node, "a parameter is a type or a default", f"as in `{example}`")
    return None


def _text_param(
    name: Ident, node: Scalar, text: str, context: Context, need_default: bool
) -> Param | None:
    """A parameter given by a type's name, or by a default that is a text."""
    if text in PARAM_TYPES and not need_default:
        return Param(name, text)
    kind = type_of(text)
    code = "PM301"
    if text in PARAM_TYPES:
        code = "PM204"
        message = f"the parameter `{name.text}` of a model needs a default"
        help_text: str | None = f"write `{name.text}: 10`"
    elif "$" in text:
        message = f"a default is a plain value, but `{text}` is an expression"
        help_text = (
            "calculate where the parameter is used, as in "
            f"`out_channels: ${name.text} * 2`"
        )
    elif kind == "str" and not need_default and _bare(node):
        message = f"`{text}` is no type of a parameter"
        act = nearest(text, NAMED_ACTIVATIONS)
        near = named_help(text, PARAM_TYPES, TYPES)
        help_text = f"did you mean `{act}`?" if act else near
    else:
        return Param(name, kind, text)
    context.diagnostics.error(code, message, node.span, help=help_text)
    return None


def _bare(node: Scalar) -> bool:
    """True where the text was typed without quotes."""
    line = node.span.file.line(node.span.line)
    return line[node.span.column - 1 : node.span.column] not in ("'", '"')
