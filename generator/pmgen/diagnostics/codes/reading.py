"""PM1xx: the text of a spec, its YAML, its keys and its files."""

from __future__ import annotations

from pmgen.diagnostics.codes.definition import Code, paragraph, text

CODES = (
    Code(
        "PM101",
        "The text is not well-formed YAML.",
        paragraph(
            """
            The mark is where reading stopped; the mistake is there or just before it.
            The usual ones: a tab in the indentation, a bracket or a quote that is not
            closed, a `:` without a space behind it, entries of one mapping that begin
            in different columns. Only the first of a file is shown, since nothing
            behind it can be read.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv1: {op: Conv2D, out_channels: 8, kernel_size: 3
              pool1: {op: MaxPool2D, kernel_size: 2}
            """
        ),
    ),
    Code(
        "PM102",
        "A key stands twice in one mapping. YAML would keep the last silently.",
        paragraph(
            """
            Of two layers of one name, a YAML reader drops the first without a word, and
            the network is another than the one that you read. Rename one, or take one
            out. The name is also the attribute of the class, so each layer of a
            sequence needs its own.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8, kernel_size: 3}
              conv: {op: Conv2D, out_channels: 16, kernel_size: 3}
            """
        ),
    ),
    Code(
        "PM103",
        "A YAML feature that specs do not use: a tag, a merge key, several documents,"
        " a key that is not a plain word.",
        paragraph(
            """
            Tags can make a reader construct objects, so there are none here. What a
            merge key (`<<`) would share belongs under `defaults`, or into a block.
            Anchors and aliases work.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: &conv {op: Conv2D, out_channels: 8, kernel_size: 3}
              again: {<<: *conv}
            """
        ),
    ),
    Code(
        "PM104",
        "The file is too large, nested too deeply or uses too many aliases.",
        paragraph(
            """
            A spec is written by people. Limits far above what a network needs keep a
            broken or hostile file from filling the memory; the reference of the
            language lists them. A number of more than 15 digits is refused for the same
            reason, and so is a layer that joins more than 256 others.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 64000000000000000, kernel_size: 3}
            """
        ),
    ),
    Code(
        "PM105",
        "A file cannot be read: it is missing, no file, or not UTF-8 text.",
        paragraph(
            """
            Paths in `extends` and `use` are relative to the file that names them. A
            file of another encoding has to be saved as UTF-8.
            """
        ),
        text(
            """
            pmgen: 1
            extends: bose.yaml
            model: Net
            """
        ),
        beside={
            "base.yaml": text(
                """
                pmgen: 1
                model: Base
                input: [3, 32, 32]
                layers:
                  flatten: {op: Flatten}
                """
            )
        },
    ),
    Code(
        "PM106",
        "A value of the wrong kind: a mapping, a list or one value was needed.",
        paragraph(
            """
            Layers are a mapping from names to layers, not a list: the names become
            attributes of the class, and what a variant changes. So no line begins with
            `-`.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              - {op: Conv2D, out_channels: 8, kernel_size: 3}
              - {op: ReLU}
            """
        ),
    ),
    Code(
        "PM107",
        "A key that has no meaning here.",
        paragraph(
            """
            Nothing is ignored: a mistyped key would otherwise be a setting that
            silently does nothing. The same word may be right elsewhere: an argument of
            an op, say, has no meaning at the top of the file.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            parms: {num_classes: 10}
            layers:
              flatten: {op: Flatten}
            """
        ),
    ),
    Code(
        "PM108",
        "A key that must be given is missing.",
        paragraph(
            """
            A spec needs `pmgen`, `model`, `input` and one of `layers`, `branches` and
            `residual`; a layer needs an `op` or one of these forms; branches need
            `merge`.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              fork:
                branches:
                  left: {conv: {op: Conv2D, out_channels: 8, kernel_size: 1}}
                  right: {}
            """
        ),
    ),
    Code(
        "PM109",
        "The language version is missing or is not one that this pmgen knows.",
        paragraph(
            """
            Every file begins with `pmgen: 1`, so that a later version of the language
            cannot change what a spec means. A higher number than this pmgen knows needs
            a newer pmgen.
            """
        ),
        text(
            """
            pmgen: 2
            model: Net
            input: [3, 32, 32]
            layers:
              flatten: {op: Flatten}
            """
        ),
    ),
    Code(
        "PM110",
        "An expression cannot be read. It is integer arithmetic over `$names`: + - * "
        "// %, comparisons, `and`, `or`, `not` and parentheses.",
        paragraph(
            """
            Expressions are read by a parser of their own; nothing in a spec is
            executed. Division is `//`, since a size is a whole number.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            params: {width: 64}
            layers:
              conv: {op: Conv2D, out_channels: $width / 2, kernel_size: 3}
            """
        ),
    ),
    Code(
        "PM111",
        "A path in `extends` or `use` leaves the trusted folder or leads back to a "
        "file that is being read.",
        paragraph(
            """
            A spec reads only what lies in its own folder and below, so that one from
            elsewhere cannot look around. `--root` trusts a larger folder. Files that
            extend each other in a circle would never end.
            """
        ),
        text(
            """
            pmgen: 1
            extends: ../lenet.yaml
            model: Net
            """
        ),
    ),
    Code(
        "PM112",
        "A variant changes something that its base does not have, or does not say "
        "where a new layer goes.",
        paragraph(
            """
            A name that the base does not know could be a new layer or a mistyped one. A
            new one says where it goes, by `after` or `before`; anything else is taken
            for a mistake.
            """
        ),
        text(
            """
            pmgen: 1
            extends: base.yaml
            model: Net
            layers:
              poool: {kernel_size: 3}
            """
        ),
        beside={
            "base.yaml": text(
                """
                pmgen: 1
                model: Base
                input: [3, 32, 32]
                layers:
                  pool: {op: MaxPool2D, kernel_size: 2}
                """
            )
        },
    ),
    Code(
        "PM113",
        "A character that only looks like one of YAML's: full-width punctuation, a "
        "space of another width, a curly quote.",
        paragraph(
            """
            Input methods type `\uff1a` and `\uff0c` where `:` and `,` are meant, and
            texts copied from a page hold spaces that do not end. Inside quotes, in
            comments, and in `source` and `doc` they are text like any other.
            """
        ),
        text(
            """
            pmgen: 1
            model: Net
            input: [3, 32, 32]
            layers:
              conv: {op: Conv2D, out_channels: 8\uff0c kernel_size: 3}
            """
        ),
    ),
    Code(
        "PM114",
        "A file of another tool: a network of Keras, Caffe, Darknet or Ultralytics, a "
        "program, or weights.",
        paragraph(
            """
            pmgen reads its own language alone, and every file of it begins with
            `pmgen: 1`. docs/coming-from.md shows the usual constructs of other tools
            beside how they are written here; weights are imported by
            `pmgen weights import` once there is a spec.
            """
        ),
        text(
            """
            nc: 10
            backbone:
              - [-1, 1, Conv, [64, 3, 2]]
            head:
              - [-1, 1, Classify, [nc]]
            """
        ),
    ),
)
