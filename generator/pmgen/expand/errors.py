"""The expansion's mistakes: their places, labels and help."""

from __future__ import annotations

from collections.abc import Iterable

from pmruntime.suggest import did_you_mean

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.diagnostics.source import Span
from pmgen.expand.advice import Advisor, Mending, Refusal, odd_one_out
from pmgen.expand.graph import Role
from pmgen.expand.scope import GraphBuilder, Scope, Signal
from pmgen.expand.trials import Trials
from pmgen.expressions.expression import NoValue
from pmgen.language.spec import Arg, Call, Ident, ModelSpec, Residual, Shortcut
from pmgen.language.visit import layers_in, names_of
from pmgen.ops import OPS
from pmgen.ops.definition import WholeImage, is_size, show_shape

MAX_FORMS = 40  # inside each other
_NOTES = 3
POOLS_TO_SIZE = next(
    op.name
    for op in OPS.values()
    if op.group == "pooling" and isinstance(op.window, WholeImage)
)
_USERS = 4  # of a removed layer, shown with it


class Reporter:
    """Reports mistakes with the notes of the scope that they stand in."""

    def __init__(
        self,
        spec: ModelSpec,
        diagnostics: Diagnostics,
        built: GraphBuilder,
        trials: Trials | None,
        go_on: bool,
    ) -> None:
        self.spec = spec
        self.trials = trials  # None in a trial, whose help nobody reads
        self.go_on = go_on  # behind a mistake, with the shape that was likely meant
        self.diagnostics = diagnostics
        self.advisor = Advisor(built)

    def shape_error(
        self,
        refusal: Refusal,
        inputs: list[Signal],
        scope: Scope,
        role: Role,
        span: Span,
        call: Call | None,
    ) -> None:
        """A refusal by a shape rule, at the argument or the input at fault."""
        issue = refusal.issue
        arriving = f"{show_shape(inputs[0].shape or ())} arrives"
        if isinstance(issue, NoValue):
            self.error(
                "PM309",
                f"no size here: {issue}",
                span,
                scope,
                label=arriving,
                help="let fewer layers change the size, or give the input one",
            )
            return
        given = call.args.get(issue.arg) if call and issue.arg else None
        mark = Label(given.span if given else span, arriving)
        related: list[Label] = []
        odd = 0
        if len(inputs) > 1:
            odd = odd_one_out([s.shape for s in inputs if s.shape is not None])
            mark, related = _marks(inputs, odd, role, mark.span)
        notes: list[str] = []
        advice = None
        mends = self._mending(issue.code, mark.span)
        if mends is not None and len(inputs) > 1:
            sizes = issue.code == "PM303"
            advice = self.advisor.for_inputs(
                inputs, odd, notes, mends, scope.env, only_sizes=sizes
            )
        elif mends is not None:
            advice = self.advisor.for_op(refusal, inputs[0], notes, mends)
        self.error(
            issue.code,
            issue.message,
            mark.span,
            scope,
            label=mark.text,
            related=related,
            notes=notes,
            help=advice or issue.help,
        )

    def changed_shape(
        self, body: Signal, start: Signal, form: Residual, scope: Scope
    ) -> None:
        """A residual whose body changes the shape beside an identity."""
        notes: list[str] = []
        mends = self._mending("PM304", form.span)
        ways = self._shortcuts(body, start, scope, notes, mends) if mends else []
        self.error(
            "PM304",
            "the body of a residual changes the shape, but its shortcut is the "
            "identity",
            form.span,
            scope,
            label=f"{show_shape(start.shape or ())} comes in",
            related=[Label(body.span, f"{show_shape(body.shape or ())} comes out")],
            notes=notes,
            help="; or ".join(ways),
        )

    def _shortcuts(
        self,
        body: Signal,
        start: Signal,
        scope: Scope,
        notes: list[str],
        mends: Mending,
    ) -> list[str]:
        """What makes the two sides of a residual agree."""
        advice = self.advisor.for_inputs([start, body], 1, notes, mends, scope.env)
        ways = [advice] if advice and "`padding" in advice else []
        projection = self.advisor.projection(start, body, scope.env)
        if projection is not None and mends.by_shortcut(projection[1]):
            ways.append(f"`shortcut: {projection[0]}` makes the same change")
        else:
            ways.append("give `shortcut` layers that make the same change")
        ways += [advice] if advice and advice not in ways else []
        if ways[0] != advice and mends.by_shortcut(Shortcut.WHERE_EQUAL):
            ways.append("`shortcut: where_equal` leaves the addition out here")
        return ways

    def _mending(self, code: str, span: Span) -> Mending | None:
        """What tries edits for a mistake; None where its help is not shown."""
        if self.trials is None or self.diagnostics.is_reported(code, span):
            return None
        return Mending(self.trials, code, span)

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        scope: Scope,
        *,
        label: str = "",
        related: list[Label] | None = None,
        notes: list[str] | None = None,
        help: str | None = None,
    ) -> None:
        """An error with the notes of its scope: where a block was expanded."""
        self.diagnostics.error(
            code,
            message,
            span,
            label=label,
            related=related or (),
            notes=(*(notes or ()), *_shown(scope.notes)),
            help=help,
        )

    def head_named_as_layer(self, head: Ident, layer: Span) -> None:
        """Report a head that has a layer's name."""
        self.diagnostics.error(
            "PM207",
            f"the head `{head.text}` has the name of a layer",
            head.span,
            related=[Label(layer, "the layer")],
            help="rename one of them",
        )

    def too_deep(self, depth: int, span: Span, scope: Scope) -> bool:
        """True, and an error, where forms lie inside each other past the limit."""
        if depth < MAX_FORMS:
            return False
        self.error(
            "PM310",
            f"forms nest deeper than {MAX_FORMS} levels, blocks counted in",
            span,
            scope,
            help="let fewer blocks lie inside each other",
        )
        return True

    def open_features(self, start: Signal, what: str, span: Span, scope: Scope) -> bool:
        """True, and an error, where a class of its own would be constructed with a
        number of features that is not known."""
        if start.shape is None or is_size(start.shape[0]):
            return False
        self.error(
            "PM307",
            f"{what} needs the number of features, which `any` leaves open",
            span,
            scope,
            help=f"pool to a fixed size first, as with `op: {POOLS_TO_SIZE}`, or give "
            "the input a size",
        )
        return True

    def declared(self, arg: Arg, scope: Scope) -> list[Label]:
        """Where the model's parameters in a value are declared. In a block the notes
        say which layer gave them."""
        if scope.blocks:
            return []
        named = set(names_of(arg))
        return [
            Label(param.name.span, "declared here")
            for param in self.spec.params
            if param.name.text in named
        ]

    def no_such_layer(
        self, ident: Ident, known: Iterable[str], scope: Scope, layer: str
    ) -> None:
        """A `from` of `layer` that names none of the `known` layers. Where a variant
        took away what its base needs, that line is wrong, and not the base's."""
        lost = self.spec.lost.get(ident.text)
        at = lost.removed_at if lost else None
        if lost is not None and at is None:
            return  # it is reported where it stands
        if lost is not None and at is not None and self._below(ident.span, at):
            self.error(
                "PM206",
                f"`{ident.text}` is removed, but other layers still need it",
                at,
                scope,
                related=[Label(span, "named here") for span in lost.users[:_USERS]],
                help="remove or change those too, or keep it",
            )
            return
        self.error(
            "PM206",
            f"there is no layer `{ident.text}` before this one",
            ident.span,
            scope,
            related=[Label(at, "it is removed here")] if at else [],
            help=self.later(ident, scope, layer)
            or did_you_mean(ident.text, known)
            or "`from` names a layer that stands earlier in the same block or repeated "
            "form",
        )

    def _below(self, span: Span, other: Span) -> bool:
        """Whether a place is in a file that the other's extends."""
        files = self.spec.files
        return files.index(span.file) > files.index(other.file)

    def later(self, ident: Ident, scope: Scope, layer: str) -> str | None:
        """Help for a `from` that names a layer which exists but cannot be used."""
        if ident.text == layer:
            return "a layer cannot take what it gives itself"
        if any(ident.text in names for names in scope.hidden):
            return (
                f"`{ident.text}` stands outside this form, which repeats and sees only "
                "what comes in"
            )
        blocks = self.spec.blocks
        form = blocks[scope.blocks[-1]].form if scope.blocks else self.spec.form
        for holder in layers_in(form):
            if isinstance(holder.body, Call):
                continue
            inside = {inner.name.text for inner in layers_in(holder.body)}
            if ident.text in inside and layer not in inside:
                return f"`{ident.text}` lies inside `{holder.name.text}`: name that"
        if all(inner.name.text != ident.text for inner in layers_in(form)):
            return None
        return f"`{ident.text}` comes later: put this layer behind it"


def _marks(
    inputs: list[Signal], odd: int, role: Role, span: Span
) -> tuple[Label, list[Label]]:
    """Where inputs that disagree are marked: the place of the mistake, and the others.
    A merge is marked at the odd one of its inputs, if each has a place of its own."""
    labels = [Label(s.span, show_shape(s.shape or ())) for s in inputs]
    if role != "merge":
        return Label(span, ""), labels
    if len({label.span for label in labels}) < len(labels):
        return Label(span, ""), []
    return labels[odd], [item for i, item in enumerate(labels) if i != odd]


def _shown(notes: tuple[str, ...]) -> tuple[str, ...]:
    """The notes, without those in the middle where many blocks are nested."""
    left_out = len(notes) - 2 * _NOTES
    if left_out < 2:
        return notes
    return (*notes[:_NOTES], f"in {left_out} more blocks", *notes[-_NOTES:])
