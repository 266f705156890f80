"""PM601 to PM613: warnings about layers and what stands behind each other."""

from __future__ import annotations

from pmgen.diagnostics.codes.definition import Code, paragraph, text

CODES = (
    Code(
        "PM601",
        "An output that is a probability already, where the loss expects logits.",
        paragraph(
            """
            The losses of `pmgen train` apply Softmax themselves, or Sigmoid to a single
            output. Applied twice, it flattens the gradients, and a single output can
            never fall below one half. `pmgen train` refuses such a network;
            predictions are turned into probabilities without it. For a loss of your
            own that takes probabilities, allow it.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [1, 28, 28]
            layers:
              flatten: {op: Flatten}
              fc: {op: Linear, out_features: 10, act: Softmax}
            """
        ),
    ),
    Code(
        "PM602",
        "An input in the order height, width, channels.",
        paragraph(
            """
            Here it is channels, height, width, as in Paddle. An image that is 3 wide
            and has hundreds of channels is most likely one of 3 colours.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [224, 224, 3]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: 1, act: ReLU}
              pool: {op: AdaptiveAvgPool2D, output_size: 1}
              flatten: {op: Flatten}
              fc: {op: Linear, out_features: 10}
            """
        ),
    ),
    Code(
        "PM603",
        "Initial weights that are all the same, or far too large.",
        paragraph(
            """
            Weights that start at one value make all channels compute the same, and
            nothing tells them apart. `Normal` and `Uniform` without arguments spread by
            1.0 and 0.58: each value is a sum of many, so that it grows with every
            layer, until the loss is no number. The same is said where a spread that is
            written down makes values more than eight times as large. A
            `KaimingNormal` takes the number of summands into account. Zeros suit a
            layer whose output is added to a shortcut, or is the last; those are not
            warned of.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv:
                {op: Conv2D, out_channels: 8, kernel_size: 3, init: {weight: Normal}}
            """
        ),
    ),
    Code(
        "PM604",
        "Two linear maps with nothing between them.",
        paragraph(
            """
            A convolution or linear layer of the output of another is one linear map,
            which a single layer could be. Most often the activation was forgotten. It
            is not said where the pair is cheaper than the single one: where fewer
            channels lie between than on both sides, or a window is taken apart into
            one for each axis or each channel; nor where a normalisation lies between.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              flatten: {op: Flatten}
              fc1: {op: Linear, out_features: 64}
              fc2: {op: Linear, out_features: 10}
            """
        ),
    ),
    Code(
        "PM605",
        "An activation right behind an activation.",
        paragraph(
            """
            The second changes little or nothing of what the first gave: a ReLU of a
            ReLU is that ReLU. Often a layer has an `act` and a layer for it behind.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3, act: ReLU}
              relu: {op: ReLU}
            """
        ),
    ),
    Code(
        "PM606",
        "A bias that the normalisation behind it takes away.",
        paragraph(
            """
            Batch and instance normalisation subtract the mean of each channel, and a
            bias is a part of that mean. It is a parameter that nothing teaches, and the
            norm has a shift of its own. Weights that were trained elsewhere may have
            one; then allow it.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3, norm: BatchNorm2D}
            """
        ),
    ),
    Code(
        "PM607",
        "A stride that is larger than its window.",
        paragraph(
            """
            The pixels between two windows are never looked at. A window of 1 is left
            out here: with a stride it takes a smaller image on purpose, as in the
            shortcut of a residual.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3, stride: 4}
            """
        ),
    ),
    Code(
        "PM608",
        "A padding that is as large as its window.",
        paragraph(
            """
            Windows at the edge then see padding alone, and the image grows a frame
            that holds nothing but the bias. Half of `kernel_size - 1` keeps the size.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 1, padding: 1}
            """
        ),
    ),
    Code(
        "PM609",
        "A dilation of a window that has one point.",
        paragraph(
            """
            Dilation moves the points of a window apart. A window of 1 x 1 has one, so
            the layer is the same without it. Most often `kernel_size` was meant to be
            larger.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 1, dilation: 2}
            """
        ),
    ),
    Code(
        "PM610",
        "A dropout of every value.",
        paragraph(
            """
            `p` is the share of values that are dropped, in training. With 1.0 nothing
            is left and nothing before it learns. Elsewhere the argument is sometimes
            the share that is kept.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              drop: {op: Dropout, p: 1.0}
              flatten: {op: Flatten}
              fc: {op: Linear, out_features: 10}
            """
        ),
    ),
    Code(
        "PM611",
        "A dropout of the output.",
        paragraph(
            """
            It sets logits of random classes to zero in training, the right one among
            them, and the others grow. Dropout goes before the last layer.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              flatten: {op: Flatten}
              fc: {op: Linear, out_features: 10}
              drop: {op: Dropout}
            """
        ),
    ),
    Code(
        "PM612",
        "A normalisation over a single value.",
        paragraph(
            """
            The mean of one value is the value, so what is left is zero, and the shift
            that is learned. It happens to an instance normalisation of an image of one
            pixel, and to one in groups where each channel of it is a group.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              pool: {op: AdaptiveAvgPool2D, output_size: 1}
              norm: {op: InstanceNorm2D}
              flatten: {op: Flatten}
            """
        ),
    ),
    Code(
        "PM613",
        "A `momentum` in the meaning of another framework.",
        paragraph(
            """
            In Paddle it is the weight of the old running statistics, 0.9 as a rule;
            elsewhere it is the weight of the new batch, 0.1 as a rule. With 0.1 here,
            what is used for predictions is little more than the statistics of the last
            batch.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              norm: {op: BatchNorm2D, momentum: 0.1}
            """
        ),
    ),
)
