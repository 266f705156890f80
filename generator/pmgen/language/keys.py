"""Every key that is not an argument: what it means, and what form its value has.

The parser reads the names; the JSON Schema (`pmgen.schema`) reads all of it. The tables
are ordered as a file would be written, and as editors list them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pmgen.ops.kinds import Kind, integer, number, truth

LANGUAGE_VERSION = 1


@dataclass(frozen=True)
class Key:
    """One key. `value` is a kind, or the name of a form that `pmgen.schema` knows;
    `open` says that an expression may stand for a value of the kind."""

    doc: str
    value: str | Kind
    open: bool = False


Keys: TypeAlias = "dict[str, Key]"

VERSION_KEYS: Keys = {
    "pmgen": Key("The version of the language. Required in every file.", "version")
}
FORM_KEYS: Keys = {
    "layers": Key("Layers by name, in the order in which they run.", "layers"),
    "branches": Key(
        "Paths by name that run side by side; `merge` joins them. An empty path `{}` "
        "is the identity.",
        "branches",
    ),
    "residual": Key("Layers whose output a shortcut is added to.", "residual"),
}
BRANCH_KEYS: Keys = {
    "merge": Key("How the branches join.", "merge"),
    "split": Key(
        "Whether each branch gets its own equal part of the channels.", truth()
    ),
}
AFTER_KEYS: Keys = {
    "norm": Key(
        "A normalisation behind it, before `act`; `none` takes a default away.", "norm"
    ),
    "act": Key("An activation behind it; `none` takes a default away.", "act"),
}
FLOW_KEYS: Keys = {
    "from": Key(
        "The layer that comes in, or the layers that are joined; `input` is what comes "
        "into the network or block. Left out: the layer before.",
        "from",
    ),
    "when": Key("Whether the layer is there.", truth(), open=True),
    "repeat": Key("How many of it stand in a row.", integer(1), open=True),
    "first": Key("Other arguments for the first of a `repeat`.", "first"),
}
ALLOW_KEYS: Keys = {
    "allow": Key("Codes of warnings that are not to be given here.", "codes")
}
LAYER_KEYS: Keys = {
    "op": Key("An op of Paddle, or a block of this file.", "op"),
    "init": Key("Initializers of its parameters, by their names.", "init"),
    **AFTER_KEYS,
    **FLOW_KEYS,
    **ALLOW_KEYS,
}
PLACE_KEYS: Keys = {
    "before": Key("The layer that a variant's new layer goes before.", "name"),
    "after": Key("The layer that a variant's new layer goes behind.", "name"),
}
RESIDUAL_KEYS: Keys = {
    "body": Key("The layers beside the shortcut.", "layers"),
    "shortcut": Key(
        "What is added to the body's output: `identity`, the input as it is, which "
        "holds if left out; `where_equal`, the input where the shapes agree and "
        "nothing elsewhere; or layers.",
        "shortcut",
    ),
}
BODY_KEYS: Keys = {**FORM_KEYS, **BRANCH_KEYS, **AFTER_KEYS}
SPEC_KEYS: Keys = {
    **VERSION_KEYS,
    "model": Key("The name of the class.", "class"),
    "source": Key("Where the network is from; the class's docstring.", "text"),
    "extends": Key("The spec that this one is a variant of, by its path.", "path"),
    "use": Key("Files whose blocks are used here, by their paths.", "paths"),
    "input": Key("Channels, height and width; `any` leaves a size open.", "input"),
    "params": Key("Constructor arguments of the class with their defaults.", "params"),
    "defaults": Key("Arguments that the file sets for ops, by op.", "defaults"),
    "blocks": Key("Forms with a name and parameters, used as an `op`.", "blocks"),
    **BODY_KEYS,
    "heads": Key("Further outputs, each a layer with `from`.", "heads"),
    "expect": Key("Figures that are checked at every compilation.", "expect"),
    **ALLOW_KEYS,
}
LIBRARY_KEYS: Keys = {
    key: SPEC_KEYS[key] for key in ("pmgen", "source", "defaults", "blocks")
}
BLOCK_KEYS: Keys = {
    "doc": Key("What the block is; the docstring of its class.", "text"),
    "params": Key(
        "Parameters: a type for one that must be given, or a default.", "signature"
    ),
    **BODY_KEYS,
}
HEAD_KEYS: Keys = {
    "train_only": Key("Whether the head is left out of prediction.", truth()),
    "loss_weight": Key("What the head's loss counts in training.", number(0, 1e6)),
}
EXPECT_KEYS: Keys = {
    "params": Key("The number of trainable parameters.", "count"),
    "macs": Key("The multiply-accumulates for one image.", "count"),
    "output": Key("The shape of the output, without N.", "shape"),
    "shapes": Key("Shapes of layers' outputs by name, without N.", "shapes"),
}
