"""Values: arguments of ops, blocks, activations and initializers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pmruntime.suggest import did_you_mean, nearest

from pmgen.expressions.expression import (
    Const,
    Expr,
    names_in,
)
from pmgen.expressions.functions import FUNCTIONS
from pmgen.expressions.parser import ExpressionError, as_meant, parse_expression
from pmgen.language.arguments import argument_kinds, missing_args
from pmgen.language.spec import Arg, Block, Call
from pmgen.load.tree import Entry, Node, Scalar, Sequence
from pmgen.load.tree import Mapping as TreeMapping
from pmgen.ops import USUAL_ACTIVATION
from pmgen.ops.definition import OpDef
from pmgen.ops.kinds import Kind
from pmgen.ops.synonyms.meaning import folded
from pmgen.ops.synonyms.names import VALUES
from pmgen.parse.context import YES_AND_NO, Context
from pmgen.parse.words.arguments import argument_advice, meant_by
from pmgen.parse.words.named import (
    Family,
    is_nothing,
    lone_arguments,
    meaning_in,
    name_help,
    regrouped,
    translated,
)

_WORD = re.compile(r"(?<![$\w])[A-Za-z_]\w*")
_PAIR = re.compile(r"(\d+) ?[xX*×] ?(\d+)")  # `5x5`


def parse_arg(node: Node, kind: Kind, context: Context) -> Arg | None:
    """One value of the given kind; expressions stay open. None after a diagnostic."""
    if isinstance(node, TreeMapping):
        context.wrong_kind(node, f"{kind.words} is needed", _in_braces(node, context))
        return None
    if isinstance(node, Sequence):
        return _parse_list(node, kind, context)
    value = _parse_scalar(node, kind, context)
    return None if value is None else Arg(value, node.span)


def _in_braces(node: TreeMapping, context: Context) -> str | None:
    """Help for `{width}`, as a parameter is written elsewhere."""
    names = [entry.name for entry in node]
    known = len(names) == 1 and names[0] in context.params
    return f"a parameter is written `${names[0]}`" if known else None


def _parse_list(node: Sequence, kind: Kind, context: Context) -> Arg | None:
    items: list[Expr] = []
    for item in node.items:
        if not isinstance(item, Scalar):
            context.wrong_kind(item, "a list holds plain values")
            return None
        value = _parse_number(item, context)
        if value is None:
            return None
        items.append(value)
    if all(isinstance(item, Const) for item in items):
        plain = tuple(item.value for item in items if isinstance(item, Const))
        problem = kind.check(plain)
        if problem is not None:
            shown = ", ".join(str(value) for value in plain)
            _wrong_value(f"[{shown}]", problem, node, context)
            return None
        return Arg(Const(plain), node.span)  # type: ignore[arg-type]
    return Arg(tuple(items), node.span)


def _parse_scalar(node: Scalar, kind: Kind, context: Context) -> Expr | None:
    value = node.value
    if isinstance(value, str):
        if kind.check(value) is None:
            return Const(value)
        if "$" in value or _looks_like_arithmetic(value):
            return parse_text(node, context)
    elif value is not None and kind.check(value) is None:
        return Const(value)
    _wrong_value(node.text, kind.words, node, context, kind.options)
    return None


def _parse_number(node: Scalar, context: Context) -> Expr | None:
    if isinstance(node.value, str):
        return parse_text(node, context)
    if node.value is None:
        context.wrong_kind(node, "a list holds plain values")
        return None
    return Const(node.value)


def _looks_like_arithmetic(text: str) -> bool:
    return any(char.isdigit() for char in text) and not any(
        char.isalpha() for char in text
    )


def _wrong_value(
    text: str,
    needed: str,
    node: Node,
    context: Context,
    options: tuple[str, ...] = (),
) -> None:
    shown = f"`{text}`" if text else "nothing"
    help_text = None
    if isinstance(node, Scalar) and isinstance(node.value, str):
        dollars = _with_dollars(text, context)
        meant = as_meant(dollars) if dollars != text else None
        if meant is not None:
            help_text = f"a parameter is written with `$`: `{meant}`"
        elif needed == "true or false" and text.lower() in YES_AND_NO:
            help_text = "write `true` or `false`; specs are YAML 1.2"
        elif "[height, width]" in needed and (pair := _PAIR.fullmatch(text)):
            help_text = f"write `[{pair[1]}, {pair[2]}]`"
        elif _torn(text):
            help_text = "quote it: inside braces a comma ends a value"
        elif text.upper() in re.findall(r"[A-Z]+\b", needed):
            help_text = f"did you mean `{text.upper()}`?"
        elif (meaning := VALUES.get(folded(text))) and (
            meaning.name in (*options, *re.findall(r"[A-Z]+\b", needed))
        ):
            help_text = f"did you mean `{meaning.name}`?"
        elif near := nearest(text, options):
            help_text = f"did you mean `{near}`?"
        elif not options and not text.isidentifier():
            help_text = _no_expression(text)
    elif isinstance(node, Scalar) and isinstance(node.value, float):
        whole = node.value.is_integer() and "whole number" in needed
        help_text = f"write `{int(node.value)}`" if whole else None
    context.diagnostics.error(
        "PM301", f"expected {needed}, found {shown}", node.span, help=help_text
    )


def _no_expression(text: str) -> str | None:
    """Help for what was meant as an expression and is none."""
    try:
        parse_expression(text)
    except ExpressionError as error:
        return f"{error.message}; {error.help}"
    return None


def _torn(text: str) -> bool:
    """True for the first piece of a function, or of `(3, 3)`, that YAML cut in two at a
    comma."""
    name, opened, rest = text.partition("(")
    if not name and not rest.isdigit():
        return False
    return bool(opened) and (not name or name in FUNCTIONS) and ")" not in rest


def _with_dollars(text: str, context: Context) -> str:
    """The text with `$` before each word that is a parameter here."""
    known = set(context.params)
    return _WORD.sub(lambda m: f"${m[0]}" if m[0] in known else m[0], text)


def parse_text(node: Scalar, context: Context) -> Expr | None:
    """An expression from its text, its names checked against the scope."""
    text = node.text
    # Offsets into the value are offsets into the text only where nothing is quoted.
    typed = node.span.file.line(node.span.line)[node.span.column - 1 :]
    shift = 0 if typed.startswith(text) else 1
    try:
        expr = parse_expression(text)
    except ExpressionError as error:
        context.diagnostics.error(
            "PM110",
            error.message,
            node.span.inner(error.start + shift, error.end + shift),
            help="write a list as `[3, 3]`"
            if re.fullmatch(r"\(\d+", text)
            else error.help,
        )
        return None
    known = list(context.params)
    sound = True
    for name in names_in(expr):
        if name not in known:
            start = text.index(f"${name}") + shift
            context.diagnostics.error(
                "PM205",
                f"there is no parameter `${name}` here",
                node.span.inner(start, start + len(name) + 1),
                help=_parameter_help(name, list(known), context),
            )
            sound = False
    return expr if sound else None


def _parameter_help(name: str, known: list[str], context: Context) -> str:
    if name in context.outside:
        return (
            f"`${name}` is the model's: declare `{name}` under the block's `params`, "
            f"and hand it over as `{name}: ${name}`"
        )
    return (
        did_you_mean(f"${name}", [f"${item}" for item in known])
        or "parameters are declared under `params`"
    )


def parse_args(
    entries: Iterable[Entry],
    owner: OpDef | Block,
    context: Context,
    *,
    where: str,
    extra_keys: Iterable[str] = (),
    beside: Iterable[Entry] = (),
) -> dict[str, Arg]:
    """The arguments of a call; unknown ones are reported with the nearest known that
    does not stand `beside` them."""
    kinds = argument_kinds(owner)
    args: dict[str, Arg] = {}
    torn = False
    nameless: list[Entry] = []
    for entry in entries:
        kind = kinds.get(entry.name)
        if kind is None and torn and isinstance(entry.value, Scalar):
            torn = ")" not in entry.name
            continue  # a further piece of what is reported already
        torn = isinstance(entry.value, Scalar) and _torn(entry.value.text)
        if kind is None and entry.name.isdigit():
            nameless.append(entry)
            continue
        if kind is None:
            advice = argument_advice(entry, owner, extra_keys, where, beside)
            context.diagnostics.error(
                "PM203",
                f"{where} has no argument `{entry.name}`",
                advice.span,
                help=advice.help,
            )
            continue
        arg = parse_arg(entry.value, kind, context)
        if arg is not None:
            args[entry.name] = arg
    if nameless:
        first, left = nameless[0], [name for name in kinds if name not in args]
        named = f"{left[0] if left else '...'}: {first.name}"
        context.diagnostics.error(
            "PM203",
            f"an argument of {where} without its name",
            first.key.span,
            help=f"write `{named}`",
        )
    return args


def parse_named_call(node: Node, family: Family, context: Context) -> Call | None:
    """`ReLU` or `{LeakyReLU: {negative_slope: 0.1}}`. None after a diagnostic."""
    given: Node | None = None
    name = node
    if isinstance(node, TreeMapping):
        written = regrouped(node, family)
        if len(node) != 1 or written is not None:
            context.wrong_kind(
                node,
                f"{_a(family.what)} is one name, or one name with its arguments",
                f"did you mean `{written}`?" if written else None,
            )
            return None
        entry = node.entries[0]
        name, given = entry.key, entry.value
    if not isinstance(name, Scalar) or not isinstance(name.value, str):
        _not_a_name(node, family, context)
        return None
    if isinstance(given, Scalar) and given.value is None:
        given = None
    op = family.known.get(name.value)
    if op is None:
        help_text, note = name_help(name, family, alone=given is None)
        context.diagnostics.error(
            "PM202",
            f"there is no {family.what} `{name.value}`",
            name.span,
            help=help_text,
            notes=[note] if note else [],
        )
        meaning = meaning_in(name.value, family)
        if meaning is not None and isinstance(given, TreeMapping):
            op = family.known.get(meaning.name or "")
        if op is not None:  # for the mistakes in its arguments
            parse_args(given, op, context, where=f"`{op.name}`")  # type: ignore[arg-type]
        return None
    args: dict[str, Arg] = {}
    if given is not None:
        if not isinstance(given, TreeMapping):
            _nameless(given, op, context)
            return None
        args = parse_args(given, op, context, where=f"`{op.name}`", beside=given)
    report_missing(op, op.name, args, name, context, given)
    return Call(op.name, name.span, args)


def _not_a_name(node: Node, family: Family, context: Context) -> None:
    """Report a value that names nothing: false, a number, a list."""
    written = translated(node, family)
    help_text = f"as in `{_example_of(family.known)}`"
    if written is not None:
        help_text = f"did you mean `{written}`?"
    elif is_nothing(node, family) and isinstance(node, Scalar) and node.text:
        help_text = "did you mean `none`?"
    elif isinstance(node, Scalar) and node.value in (None, False):
        help_text = "leave it out"
        help_text += "; `none` takes a default away" if family.may_be_none else ""
    context.wrong_kind(
        node,
        f"{_a(family.what)} is a name, or {{Name: {{argument: value}}}}",
        help_text,
    )


def _nameless(given: Node, op: OpDef, context: Context) -> None:
    """Report arguments that stand without their names."""
    written = lone_arguments(given, op)
    help_text = f"`{op.name}` takes no arguments: write `{op.name}` alone"
    if written is not None:
        help_text = f"did you mean `{written}`?"
    elif op.args:
        help_text = f"write `{op.name}: {{{op.args[0].name}: ...}}`"
    context.wrong_kind(
        given,
        f"the arguments of `{op.name}` are a mapping of names to values",
        help_text,
    )


def _example_of(known: Mapping[str, OpDef]) -> str:
    return USUAL_ACTIVATION if USUAL_ACTIVATION in known else next(iter(known))


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def report_missing(
    owner: OpDef | Block,
    name: str,
    given: Iterable[str],
    at: Scalar,
    context: Context,
    typed: Node | None = None,
) -> None:
    """Report required arguments that are not given; those given wrongly count."""
    written = set(given)
    if isinstance(typed, TreeMapping):
        written |= {entry.name for entry in typed}
    known = list(argument_kinds(owner))
    written |= {meant_by(word, known) or word for word in written if word not in known}
    missing = missing_args(owner, written)
    nameless = any(word.isdigit() for word in written)  # reported; it may be these
    if not missing or nameless:
        return
    listed = " and ".join(f"`{m}`" for m in missing)
    context.diagnostics.error(
        "PM204",
        f"`{name}` needs {listed}",
        at.span,
        help=f"add `{missing[0]}: {_example(owner, missing[0])}`",
    )


def _example(owner: OpDef | Block, name: str) -> str:
    if isinstance(owner, OpDef) and owner.arg(name):
        return "3" if name == "kernel_size" else "64" if "out" in name else "2"
    if isinstance(owner, Block):
        param = owner.param(name)
        return _EXAMPLES.get(param.type or "", "...") if param else "..."
    return "..."


_EXAMPLES = {"int": "64", "float": "0.5", "bool": "true", "ints": "[3, 3]"}
