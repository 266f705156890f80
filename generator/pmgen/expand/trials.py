"""Edits that help would propose, tried on the whole network before they are shown.

What mends one use of a block may break another. So the spec is laid out once more with
the edit in it: the mistake must be gone at every use, and none may have come. A mistake
further on, which was silent because no shape was known there, has not come by the edit:
those are found by going on behind a mistake with the shape that was likely meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from pmgen.diagnostics.diagnostic import Diagnostics, TooManyErrors
from pmgen.diagnostics.source import Span
from pmgen.expressions.expression import Const, Expr
from pmgen.language.spec import (
    Act,
    Arg,
    Branches,
    Call,
    Form,
    Head,
    Ident,
    Layer,
    ModelSpec,
    Residual,
    Series,
    Shortcut,
)

# Layers that trials lay out for one spec, beyond which nothing is proposed any more.
_EFFORT = 20_000

# Where an error stands: its code and place.
Mistake: TypeAlias = "tuple[str, Span]"
# Lays out a spec, reports into the diagnostics, and says how many layers it laid out;
# where True, with a likely shape behind each mistake.
LayOut: TypeAlias = "Callable[[ModelSpec, Diagnostics, bool], int]"


@dataclass(frozen=True)
class ArgumentEdit:
    """An argument of the call at `span` given another value."""

    span: Span
    arg: str
    value: Expr | int

    def on(self, spec: ModelSpec) -> ModelSpec:
        """The spec with the edit in it."""
        return _Rewriter(call=self._call).spec(spec)

    def _call(self, call: Call) -> Call:
        if call.span != self.span:
            return call
        expr = self.value if isinstance(self.value, Expr) else Const(self.value)
        return replace(call, args={**call.args, self.arg: Arg(expr, call.span)})


@dataclass(frozen=True)
class ShortcutEdit:
    """The residual at `span` given another shortcut: a word, or the layer of a call."""

    span: Span
    shortcut: Shortcut | Call

    def on(self, spec: ModelSpec) -> ModelSpec:
        """The spec with the edit in it."""
        return _Rewriter(residual=self._residual).spec(spec)

    def _residual(self, form: Residual) -> Residual:
        if form.span != self.span:
            return form
        if isinstance(self.shortcut, Shortcut):
            return replace(form, shortcut=self.shortcut)
        layer = Layer(name=Ident("conv", form.span), body=self.shortcut)
        return replace(form, shortcut=Series((layer,), form.span))


Edit: TypeAlias = "ArgumentEdit | ShortcutEdit"


class Trials:
    """Tries edits on one spec, within a limit on the layers that are laid out."""

    def __init__(self, spec: ModelSpec, lay_out: LayOut) -> None:
        self.spec = spec
        self.lay_out = lay_out
        self.left = _EFFORT
        self.before: set[Mistake] | None = None

    def mends(self, edit: Edit, code: str, span: Span) -> bool:
        """True where with the edit the mistake is gone and none has come."""
        if self.before is None:
            self.before = self._mistakes(self.spec, go_on=True)
        if self.left <= 0:
            return False
        after = self._mistakes(edit.on(self.spec), go_on=False)
        return (code, span) not in after and after <= self.before

    def _mistakes(self, spec: ModelSpec, *, go_on: bool) -> set[Mistake]:
        diagnostics = Diagnostics()
        try:
            self.left -= self.lay_out(spec, diagnostics, go_on) + 1
        except TooManyErrors:
            self.left = 0  # there is no telling what comes behind them
        return {(item.code, item.span) for item in diagnostics.items}


def _same(value: Call) -> Call:
    return value


def _same_form(form: Residual) -> Residual:
    return form


@dataclass(frozen=True)
class _Rewriter:
    """A spec with its calls and residuals changed, wherever they stand."""

    call: Callable[[Call], Call] = _same
    residual: Callable[[Residual], Residual] = _same_form

    def spec(self, spec: ModelSpec) -> ModelSpec:
        """The whole spec, its blocks and heads too."""
        blocks = {
            name: replace(
                block,
                form=self.form(block.form),
                norm=self._behind(block.norm),
                act=self._act(block.act),
            )
            for name, block in spec.blocks.items()
        }
        heads = tuple(
            Head(self.layer(head.layer), head.train_only, head.loss_weight)
            for head in spec.heads
        )
        return replace(
            spec,
            blocks=blocks,
            form=self.form(spec.form),
            heads=heads,
            norm=self._behind(spec.norm),
            act=self._act(spec.act),
        )

    def form(self, form: Form) -> Form:
        """A form with what is inside it."""
        if isinstance(form, Series):
            return self._series(form)
        if isinstance(form, Branches):
            paths = (replace(b, path=self._series(b.path)) for b in form.branches)
            return replace(form, branches=tuple(paths))
        shortcut = form.shortcut
        if isinstance(shortcut, Series):
            shortcut = self._series(shortcut)
        body = self._series(form.body)
        return self.residual(replace(form, body=body, shortcut=shortcut))

    def layer(self, layer: Layer) -> Layer:
        """A layer with its op, or the form inside it."""
        body = layer.body
        return replace(
            layer,
            body=self.call(body) if isinstance(body, Call) else self.form(body),
            norm=self._behind(layer.norm),
            act=self._act(layer.act),
        )

    def _series(self, series: Series) -> Series:
        return Series(tuple(map(self.layer, series.layers)), series.span)

    def _behind(self, call: Call | None) -> Call | None:
        return None if call is None else self.call(call)

    def _act(self, act: Act | None) -> Act | None:
        return self.call(act) if isinstance(act, Call) else act
