"""Layers that nothing uses: what they give is computed and dropped.

A layer takes the one before it unless `from` names another. So one is lost where the
next one looks elsewhere and no later `from` names it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pmgen.diagnostics import Diagnostics, Label
from pmgen.spec import Call, Form, Head, Layer, ModelSpec, Series
from pmgen.walk import inputs_named_in, series_in


def check_used(spec: ModelSpec, diagnostics: Diagnostics) -> None:
    """Report every layer whose output neither a layer nor a head takes."""
    _check_form(spec.form, spec.heads, diagnostics)
    for block in spec.blocks.values():
        _check_form(block.form, (), diagnostics)
    for head in spec.heads:
        _check_inline(head.layer, diagnostics)


def _check_form(form: Form, heads: tuple[Head, ...], diagnostics: Diagnostics) -> None:
    for series in series_in(form):
        named = {i for head in heads for i in _named_from(head.layer)}
        for layer, following in _pairs_from_the_end(series):
            if following is not None:
                named.update(_named_from(following))
                if following.inputs is not None and layer.name.text not in named:
                    diagnostics.error(
                        "PM209",
                        f"nothing uses what `{layer.name.text}` gives",
                        layer.name.span,
                        related=[
                            Label(following.inputs[0].span, "the next looks elsewhere")
                        ],
                        help=f"name `{layer.name.text}` in a `from`, or leave it out",
                    )
            _check_inline(layer, diagnostics)


def _check_inline(layer: Layer, diagnostics: Diagnostics) -> None:
    if not isinstance(layer.body, Call):
        _check_form(layer.body, (), diagnostics)


def _pairs_from_the_end(series: Series) -> Iterator[tuple[Layer, Layer | None]]:
    """Each layer with the one behind it, the last first."""
    following: Layer | None = None
    for layer in reversed(series.layers):
        yield layer, following
        following = layer


def _named_from(layer: Layer) -> Iterator[str]:
    """The names in the layer's `from`, and in those of the layers inside it."""
    yield from inputs_named_in(Series((layer,), layer.name.span))
