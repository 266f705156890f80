"""Specs with one slip of nesting each, as people write them by hand.

Each slip is `SLIPS[name]`: the text, with a `@` before the word that the one error has
to mark, and words of its help. The `@` is taken out before the text is compiled.
"""

from __future__ import annotations

HEAD = """\
pmgen: 1
model: Net
input: [3, 32, 32]
"""
CONV = "{op: Conv2D, out_channels: 8, kernel_size: 3, padding: 1}"

SLIPS: dict[str, tuple[str, str]] = {
    "layers_forgotten": (
        f"""\
@first: {CONV}
relu: {{op: ReLU}}
second: {CONV}
""",
        "write `layers:` on a line above, and indent `first` to `second` below it",
    ),
    "layers_dedented": (
        f"""\
layers:
@first: {CONV}
second: {CONV}
""",
        "indent `first` to `second` deeper than `layers`",
    ),
    "last_layers_dedented": (
        f"""\
layers:
  first: {CONV}
@second: {CONV}
third: {{op: ReLU}}
""",
        "indent `second` to `third` as the layers above",
    ),
    "lines_of_a_layer_dedented": (
        f"""\
layers:
  first:
  @op: Conv2D
  out_channels: 8
  kernel_size: 3
  second: {CONV}
""",
        "indent `op` to `kernel_size` deeper than `first`",
    ),
    "params_dedented": (
        """\
params:
@num_classes: 10
width: 8
layers:
  conv: {op: Conv2D, out_channels: $width, kernel_size: 3}
  flat: {op: Flatten}
  fc: {op: Linear, out_features: $num_classes}
""",
        "indent `num_classes` to `width` deeper than `params`",
    ),
    "block_dedented": (
        f"""\
blocks:
@Unit:
  layers: {{conv: {CONV}}}
layers:
  one: {{op: Unit}}
""",
        "indent `Unit` deeper than `blocks`",
    ),
    "second_block_dedented": (
        f"""\
blocks:
  Unit:
    layers: {{conv: {CONV}}}
@Pair:
  layers: {{a: {{op: Unit}}, b: {{op: Unit}}}}
layers:
  one: {{op: Pair}}
""",
        "indent `Pair` as the blocks above",
    ),
    "lines_of_a_block_dedented": (
        """\
blocks:
  Unit:
  @params: {width: int}
  layers:
    conv: {op: Conv2D, out_channels: $width, kernel_size: 3}
layers:
  one: {op: Unit, width: 4}
""",
        "indent `params` to `layers` deeper than `Unit`",
    ),
    "layers_of_a_block_dedented": (
        f"""\
blocks:
  Unit:
    layers:
    @conv: {CONV}
    relu: {{op: ReLU}}
layers:
  one: {{op: Unit}}
""",
        "indent `conv` to `relu` deeper than `layers`",
    ),
    "layers_of_a_block_forgotten": (
        """\
blocks:
  Unit:
    params: {width: int}
    @conv: {op: Conv2D, out_channels: $width, kernel_size: 3}
    relu: {op: ReLU}
layers:
  one: {op: Unit, width: 4}
""",
        "write `layers:` on a line above",
    ),
    "block_of_one_op": (
        """\
blocks:
  Unit:
    params: {width: int}
    @op: Conv2D
    out_channels: $width
    kernel_size: 3
layers:
  one: {op: Unit, width: 4}
""",
        "write `layers: {conv2d: {op: Conv2D, out_channels: $width, kernel_size: 3}}`",
    ),
    "blocks_in_layers": (
        f"""\
layers:
  @blocks:
    Unit:
      layers: {{conv: {CONV}}}
  one: {{op: Unit}}
""",
        "dedent `blocks` and what is below it to the column of `layers`",
    ),
    "heads_in_layers": (
        f"""\
layers:
  conv: {CONV}
  flat: {{op: Flatten}}
  @heads:
    aux: {{op: Flatten, from: conv}}
""",
        "dedent `heads` and what is below it to the column of `layers`",
    ),
    "expect_in_a_layer": (
        f"""\
layers:
  first: {CONV}
  conv:
    op: ReLU
    @expect: {{params: 224}}
""",
        "dedent `expect` and what is below it to the column of `layers`",
    ),
    "params_of_a_block_in_its_layers": (
        """\
blocks:
  Unit:
    layers:
      @params: {width: int}
      conv: {op: Conv2D, out_channels: $width, kernel_size: 3}
layers:
  one: {op: Unit, width: 4}
""",
        "dedent `params` and what is below it to the column of `layers`",
    ),
    "input_in_layers": (
        f"""\
layers:
  @source: a paper
  conv: {CONV}
""",
        "dedent `source`",
    ),
    "layer_indented_too_far": (
        """\
layers:
  conv:
    op: Conv2D
    out_channels: 8
    kernel_size: 3
    @relu:
      op: ReLU
  flat: {op: Flatten}
""",
        "dedent it to the column of `conv`",
    ),
    "each_layer_deeper": (
        """\
layers:
  a:
    op: ReLU
    @b:
      op: ReLU
      c:
        op: ReLU
""",
        "dedent it to the column of `a`",
    ),
    "layers_twice": (
        f"""\
layers:
  @layers:
    conv: {CONV}
""",
        "leave `layers:` out",
    ),
    "layers_of_a_stage_forgotten": (
        f"""\
layers:
  stage:
    @conv: {CONV}
    relu: {{op: ReLU}}
    repeat: 2
""".replace("padding: 1}", "padding: 1, act: ReLU}").replace("repeat: 2\n", ""),
        "write `layers:` on a line above",
    ),
    "layers_of_a_stage_dedented": (
        f"""\
layers:
  stage:
    layers:
    @conv: {CONV}
    relu: {{op: ReLU}}
  last: {{op: ReLU}}
""",
        "indent `conv` to `relu` deeper than `layers`",
    ),
    "branch_of_one_op": (
        f"""\
layers:
  fork:
    branches:
      left: {{@op: Conv2D, out_channels: 8, kernel_size: 1}}
      right: {CONV}
    merge: concat
""",
        "`left: {conv2d: {op: Conv2D, out_channels: 8, kernel_size: 1}}`",
    ),
    "branch_with_layers": (
        f"""\
layers:
  fork:
    branches:
      left: {{@layers: {{conv: {CONV}}}}}
      right: {{layers: {{conv: {CONV}}}}}
    merge: concat
""",
        "leave `layers:` out",
    ),
    "branches_as_a_list": (
        f"""\
layers:
  fork:
    branches:
      @- conv: {CONV}
      - a: {{op: ReLU}}
        b: {CONV}
      - {{}}
    merge: concat
""",
        "without `-`, and the others alike",
    ),
    "merge_in_branches": (
        f"""\
layers:
  fork:
    branches:
      left: {{conv: {CONV}}}
      right: {{}}
      @merge: concat
""",
        "dedent `merge` and what is below it to the column of `branches`",
    ),
    "lines_of_a_branch_dedented": (
        f"""\
layers:
  fork:
    branches:
      left:
      @conv: {CONV}
      right:
      conv2: {CONV}
    merge: concat
""",
        "indent `conv` deeper than `left`",
    ),
    "body_of_one_op": (
        """\
layers:
  res:
    residual:
      body: {@op: Conv2D, out_channels: 3, kernel_size: 3, padding: 1}
""",
        "`body: {conv2d: {op: Conv2D, ",
    ),
    "shortcut_of_one_op": (
        """\
layers:
  res:
    residual:
      body: {conv: {op: Conv2D, out_channels: 8, kernel_size: 1}}
      shortcut: {@op: Conv2D, out_channels: 8, kernel_size: 1}
""",
        "`shortcut: {conv2d: {op: Conv2D, ",
    ),
    "body_forgotten": (
        """\
layers:
  res:
    residual:
      @conv: {op: Conv2D, out_channels: 3, kernel_size: 3, padding: 1}
      relu: {op: ReLU}
""",
        "write `body:` on a line above",
    ),
    "layers_for_body": (
        """\
layers:
  res:
    residual:
      @layers: {conv: {op: Conv2D, out_channels: 3, kernel_size: 1}}
""",
        "stand under `body`",
    ),
    "residual_without_a_name": (
        """\
layers:
  first: {op: ReLU}
  @residual:
    body: {conv: {op: Conv2D, out_channels: 3, kernel_size: 1}}
""",
        "give it a name",
    ),
    "branches_without_a_name": (
        f"""\
layers:
  @branches:
    a: {{conv: {CONV}}}
    b: {{conv: {CONV}}}
  merge: add
""",
        "give it a name",
    ),
    "list_of_names": (
        """\
layers:
  @- name: conv
    op: Conv2D
    out_channels: 8
    kernel_size: 3
  - name: relu
    op: ReLU
""",
        "write `conv: {op: Conv2D, out_channels: 8, kernel_size: 3}`, without `-`",
    ),
    "list_of_mappings": (
        f"""\
layers:
  @- conv: {CONV}
  - relu: {{op: ReLU}}
""",
        "write `conv: {op: Conv2D, ",
    ),
    "list_of_mappings_not_indented": (
        """\
layers:
  @- conv:
    op: Conv2D
    out_channels: 8
    kernel_size: 3
  - relu:
    op: ReLU
""",
        "write `conv: {op: Conv2D, ",
    ),
    "list_of_ops": (
        """\
layers:
  @- op: Conv2D
    out_channels: 8
    kernel_size: 3
  - op: ReLU
  - Flatten
""",
        "write `conv2d: {op: Conv2D, ",
    ),
    "list_of_blocks": (
        f"""\
blocks:
  @- name: Unit
    layers: {{conv: {CONV}}}
layers:
  one: {{op: Unit}}
""",
        "write `Unit: {layers: {conv: ",
    ),
    "list_of_params": (
        """\
blocks:
  Unit:
    params: @[width, stride]
    layers:
      conv: {op: Conv2D, out_channels: $width, kernel_size: 3, stride: $stride}
layers:
  one: {op: Unit, width: 8, stride: 1}
  two: {op: Unit, width: 8, stride: 2}
""",
        "give each a type: `{width: int, stride: int}`",
    ),
    "list_of_params_with_types": (
        """\
blocks:
  Unit:
    params:
      @- width: int
      - stride: 1
    layers:
      conv: {op: Conv2D, out_channels: $width, kernel_size: 3, stride: $stride}
layers:
  one: {op: Unit, width: 8}
""",
        "write `width: int`, without `-`",
    ),
    "list_of_params_of_the_model": (
        """\
params: @[num_classes]
layers:
  flat: {op: Flatten}
  fc: {op: Linear, out_features: $num_classes}
""",
        "give each a default: `{num_classes: 10}`",
    ),
    "section_misspelt": (
        """\
@param: {num_classes: 10}
layers:
  flat: {op: Flatten}
  fc: {op: Linear, out_features: $num_classes}
""",
        "did you mean `params`?",
    ),
    "section_of_blocks_misspelt": (
        """\
@block:
  Unit:
    params: {width: int}
    layers: {conv: {op: Conv2D, out_channels: $width, kernel_size: 1}}
layers:
  one: {op: Unit, width: 8}
""",
        "did you mean `blocks`?",
    ),
    "params_of_a_block_misspelt": (
        """\
blocks:
  Unit:
    @parms: {width: int}
    layers: {conv: {op: Conv2D, out_channels: $width, kernel_size: 1}}
layers:
  one: {op: Unit, width: 8}
  two: {op: Unit, width: 8}
""",
        "did you mean `params`?",
    ),
    "layers_misspelt": (
        f"""\
@layer:
  conv: {CONV}
""",
        "did you mean `layers`?",
    ),
    "branches_misspelt": (
        f"""\
layers:
  fork:
    @branch:
      a: {{conv: {CONV}}}
      b: {{conv: {CONV}}}
    merge: add
""",
        "did you mean `branches`?",
    ),
    "op_misspelt": (
        """\
layers:
  conv: {@opp: Conv2D, out_channels: 8, kernel_size: 3}
""",
        "did you mean `op`?",
    ),
    "op_without_a_space": (
        """\
layers:
  conv: {@op:Conv2D, out_channels: 8, kernel_size: 3}
""",
        "put a space behind the `:`",
    ),
    "argument_without_a_space": (
        """\
layers:
  conv: {op: Conv2D, @out_channels:8, kernel_size: 3}
""",
        "put a space behind the `:`",
    ),
    "arguments_under_args": (
        """\
layers:
  conv:
    op: Conv2D
    @args: {out_channels: 8, kernel_size: 3}
""",
        "`{op: Conv2D, out_channels: 8, kernel_size: 3}`",
    ),
    "arguments_of_a_block_under_params": (
        """\
blocks:
  Unit:
    params: {width: int}
    layers: {conv: {op: Conv2D, out_channels: $width, kernel_size: 1}}
layers:
  one: {op: Unit, @params: {width: 8}}
  two: {op: Unit, params: {width: 8}}
""",
        "`{op: Unit, width: 8}`",
    ),
    "layers_that_are_text": (
        f"""\
layers:
  conv: {CONV}
  relu: @ReLU
  flat: Flatten
""",
        "write `relu: {op: ReLU}`",
    ),
}
SLIPS |= {
    "colon_forgotten": (
        f"""\
@layers
  conv: {CONV}
""",
        "write `layers:`",
    ),
    "colon_of_a_layer_forgotten": (
        """\
layers:
  @conv
    op: Conv2D
    out_channels: 8
    kernel_size: 3
  relu: {op: ReLU}
""",
        "write `conv:`",
    ),
    "colon_of_the_last_line_forgotten": (
        f"""\
layers:
  conv: {CONV}
@heads
""",
        "write `heads:`",
    ),
    "colon_before_a_value_forgotten": (
        """\
layers:
  conv:
    @op Conv2D
    out_channels: 8
    kernel_size: 3
""",
        "write `op: Conv2D`",
    ),
    "no_space_behind_a_colon": (
        """\
layers:
  conv:
    op: Conv2D
    @out_channels:8
    kernel_size: 3
""",
        "write `out_channels: 8`",
    ),
    "no_space_before_a_brace": (
        f"""\
layers:
  @conv:{CONV}
  relu: {{op: ReLU}}
""",
        "write `conv: {op: Conv2D, ",
    ),
    "equals_for_a_colon": (
        """\
layers:
  conv:
    op: Conv2D
    @out_channels = 8
    kernel_size=3
""",
        "write `out_channels: 8`",
    ),
    "lines_of_all_layers_dedented": (
        """\
layers:
  first:
  @op: Conv2D
  out_channels: 8
  kernel_size: 3
  second:
  op: Conv2D
  out_channels: 8
  kernel_size: 3
""",
        "indent the lines of `first` deeper than its name",
    ),
    "a_parameter_as_in_a_shell": (
        """\
params: {width: 8}
layers:
  conv: {op: Conv2D, out_channels: @${width}, kernel_size: 3}
""",
        "a parameter is written `$width`",
    ),
    "a_parameter_as_in_a_template": (
        """\
params: {width: 8}
layers:
  conv: {op: Conv2D, out_channels: @{{ width }}, kernel_size: 3}
""",
        "a parameter is written `$width`",
    ),
    "a_parameter_in_a_template_on_its_line": (
        """\
params: {width: 8}
layers:
  conv:
    op: Conv2D
    out_channels: @{{ width }}
    kernel_size: 3
""",
        "a parameter is written `$width`",
    ),
}
SLIPS |= {
    "the_layer_before_by_its_number": (
        f"""\
layers:
  first: {CONV}
  second: {{op: ReLU, from: @-1}}
""",
        "leave `from` out",
    ),
    "layers_by_their_numbers": (
        f"""\
layers:
  first: {CONV}
  second: {CONV}
  total: {{op: Add, from: [@-1, 0]}}
""",
        "write `second`",
    ),
    "a_layer_by_a_number_there_is_not": (
        """\
layers:
  first: {op: ReLU}
  second: {op: ReLU, from: @-7}
""",
        "name the layer",
    ),
}
SLIPS |= {
    "the_only_parameter_without_a_space": (
        """\
params:
  @num_classes:10
layers:
  flat: {op: Flatten}
  fc: {op: Linear, out_features: $num_classes}
""",
        "put a space behind the `:`",
    ),
    "all_lines_of_a_layer_without_a_space": (
        """\
layers:
  relu: {op: ReLU}
  conv:
    @op:Conv2D
    out_channels:8
    kernel_size:3
""",
        "put a space behind the `:`",
    ),
    "layers_in_blocks": (
        f"""\
blocks:
  Unit:
    layers: {{conv: {CONV}}}
  @layers:
    unit: {{op: Unit}}
    relu: {{op: ReLU}}
""",
        "dedent `layers` and what is below it",
    ),
    "layers_in_params": (
        f"""\
params:
  width: 8
  @layers:
    conv: {CONV.replace("8", "$width")}
""",
        "dedent `layers` and what is below it",
    ),
}
SLIPS |= {
    "the_only_parameter_without_a_colon": (
        """\
params:
  @num_classes 10
layers:
  flat: {op: Flatten}
  fc: {op: Linear, out_features: $num_classes}
""",
        "write `num_classes: 10`",
    ),
    "from_of_a_head_misspelt": (
        f"""\
layers:
  conv: {CONV}
  flat: {{op: Flatten}}
heads:
  aux: {{op: ReLU, @fom: conv}}
""",
        "did you mean `from`?",
    ),
    "from_of_a_form_misspelt": (
        f"""\
layers:
  conv: {CONV}
  stage: {{@fom: conv, layers: {{relu: {{op: ReLU}}}}}}
""",
        "did you mean `from`?",
    ),
}
