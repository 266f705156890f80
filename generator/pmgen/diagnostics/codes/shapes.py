"""PM3xx: values of arguments, and the shapes that follow from them."""

from __future__ import annotations

from pmgen.diagnostics.codes.definition import Code, paragraph, text


def _deep() -> str:
    """Blocks inside each other, one more than may be."""
    blocks = [f"  B{n}: {{layers: {{inner: {{op: B{n + 1}}}}}}}\n" for n in range(40)]
    return "".join(
        (
            "pmgen: 1\nmodel: Net\ninput: [3, 32, 32]\nblocks:\n",
            *blocks,
            "  B40: {layers: {relu: {op: ReLU}}}\n",
            "layers: {first: {op: B0}}\n",
        )
    )


CODES = (
    Code(
        "PM301",
        "A value of the wrong type or outside its range.",
        paragraph(
            """
            The message says what the argument takes. Words that YAML 1.1 read as truth
            values, `yes` and `no`, are text here. A parameter is written with `$`.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3, bias: no}
            """
        ),
    ),
    Code(
        "PM302",
        "A window, or what is left after cropping, does not fit the image.",
        paragraph(
            """
            Every layer before made the image smaller, and now it is smaller than the
            window. The note lists the layers that shrank it; the help names edits that
            fit, each of them tried. An edit inside a block changes every use of it. A
            network for large images often fails so on small ones.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [1, 28, 28]
            layers:
              conv1: {op: Conv2D, out_channels: 8, kernel_size: 5, stride: 2}
              pool1: {op: MaxPool2D, kernel_size: 3}
              conv2: {op: Conv2D, out_channels: 16, kernel_size: 5}
            """
        ),
    ),
    Code(
        "PM303",
        "The inputs of a concatenation differ outside the channel axis.",
        paragraph(
            """
            `concat` puts channels behind each other, so height and width have to agree.
            A convolution keeps them with stride 1 and half of `kernel_size - 1` as
            padding: 1 for a window of 3, 2 for one of 5.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            branches:
              small: {conv: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: 1}}
              large: {conv: {op: Conv2D, out_channels: 8, kernel_size: 5, padding: 1}}
            merge: concat
            """
        ),
    ),
    Code(
        "PM304",
        "The two sides of an addition, a product or a residual differ in shape.",
        paragraph(
            """
            Values are added one by one, so channels, height and width all have to
            agree. Where the body of a residual changes the shape, its `shortcut` holds
            a convolution that makes the same change. In a product, an axis of 1
            stretches, as a gate needs.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [8, 32, 32]
            residual:
              body:
                conv: {op: Conv2D, out_channels: 16, kernel_size: 2, stride: 2}
            """
        ),
    ),
    Code(
        "PM305",
        "Channels that cannot be divided as asked.",
        paragraph(
            """
            `groups` of a convolution divides the channels that come in and those that
            go out; a normalisation or a shuffle in groups, and `split`, those that come
            in.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv1: {op: Conv2D, out_channels: 32, kernel_size: 3}
              conv2: {op: Conv2D, out_channels: 32, kernel_size: 3, groups: 3}
            """
        ),
    ),
    Code(
        "PM306",
        "An input with the wrong number of axes: an image where features are taken, "
        "or features where an image is.",
        paragraph(
            """
            Convolutions and pools work on images, [N, C, H, W]; `Linear` works on
            features, [N, F]. `Flatten` leads from one to the other, usually once,
            before the first `Linear`.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3}
              fc: {op: Linear, out_features: 10}
            """
        ),
    ),
    Code(
        "PM307",
        "A size is needed that `any` in the input leaves open.",
        paragraph(
            """
            The weights of a `Linear` behind `Flatten` depend on the size of the image,
            so it cannot stay open. An adaptive pool in front makes it known again,
            whatever comes in.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, any, any]
            layers:
              flatten: {op: Flatten}
              fc: {op: Linear, out_features: 10}
            """
        ),
    ),
    Code(
        "PM308",
        "The network expands to more layers than the limit.",
        paragraph(
            """
            Blocks that repeat inside blocks that repeat multiply. The limit is far
            above the deepest networks that are known; look for a `repeat` that is too
            large.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, repeat: 30000, out_channels: 8, kernel_size: 1}
            """
        ),
    ),
    Code(
        "PM309",
        "An expression has no value: a division by zero or a number too large.",
        paragraph(
            """
            It can be read, but with the values that its parameters have, nothing comes
            out. A layer that makes no sense for some value can be left out there, by
            `when`.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            params: {parts: 0}
            layers:
              conv: {op: Conv2D, out_channels: 64 // $parts, kernel_size: 3}
            """
        ),
    ),
    Code(
        "PM310",
        "Blocks and forms lie inside each other deeper than the limit.",
        paragraph(
            """
            No network needs it, and code that deep could not be read. In the example
            each block holds the next.
            """
        ),
        _deep(),
    ),
)
