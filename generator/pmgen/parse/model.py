"""The top of a spec: from the tree of its files to a ModelSpec."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import replace

from pmruntime.suggest import nearest

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.diagnostics.source import Span
from pmgen.expressions.expression import Const
from pmgen.language.keys import (
    BLOCK_KEYS,
    BODY_KEYS,
    EXPECT_KEYS,
    FORM_KEYS,
    HEAD_KEYS,
    LAYER_KEYS,
    LIBRARY_KEYS,
    PLACE_KEYS,
    SPEC_KEYS,
)
from pmgen.language.names import why_not_a_class, why_not_a_param
from pmgen.language.spec import (
    IN_CHANNELS,
    MAX_SIZE,
    Block,
    Head,
    Ident,
    Layer,
    ModelSpec,
    Param,
    Series,
)
from pmgen.language.types import LIST, PARAM_TYPES, type_of
from pmgen.language.version import check_version
from pmgen.load.tree import (
    Entry,
    Library,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Sources,
)
from pmgen.ops import NAMED_ACTIVATIONS, OPS
from pmgen.ops.synonyms.arguments import TOP
from pmgen.ops.synonyms.names import TYPES
from pmgen.parse.context import Context, mistyped
from pmgen.parse.expect import parse_expect
from pmgen.parse.layers import broken_layer, parse_form, parse_layer
from pmgen.parse.modifiers import check_defaults, parse_after
from pmgen.parse.values import parse_arg
from pmgen.parse.words.keys import named_help

_KEYS_OF_A_NETWORK = [key for key in SPEC_KEYS if key not in LIBRARY_KEYS]
_NEEDED = {
    "model": "name the class: `model: LeNet`",
    "input": "channels, height, width: `input: [3, 224, 224]`",
}


def parse_model(sources: Sources, diagnostics: Diagnostics) -> ModelSpec | None:
    """Read the tree of a spec. None where mistakes leave too little to continue."""
    return _ModelParser(sources, diagnostics).parse()


class _ModelParser:
    def __init__(self, sources: Sources, diagnostics: Diagnostics) -> None:
        self.sources = sources
        self.diagnostics = diagnostics
        self.blocks: dict[str, Block] = {}
        self.context = Context(diagnostics=diagnostics, blocks=self.blocks)
        self.params: tuple[Param, ...] = ()
        self.model = Ident("", Span(sources.files[0], 1, 1, 1, 1))

    def parse(self) -> ModelSpec | None:
        tree = self.sources.tree
        context = self.context
        at = Span(self.sources.files[0], 1, 1, 1, 1)
        check_version(tree, self.diagnostics)
        self._check_complete(tree, at)
        context.check_keys(tree, SPEC_KEYS, "a spec", words=TOP)
        name = self.model = self._model_name(tree, at)
        source = self._text(tree, "source")
        size, size_span = self._input(tree, at)
        params = self.params = self._params(tree.get("params"), need_default=True)
        self._blocks(tree)
        defaults = self._defaults(tree)
        scope = Context(
            diagnostics=self.diagnostics,
            blocks=self.blocks,
            params=(IN_CHANNELS, *(p.name.text for p in params)),
            defaults=defaults,
        )
        form = None
        if any(tree.get(key) for key in FORM_KEYS):
            form = parse_form(tree, "a spec", name.span, scope)
        norm, act = parse_after(tree, scope)
        heads = self._heads(tree.get("heads"), scope)
        expect = parse_expect(tree.get("expect"), EXPECT_KEYS, self.context)
        if form is None or size is None:
            return None
        return ModelSpec(
            name=name,
            source=source,
            input=size,
            input_span=size_span,
            params=params,
            blocks=self.blocks,
            form=form,
            norm=norm,
            act=act,
            heads=heads,
            expect=expect,
            files=self.sources.files,
            lost=self.sources.lost,
        )

    def _check_complete(self, tree: Mapping, at: Span) -> None:
        if tree.get("blocks") and all(entry.name in LIBRARY_KEYS for entry in tree):
            self.diagnostics.error(
                "PM108",
                "a file of blocks alone is no network",
                at,
                help="check a spec that names it under `use`",
            )
            return
        missing = {
            key: help
            for key, help in _NEEDED.items()
            if tree.get(key) is None and not mistyped(tree, key, SPEC_KEYS, TOP)
        }
        meant = any(mistyped(tree, key, SPEC_KEYS, TOP) for key in FORM_KEYS)
        if not meant and not any(tree.get(key) for key in FORM_KEYS):
            missing["layers"] = "`layers:` with a layer in each line below it"
        if missing:
            names = " and ".join(f"`{key}`" for key in missing)
            self.diagnostics.error(
                "PM108", f"a spec needs {names}", at, help="; ".join(missing.values())
            )

    def _model_name(self, tree: Mapping, at: Span) -> Ident:
        entry = tree.get("model")
        if entry is None:
            return Ident("Model", at)
        text = self.context.as_text(entry.value, "`model`")
        if text is None or not isinstance(entry.value, Scalar):
            return Ident("Model", entry.value.span)
        return self.context.ident(entry.value, "a model", why_not_a_class)

    def _text(self, tree: Mapping, key: str) -> str | None:
        entry = tree.get(key)
        return None if entry is None else self.context.as_text(entry.value, f"`{key}`")

    def _input(
        self, tree: Mapping, at: Span
    ) -> tuple[tuple[int | None, ...] | None, Span]:
        entry = tree.get("input")
        help_text = _NEEDED["input"]
        if entry is None:
            return None, at
        sizes: list[int | None] = []
        node = entry.value
        items = node.items if isinstance(node, Sequence) else ()
        for index, item in enumerate(items):
            value = item.value if isinstance(item, Scalar) else None
            if value == "any" and index > 0:
                sizes.append(None)
            elif type(value) is int and 0 < value <= MAX_SIZE:
                sizes.append(value)
            else:
                self.diagnostics.error(
                    "PM301",
                    f"height and width are whole numbers from 1 to {MAX_SIZE:,}, "
                    "or `any`"
                    if index
                    else "the channels of the input are a whole number from 1 to "
                    f"{MAX_SIZE:,}",
                    item.span,
                    help=help_text,
                )
                return None, node.span
        if len(sizes) != 3:
            self.diagnostics.error(
                "PM301", "the input has three sizes", node.span, help=help_text
            )
            return None, node.span
        return tuple(sizes), node.span

    def _params(self, entry: Entry | None, *, need_default: bool) -> tuple[Param, ...]:
        if entry is None:
            return ()
        mapping = self.context.as_mapping(entry.value, "`params`")
        params: list[Param] = []
        for item in mapping or ():
            name = self.context.ident(item.key, "a parameter", why_not_a_param)
            if item.name in (*LAYER_KEYS, *BODY_KEYS, *PLACE_KEYS):
                self.diagnostics.error(
                    "PM201",
                    f"`{item.name}` cannot name a parameter",
                    item.key.span,
                    help="it is a key of every layer; choose another name",
                )
            param = self._param(name, item.value, need_default)
            params.append(param or Param(name, type=None))
        return tuple(params)

    def _param(self, name: Ident, node: Node, need_default: bool) -> Param | None:
        """A parameter by its type or its default; None after a diagnostic."""
        if isinstance(node, Sequence):
            arg = parse_arg(node, PARAM_TYPES[LIST], self.context)
            if arg is None or not isinstance(arg.value, Const):
                return None
            return Param(name, LIST, arg.value.value)
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return self._text_param(name, node, node.value, need_default)
        if isinstance(node, Scalar) and node.value is not None:
            return Param(name, type_of(node.value), node.value)
        example = f"{name.text}: 10" if need_default else f"{name.text}: int"
        self.context.wrong_kind(
            node, "a parameter is a type or a default", f"as in `{example}`"
        )
        return None

    def _text_param(
        self, name: Ident, node: Scalar, text: str, need_default: bool
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
        self.diagnostics.error(code, message, node.span, help=help_text)
        return None

    def _defaults(self, tree: Mapping) -> Map[str, Mapping]:
        entry = tree.get("defaults")
        if entry is None:
            return {}
        mapping = self.context.as_mapping(entry.value, "`defaults`")
        return {} if mapping is None else check_defaults(mapping, self.context)

    def _blocks(self, tree: Mapping) -> None:
        """Signatures first, so that blocks can call each other in any order."""
        bodies: list[tuple[Block, Mapping, Map[str, Mapping]]] = []
        for library in self.sources.libraries:
            self._check_library(library)
            bodies += self._signatures(library.tree)
        bodies += self._signatures(tree)
        for block, mapping, defaults in bodies:
            self._body(block, mapping, defaults)

    def _check_library(self, library: Library) -> None:
        check_version(library.tree, self.diagnostics)
        further = library.tree.get("use")
        foreign = [e for e in library.tree if e.name in _KEYS_OF_A_NETWORK]
        if further is not None and foreign == [further]:
            self.diagnostics.error(
                "PM107",
                "a file of blocks uses no further file",
                further.key.span,
                help="name both in the spec, under one `use`",
                related=[Label(library.used_at, "it is used here")],
            )
        elif foreign:
            key = foreign[0].key
            about_it = f"`{key.text}` is no key of a file of blocks"
            self.diagnostics.error(
                "PM107",
                f"`use` takes files of blocks, but `{library.file.name}` is a network",
                library.used_at,
                related=[Label(key.span, about_it)],
                help="move its `blocks` to a file of their own, which both name under "
                "`use`; or build on the whole network with `extends`",
            )
        known = (*LIBRARY_KEYS, *_KEYS_OF_A_NETWORK)
        self.context.check_keys(library.tree, known, "a file of blocks")

    def _signatures(
        self, tree: Mapping
    ) -> list[tuple[Block, Mapping, Map[str, Mapping]]]:
        entry = tree.get("blocks")
        mapping = self.context.as_mapping(entry.value, "`blocks`") if entry else None
        found: list[tuple[Block, Mapping]] = []
        for item in mapping or ():
            name = self.context.ident(item.key, "a block", why_not_a_class)
            if item.name in OPS:
                self.diagnostics.error(
                    "PM207",
                    f"`{item.name}` is an op already",
                    item.key.span,
                    help="give the block a name of its own",
                )
            if item.name == self.model.text:
                first = self.model.span
                self.context.collision(item.name, item.key.span, first, "the model")
            if item.name in self.blocks:
                first = self.blocks[item.name].name.span
                self.context.collision(item.name, item.key.span, first, "a block")
                continue
            body = self.context.as_mapping(item.value, f"block `{item.name}`")
            if body is None:
                broken = Series((broken_layer(name),), name.span)
                self.blocks[item.name] = Block(name=name, params=(), form=broken)
                continue
            self.context.check_keys(body, BLOCK_KEYS, f"block `{item.name}`")
            params = self._params(body.get("params"), need_default=False)
            doc = self._text(body, "doc")
            unknown = Series((), item.key.span)
            block = Block(name=name, params=params, form=unknown, doc=doc)
            self.blocks[item.name] = block
            found.append((block, body))
        defaults = self._defaults(tree)
        return [(block, body, defaults) for block, body in found]

    def _body(
        self, block: Block, mapping: Mapping, defaults: Map[str, Mapping]
    ) -> None:
        scope = Context(
            diagnostics=self.diagnostics,
            blocks=self.blocks,
            params=(IN_CHANNELS, *(p.name.text for p in block.params)),
            defaults=defaults,
            outside=tuple(p.name.text for p in self.params),
        )
        where = f"block `{block.name.text}`"
        form = parse_form(mapping, where, block.name.span, scope)
        norm, act = parse_after(mapping, scope)
        if form is None:
            form = Series((broken_layer(block.name),), block.name.span)
        self.blocks[block.name.text] = replace(block, form=form, norm=norm, act=act)

    def _heads(self, entry: Entry | None, scope: Context) -> tuple[Head, ...]:
        if entry is None:
            return ()
        mapping = scope.as_mapping(entry.value, "`heads`")
        heads: list[Head] = []
        for item in mapping or ():
            layer = parse_layer(item, scope, extra_keys=HEAD_KEYS)
            if not isinstance(item.value, Mapping):
                continue
            if item.value.get("from") is None:
                scope.missing_key(
                    "from",
                    f"head `{item.name}`",
                    item.key.span,
                    "name the layer that it looks at: `from: block4_1`",
                )
                continue
            heads.append(self._head(layer, item.value, scope))
        return tuple(heads)

    def _head(self, layer: Layer, mapping: Mapping, scope: Context) -> Head:
        train_only, weight = False, 1.0
        flag = mapping.get("train_only")
        if flag is not None:
            train_only = bool(scope.as_truth(flag.value, "`train_only`"))
        given = mapping.get("loss_weight")
        if given is not None:
            value = given.value.value if isinstance(given.value, Scalar) else None
            if isinstance(value, int | float) and not isinstance(value, bool):
                weight = float(value)
            if not isinstance(value, int | float) or not 0 <= weight <= 1e6:
                self.diagnostics.error(
                    "PM301",
                    "`loss_weight` is a number from 0 up",
                    given.value.span,
                    help="for example `loss_weight: 0.3`",
                )
        return Head(layer, train_only, weight)


def _bare(node: Scalar) -> bool:
    """True where the text was typed without quotes."""
    line = node.span.file.line(node.span.line)
    return line[node.span.column - 1 : node.span.column] not in ("'", '"')
