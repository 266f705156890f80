"""PM2xx: names of layers, blocks, parameters, ops and arguments."""

from __future__ import annotations

from pmgen.diagnostics.codes.definition import Code, paragraph, text

CODES = (
    Code(
        "PM201",
        "A name that cannot become a Python name: malformed, a keyword, a builtin, or"
        " an attribute that every Paddle layer has.",
        paragraph(
            """
            A layer becomes an attribute, a parameter an argument, a block a class.
            Names are never altered, since a name is what you look for in the class and
            in its weights. A layer called `train` or `forward` would replace a method
            of the class.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              forward: {op: Conv2D, out_channels: 8, kernel_size: 3}
            """
        ),
    ),
    Code(
        "PM202",
        "An op, activation, normalisation, initializer or block that is unknown.",
        paragraph(
            """
            Ops are called as their classes in `paddle.nn`, with the same capital
            letters. Blocks are called as they are declared under `blocks`, here or in a
            file of `use`.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2d, out_channels: 8, kernel_size: 3}
            """
        ),
    ),
    Code(
        "PM203",
        "An argument that the op or block does not take.",
        paragraph(
            """
            Arguments keep the names that Paddle gives them. What follows from the layer
            before, such as `in_channels`, is never written. A block takes what it
            declares under its `params`.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3, strid: 2}
            """
        ),
    ),
    Code(
        "PM204",
        "An argument that must be given is missing.",
        paragraph(
            """
            Some arguments have no default: the channels of a convolution, the size of a
            window, a parameter that a block declares by a type alone. Where many layers
            share one, `defaults` can give it.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8}
            """
        ),
    ),
    Code(
        "PM205",
        "A `$name` that is no parameter here.",
        paragraph(
            """
            A block is closed: it sees its own `params` and `$in_channels`, not the
            parameters of the model. What it needs is handed to it as an argument.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            params: {num_classes: 10}
            layers:
              flatten: {op: Flatten}
              fc: {op: Linear, out_features: $num_clases}
            """
        ),
    ),
    Code(
        "PM206",
        "A layer named in `from`, `before` or `after` that is not there yet.",
        paragraph(
            """
            `from` looks back: it finds layers that stand earlier in the same form, or
            in the forms around it, and `input`, what comes in. What lies inside another
            form or block cannot be named from outside; the form's own name can.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv1: {op: Conv2D, out_channels: 8, kernel_size: 3}
              total: {op: Add, from: [conv1, conv2]}
              conv2: {op: Conv2D, out_channels: 8, kernel_size: 3}
            """
        ),
    ),
    Code(
        "PM207",
        "Two things would share one name in the generated class.",
        paragraph(
            """
            Names in inline forms are joined by `_`, and a layer's `norm` and `act` are
            called after it. Where two meet, one would overwrite the other, so one has
            to be renamed.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3, norm: BatchNorm2D}
              conv_norm: {op: BatchNorm2D}
            """
        ),
    ),
    Code(
        "PM208",
        "A block that contains itself.",
        paragraph(
            """
            The network would never end. The message names the way round. For several of
            a block in a row there is `repeat`.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            blocks:
              Outer: {layers: {inner: {op: Inner}}}
              Inner: {layers: {outer: {op: Outer}}}
            layers:
              block: {op: Outer}
            """
        ),
    ),
    Code(
        "PM209",
        "A layer whose output neither the next layer nor a `from` takes.",
        paragraph(
            """
            A layer with a `from` does not look at the one before it. If nothing else
            does either, that one would be computed, and trained, for nothing. A join
            that its `when` leaves out passes on its first input, and nothing takes the
            others.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv1: {op: Conv2D, out_channels: 8, kernel_size: 3}
              conv2: {op: Conv2D, out_channels: 8, kernel_size: 3}
              conv3: {op: Conv2D, from: conv1, out_channels: 8, kernel_size: 3}
            """
        ),
    ),
    Code(
        "PM210",
        "A parameter that nothing uses.",
        paragraph(
            """
            It would be an argument of the class that changes nothing, and a variant
            that mistypes a parameter of its base would leave the network as it was.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            params: {num_classes: 10}
            layers:
              flatten: {op: Flatten}
              fc: {op: Linear, out_features: 10}
            """
        ),
    ),
)
