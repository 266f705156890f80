"""PM4xx: figures that a spec says its network has."""

from __future__ import annotations

from pmgen.diagnostics.codes.definition import Code, paragraph, text

CODES = (
    Code(
        "PM401",
        "A figure under `expect` is not what the network has.",
        paragraph(
            """
            A published number of parameters stands in the spec so that a slip in a
            layer is noticed. Either the figure is wrong or the network: `pmgen show`
            lists the parameters of every layer.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3}
            expect: {params: 216}
            """
        ),
    ),
)
