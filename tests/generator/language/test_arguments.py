"""What ops and blocks take, and what stands where in a repetition."""

from __future__ import annotations

from pmgen.diagnostics.source import SourceFile, Span
from pmgen.expressions.expression import Const
from pmgen.language.arguments import argument_kinds, missing_args
from pmgen.language.spec import Arg, Block, Call, Ident, Layer, Param, Series
from pmgen.language.types import PARAM_TYPES
from pmgen.ops import OPS

SPAN = Span(SourceFile("a.yaml", ""), 1, 1, 1, 1)


def param(name: str, type: str | None, default: int | None = None) -> Param:
    return Param(Ident(name, SPAN), type, default)


def test_an_op() -> None:
    conv = OPS["Conv2D"]
    assert list(argument_kinds(conv))[:2] == ["out_channels", "kernel_size"]
    assert missing_args(conv, ["kernel_size"]) == ["out_channels"]


def test_a_block_whose_type_is_wrong() -> None:
    """It is reported already: any value fits, and none must be given."""
    params = (param("width", "int"), param("wrong", None), param("depth", "int", 2))
    block = Block(name=Ident("B", SPAN), params=params, form=Series((), SPAN))
    kinds = argument_kinds(block)
    assert kinds["width"] is PARAM_TYPES["int"]
    assert kinds["wrong"].check(object()) is None
    assert missing_args(block, []) == ["width"]


def test_the_first_of_a_repetition() -> None:
    one, two = Arg(Const(1), SPAN), Arg(Const(2), SPAN)
    call = Call("B", SPAN, {"stride": one, "width": one})
    layer = Layer(name=Ident("b", SPAN), body=call, first={"stride": two})
    first, second = layer.body_at(0), layer.body_at(1)
    assert isinstance(first, Call)
    assert first.args == {"stride": two, "width": one}
    assert second is call
