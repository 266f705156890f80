"""PM614 to PM626: warnings about names, conditions, variants and sizes."""

from __future__ import annotations

from pmgen.diagnostics.codes.definition import Code, paragraph, text

_BASE = text(
    """
    pmgen: 1
    model: Base
    input: [3, 32, 32]
    params: {num_classes: 10}
    layers:
      flatten: {op: Flatten}
      fc: {op: Linear, out_features: $num_classes}
    expect: {params: 30730}
    """
)
CODES = (
    Code(
        "PM614",
        "A block that nothing calls, or defaults that no layer takes.",
        paragraph(
            """
            Most often the name is that of another: of a block that was renamed, or of
            an op that stands under `norm` or `act`, where `defaults` do not reach. It
            is said of the spec's own file; a file of blocks for several networks, named
            under `use`, may hold more than each of them calls.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            defaults: {BatchNorm2D: {momentum: 0.99}}
            layers:
              conv:
                {op: Conv2D, out_channels: 8, kernel_size: 3, bias: false,
                 norm: BatchNorm2D, act: ReLU}
            """
        ),
    ),
    Code(
        "PM615",
        "An input that is named twice in one `from`.",
        paragraph(
            """
            A sum of a layer with itself is that layer doubled, a concatenation has each
            channel twice. One of the two names was to be another. Where a square or a
            double is meant, allow it.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              a: {op: Conv2D, out_channels: 8, kernel_size: 1, act: ReLU}
              b: {op: Conv2D, out_channels: 8, kernel_size: 1, act: ReLU}
              both: {op: Concat, from: [b, b]}
            """
        ),
    ),
    Code(
        "PM616",
        "A name in a `from` that stands for two layers.",
        paragraph(
            """
            Inside a form that is written inline, `from` finds the layers of the form
            and those around it. Where both have a layer of that name, the nearer one is
            taken, which a reader of the file may not see.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [8, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 1, act: ReLU}
              inner:
                layers:
                  conv: {op: Conv2D, out_channels: 8, kernel_size: 1, act: ReLU}
                  relu: {op: Conv2D, out_channels: 8, kernel_size: 1, act: ReLU}
                  both: {op: Add, from: [conv, relu]}
            """
        ),
    ),
    Code(
        "PM617",
        "A `when` that always holds, or never.",
        paragraph(
            """
            It names no parameter, or its parameters cancel out, so it decides nothing.
            A layer that is to be left out for a while is better written as a comment,
            and one that can be chosen needs a parameter: `when: $with_norm`.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3}
              relu: {op: ReLU, when: false}
            """
        ),
    ),
    Code(
        "PM618",
        "A comparison of a text or a list with a number.",
        paragraph(
            """
            The two are never equal, whatever the parameter's value, so the layer is
            always there or never. The parameter that was meant is another one, or is
            to be a number.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            params: {mode: SAME}
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: $mode}
              relu: {op: ReLU, when: $mode == 1}
            """
        ),
    ),
    Code(
        "PM619",
        "A branch of which `when` leaves nothing.",
        paragraph(
            """
            The branch does not go: it becomes the identity, and what comes in is
            joined with the others as it is. Where the layers that are left out would
            change the shape, that is a shortcut and nothing is said; a norm or an
            activation was hardly meant so.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [8, 32, 32]
            params: {with_norm: false}
            branches:
              conv: {conv: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: 1}}
              norm: {norm: {op: BatchNorm2D, when: $with_norm}}
            merge: add
            """
        ),
    ),
    Code(
        "PM620",
        "A variant that changes nothing.",
        paragraph(
            """
            All that it sets is what its base has already. Most often a value was to be
            another, or the line that changes it is missing.
            """
        ),
        text(
            """
            pmgen: 1
            extends: base.yaml
            model: Net
            params: {num_classes: 10}
            """
        ),
        {"base.yaml": _BASE},
    ),
    Code(
        "PM621",
        "A variant with the name of its base.",
        paragraph(
            """
            Two classes of one name are easily taken for each other: in imports, in the
            summary of a run, in comparisons. `model` gives the variant its own. A
            `source` or an `expect` of the variant's own says what it is as well.
            """
        ),
        text(
            """
            pmgen: 1
            extends: base.yaml
            params: {num_classes: 100}
            """
        ),
        {"base.yaml": _BASE.replace("expect: {params: 30730}\n", "")},
    ),
    Code(
        "PM622",
        "A variant without `expect`, of a base that has one.",
        paragraph(
            """
            The base's figures are those of another network, so they are not held
            against a variant that changes it. A slip in the variant then goes
            unnoticed. `expect: null` says that there are none on purpose.
            """
        ),
        text(
            """
            pmgen: 1
            extends: base.yaml
            model: Net
            params: {num_classes: 100}
            """
        ),
        {"base.yaml": _BASE},
    ),
    Code(
        "PM623",
        "More parameters or activations than a machine holds.",
        paragraph(
            """
            The bound is 80 GiB, what the largest accelerators have. A parameter takes
            12 bytes to train, float32 with its gradient and its momentum, so that some
            7 billion are too many; a value that a layer gives takes 4 for each image.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              flatten: {op: Flatten}
              fc: {op: Linear, out_features: 1000000000000}
            """
        ),
    ),
    Code(
        "PM624",
        "An output that is the small image before a classifier's end.",
        paragraph(
            """
            `pmgen train` takes features, [N, classes]. An image of one pixel has to be
            flattened; one of which each pixel stands for 8 x 8 of the input or more is
            most often a network whose last layers were forgotten. Images as large as
            the input, as for segmentation, are not warned of, nor is a network with
            `heads`. For a network that gives features to others, allow it.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 64, 64]
            defaults: {Conv2D: {kernel_size: 3, stride: 4, padding: 1, act: ReLU}}
            layers:
              conv1: {op: Conv2D, out_channels: 8, kernel_size: 5}
              conv2: {op: Conv2D, out_channels: 16, kernel_size: 5}
            """
        ),
    ),
    Code(
        "PM625",
        "An `any` in the input that not every size fits.",
        paragraph(
            """
            A window with a stride rounds the size down, so that after a later
            enlargement the inputs of a join agree only where nothing was lost. With
            another size, training stops inside Paddle.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, any, any]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: 1, act: ReLU}
              down: {op: MaxPool2D, kernel_size: 2}
              up: {op: Upsample, scale_factor: 2}
              join: {op: Concat, from: [conv, up]}
            """
        ),
    ),
    Code(
        "PM626",
        "An `allow` that allows nothing.",
        paragraph(
            """
            The warning that it was written for is gone, or stands elsewhere: an
            `allow` reaches the layer it stands in, what that layer holds or calls, or
            at the top of a file all of the network. Left in place, it would hide the
            next one.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3, allow: [PM606]}
            """
        ),
    ),
)
