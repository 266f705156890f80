"""The top of a spec: from the tree of its files to a ModelSpec."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import replace

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.diagnostics.source import Span
from pmgen.language.keys import (
    BLOCK_KEYS,
    EXPECT_KEYS,
    FORM_KEYS,
    HEAD_KEYS,
    LAYER_KEYS,
    LIBRARY_KEYS,
    SPEC_KEYS,
)
from pmgen.language.names import why_not_a_class
from pmgen.language.spec import (
    IN_CHANNELS,
    MAX_HEADS,
    MAX_SIZE,
    Block,
    Head,
    Ident,
    Layer,
    ModelSpec,
    Param,
    Series,
)
from pmgen.language.version import check_version
from pmgen.load.tree import (
    Entry,
    Library,
    Mapping,
    Scalar,
    Sequence,
    Sources,
)
from pmgen.ops import OPS
from pmgen.ops.synonyms.arguments import TOP
from pmgen.parse.context import Context
from pmgen.parse.expect import parse_expect
from pmgen.parse.layers import broken_layer, parse_form, parse_layer
from pmgen.parse.modifiers import check_defaults, parse_after, parse_allow
from pmgen.parse.signatures import parse_params
from pmgen.parse.structure.misdeclared import mend_declarations
from pmgen.parse.words.arguments import meant_by

_KEYS_OF_A_NETWORK = [key for key in SPEC_KEYS if key not in LIBRARY_KEYS]
_NEEDED = {
    "model": "name the class: `model: LeNet`",
    "input": "channels, height, width: `input: [3, 224, 224]`",
}


def parse_model(sources: Sources, diagnostics: Diagnostics) -> ModelSpec | None:
    """Read the tree of a spec. None where mistakes leave too little to continue."""
    return _ModelParser(mend_declarations(sources, diagnostics), diagnostics).parse()


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
        params = self.params = parse_params(
            tree.get("params"), context, need_default=True
        )
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
            allow=parse_allow(tree, self.context),
            defaults=self._names(tree.get("defaults")),
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
        missing = {key: help for key, help in _NEEDED.items() if tree.get(key) is None}
        if not any(tree.get(key) for key in FORM_KEYS):
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

    def _defaults(self, tree: Mapping) -> Map[str, Mapping]:
        entry = tree.get("defaults")
        if entry is None:
            return {}
        mapping = self.context.as_mapping(entry.value, "`defaults`")
        return {} if mapping is None else check_defaults(mapping, self.context)

    def _names(self, entry: Entry | None) -> tuple[Ident, ...]:
        """The keys of a mapping, each where it stands."""
        inner = entry.value if entry else None
        found = inner if isinstance(inner, Mapping) else ()
        return tuple(Ident(item.name, item.key.span) for item in found)

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
            params = parse_params(body.get("params"), self.context, need_default=False)
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
        if mapping is not None and len(mapping) > MAX_HEADS:
            at = mapping.entries[MAX_HEADS].key.span
            scope.too_many("heads", MAX_HEADS, at, "join what they look at")
            return ()
        for item in mapping or ():
            layer = parse_layer(item, scope, extra_keys=HEAD_KEYS)
            if not isinstance(item.value, Mapping):
                continue
            if item.value.get("from") is None:
                if any(meant_by(e.name, LAYER_KEYS) == "from" for e in item.value):
                    continue  # reported as a name that is unknown
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
