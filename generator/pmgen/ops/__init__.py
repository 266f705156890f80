"""The ops of the language: one definition each, in the file of its family.

To add an op, add an OpDef to a family's OPS. Nothing else in the compiler, the
templates or the reference names an op.
"""

from __future__ import annotations

from pmgen.ops.definition import OpDef
from pmgen.ops.families import (
    activation,
    conv,
    initializers,
    linear,
    merge,
    norm,
    pool,
    reshape,
)

_FAMILIES = (conv, linear, pool, norm, activation, reshape, merge)

OPS: dict[str, OpDef] = {op.name: op for family in _FAMILIES for op in family.OPS}
ACTIVATIONS = {name: op for name, op in OPS.items() if op.group == "activation"}
NORMS = {name: op for name, op in OPS.items() if op.group == "normalisation"}
INITIALIZERS: dict[str, OpDef] = {op.name: op for op in initializers.OPS}
MERGES = merge.MERGES
ADD = OPS[MERGES["add"]]
# Those that a parameter can name: they take no argument and keep the shape.
NAMED_ACTIVATIONS = tuple(
    op.name for op in ACTIVATIONS.values() if op.function is not None and op.keeps_shape
)
# Layers that Paddle does not have: `pmruntime.layers` has them.
OWN_LAYERS = {op.layer: op for op in OPS.values() if op.layer and op.own_class}
# What help proposes: an activation, and the change of a shape beside a residual.
USUAL_ACTIVATION = activation.USUAL
USUAL_INITIALIZER = initializers.USUAL
PROJECTION = OPS[conv.PROJECTION]
# The layer that stands where such a parameter says that there is none.
NO_LAYER = OPS["Identity"].layer
