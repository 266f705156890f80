"""PM5xx: recipes."""

from __future__ import annotations

from pmgen.diagnostics.codes.definition import Code, paragraph, text

CODES = (
    Code(
        "PM501",
        "A recipe setting that is not known, or a layer that the network has not.",
        paragraph(
            """
            Nothing in a recipe is ignored, so that a mistyped setting cannot train a
            network in another way than you read. The page on recipes lists all of them.
            Layers under `freeze` and `learning_rates` are named as the spec names them.
            """
        ),
        text(
            """
            pmgen: 1
            recipe: mine
            optimizer: {AdamW: {learning_rate: 0.001}}
            epoch: 30
            """
        ),
    ),
    Code(
        "PM502",
        "A recipe value of the wrong type or outside its range.",
        paragraph(
            """
            The message says what the setting takes, before Paddle is imported and an
            hour of training is lost. Probabilities and shares are from 0 to 1, angles
            in degrees.
            """
        ),
        text(
            """
            pmgen: 1
            recipe: mine
            optimizer: {Momentum: {learning_rate: 0.01, momentum: 9}}
            """
        ),
    ),
)
