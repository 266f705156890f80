"""The rules of ops by themselves: sizes, weights and multiplications by hand.

Every number here is worked out on paper, from the definition of the op. No fixture
and no parametrisation, so that mutants.py beside it can call each test as it is.
"""

from __future__ import annotations

from typing import Any

from pmgen.ops import OPS
from pmgen.ops.definition import ShapeIssue

IMAGE = (4, 9, 7)


def bound(op: str, **given: Any) -> dict[str, Any]:
    """The arguments of an op, with its defaults."""
    assert set(given) <= {arg.name for arg in OPS[op].args}
    return {arg.name: arg.default for arg in OPS[op].args} | given


def size(op: str, shape: Any = IMAGE, **given: Any) -> Any:
    """What comes out of one input."""
    return OPS[op].infer(bound(op, **given), (shape,))


def refusal(op: str, *shapes: Any, **given: Any) -> tuple[str, str | None, str, str]:
    """Code, argument, message and help of what must be refused."""
    try:
        out = OPS[op].infer(bound(op, **given), shapes or (IMAGE,))
    except ShapeIssue as issue:
        help = issue.help or ""
        if issue.fits:
            help = f"`{issue.arg}: {issue.fits[0]}` {issue.effect}"
        return issue.code, issue.arg, issue.message, help
    raise AssertionError(f"{op} gives {out}")


def cost(op: str, shape: Any = IMAGE, **given: Any) -> tuple[Any, Any]:
    """The shapes of the weights, and the multiplications."""
    args = bound(op, **given)
    out = OPS[op].infer(args, (shape,))
    weights, macs = OPS[op].weights, OPS[op].macs
    return (
        dict(weights.shapes(args, (shape,), out)) if weights else {},
        macs(args, (shape,), out) if macs else None,
    )


def conv(**more: Any) -> dict[str, Any]:
    return {"out_channels": 6, "kernel_size": 3, **more}


def test_convolution_sizes() -> None:
    assert size("Conv2D", **conv()) == (6, 7, 5)
    assert size("Conv2D", **conv(stride=2)) == (6, 4, 3)
    assert size("Conv2D", **conv(stride=(3, 2), padding=1)) == (6, 3, 4)
    assert size("Conv2D", **conv(padding=(0, 1, 2, 4))) == (6, 8, 11)
    assert size("Conv2D", **conv(padding=(2, 0))) == (6, 11, 5)
    assert size("Conv2D", **conv(dilation=(3, 2))) == (6, 3, 3)
    assert size("Conv2D", **conv(kernel_size=(9, 7))) == (6, 1, 1)
    assert size("Conv2D", **conv(padding="SAME", stride=(2, 3))) == (6, 5, 3)
    assert size("Conv2D", **conv(padding="VALID", stride=2)) == (6, 4, 3)


def test_convolution_refusals() -> None:
    code, arg, message, help = refusal("Conv2D", **conv(kernel_size=(10, 2)))
    assert (code, arg) == ("PM302", "kernel_size")
    assert message.endswith("is 10 in height, but only 9 arrive")
    assert help.startswith("take a smaller `kernel_size`")
    _, _, message, help = refusal("Conv2D", **conv(kernel_size=(2, 12), padding=1))
    assert message.endswith("is 12 in width, but only 9 arrive (7 and padding)")
    code, arg, _, _ = refusal("Conv2D", **conv(padding="SAME", dilation=(1, 2)))
    assert (code, arg) == ("PM301", "dilation")
    code, arg, message, help = refusal("Conv2D", **conv(groups=3))
    assert (code, arg) == ("PM305", "groups")
    assert message == "4 incoming channels cannot be divided into 3 groups"
    assert help == "`groups: 2` divides both 4 and 6"
    _, _, message, _ = refusal("Conv2D", **conv(groups=4))
    assert message == "6 outgoing channels cannot be divided into 4 groups"
    assert refusal("Conv2D", (5,), **conv())[0] == "PM306"


def test_convolution_costs() -> None:
    weights, macs = cost("Conv2D", **conv(groups=2, kernel_size=(3, 2)))
    assert weights == {"weight": (6, 2, 3, 2), "bias": (6,)}
    assert macs == 2 * 3 * 2 * 6 * 7 * 6
    assert cost("Conv2D", **conv(bias=False))[0] == {"weight": (6, 4, 3, 3)}
    weights, macs = cost("Conv2DTranspose", **conv(groups=2))
    assert weights == {"weight": (4, 3, 3, 3), "bias": (6,)}
    assert macs == 3 * 3 * 3 * 4 * 9 * 7
    assert cost("Conv2DTranspose", **conv(bias=False))[0] == {"weight": (4, 6, 3, 3)}
    assert cost("Linear", (5,), out_features=3) == (
        {"weight": (5, 3), "bias": (3,)},
        15,
    )
    assert cost("Linear", (5,), out_features=3, bias=False)[0] == {"weight": (5, 3)}


def test_transposed_sizes() -> None:
    def out(**more: Any) -> Any:
        return size("Conv2DTranspose", **conv(**more))

    assert out() == (6, 11, 9)
    assert out(stride=(2, 3), padding=1) == (6, 17, 19)
    assert out(stride=2, output_padding=1) == (6, 20, 16)
    assert out(dilation=(2, 3), padding=(0, 2)) == (6, 13, 9)
    assert out(kernel_size=1, padding=(4, 3)) == (6, 1, 1)
    code, arg, _, _ = refusal("Conv2DTranspose", **conv(output_padding=1))
    assert (code, arg) == ("PM301", "output_padding")
    code, arg, message, _ = refusal("Conv2DTranspose", **conv(kernel_size=1, padding=5))
    assert (code, arg) == ("PM302", "padding")
    assert message.endswith("takes 10 of 9")
    assert refusal("Conv2DTranspose", **conv(groups=3))[0] == "PM305"


def test_pools() -> None:
    for op in ("MaxPool2D", "AvgPool2D"):
        assert size(op, kernel_size=2) == (4, 4, 3)
        assert size(op, kernel_size=2, ceil_mode=True) == (4, 5, 4)
        assert size(op, kernel_size=3, stride=(2, 1)) == (4, 4, 5)
        code, arg, _, _ = refusal(op, kernel_size=2, padding="SAME", ceil_mode=True)
        assert (code, arg) == ("PM301", "ceil_mode")
        window = OPS[op].window
        assert callable(window)
        assert window(bound(op, kernel_size=(3, 2))) == ((3, 3), (2, 2))
        assert window(bound(op, kernel_size=3, stride=1)) == ((3, 1), (3, 1))
    for op in ("AdaptiveAvgPool2D", "AdaptiveMaxPool2D"):
        assert size(op, output_size=2) == (4, 2, 2)
        assert size(op, output_size=(2, 3)) == (4, 2, 3)
    window = OPS["Conv2D"].window
    assert callable(window)
    args = bound("Conv2D", **conv(kernel_size=(3, 2), dilation=(2, 4), stride=(2, 3)))
    assert window(args) == ((5, 2), (5, 3))


def test_norms() -> None:
    assert cost("BatchNorm2D")[0] == {"weight": (4,), "bias": (4,)}
    assert cost("BatchNorm2D", bias=False)[0] == {"weight": (4,)}
    buffers = OPS["BatchNorm2D"].buffers
    assert buffers is not None
    assert buffers({}, (IMAGE,)) == 8
    assert cost("InstanceNorm2D")[0] == {"weight": (4,), "bias": (4,)}
    assert cost("LayerNorm")[0] == {"weight": (252,), "bias": (252,)}
    assert cost("LayerNorm", bias=False)[0] == {"weight": (252,)}
    shape_of = OPS["LayerNorm"].inferred["normalized_shape"]
    assert (shape_of(IMAGE), shape_of((5,))) == (IMAGE, 5)
    for op in ("BatchNorm2D", "InstanceNorm2D", "LayerNorm2D", "Conv2D"):
        assert [rule(IMAGE) for rule in OPS[op].inferred.values()] == [4]
    assert OPS["GroupNorm"].inferred["num_channels"](IMAGE) == 4
    assert OPS["Linear"].inferred["in_features"]((5,)) == 5
    assert size("GroupNorm", num_groups=2) == IMAGE
    _, arg, _, help = refusal("GroupNorm", num_groups=3)
    assert (arg, help) == ("num_groups", "`num_groups: 2` divides 4")


def merged(op: str, *shapes: Any) -> Any:
    return OPS[op].infer({}, shapes)


def test_merges() -> None:
    assert merged("Concat", IMAGE, (3, 9, 7), (1, 9, 7)) == (8, 9, 7)
    assert merged("Add", IMAGE, IMAGE) == IMAGE
    assert merged("Multiply", IMAGE, (4, 1, 1)) == IMAGE
    assert merged("Multiply", (1, 9, 1), (4, 1, 7)) == IMAGE
    for op, *shapes in (
        ("Concat", IMAGE, (4, 8, 7)),
        ("Concat", IMAGE, (4,)),
        ("Add", IMAGE, (4, 1, 1)),
        ("Add", IMAGE, (4,)),
        ("Add", (1, 9, 7), IMAGE),
        ("Multiply", IMAGE, (4, 2, 1)),
    ):
        assert refusal(op, *shapes)[0] == ("PM303" if op == "Concat" else "PM304")
