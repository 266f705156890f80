"""Values and names that a reader, a checker or an emitter may trip over."""

from __future__ import annotations

from random import Random

from pmgen.language.keys import SPEC_KEYS
from pmgen.ops import ACTIVATIONS, NORMS, OPS
from pmgen.recipe.keys import KEYS as RECIPE_KEYS

ODD_TEXT = (
    "", " ", "~", "null", "no", "010", "0x1F", "1:30", "1e-3", "1e400", "-1e400",
    ".nan", ".inf", "-.inf", "-0", "-0.0", "true", "0", "1", "2", "-1", "3.5",
    "10000000", "999999999999999", "9999999999999999", "-999999999999999",
    "'", '"', '"""', "'''", "\\", "\\n", "#", "{{ 1 }}", "{% for %}", "{# x #}",
    "__class__", "__init__", "class", "None", "self", "forward", "import os",
    "!!python/object/apply:os.system ['true']", "!!binary aGk=", "&a [*a]", "*a", "<<",
    "\u2028", "\u2029", "\x85", "\x07", "\ufeff", "\u202e", "\U0001f600", "е", "İ", "ß",
    "a\u0301", "\u5927", "\r", "\t", "- ", "? ", ": ", "|", ">", "%YAML 1.1", "---",
    "...",
    "../x.yaml", "/etc/hostname", "any", "none", "[]", "{}", "[[[]]]", "{a: {b: []}}",
)  # fmt: skip
ODD_EXPRESSIONS = (
    "$", "$$", "$in_channels", "$missing", "$in_channels // 0", "$in_channels % 0",
    "$in_channels ** 2", "$in_channels * 999999999999999", "-$in_channels", "$a.b",
    "$in_channels == 3 and not $in_channels", "$in_channels / 2", "round($in_channels)",
    "$width * $width * $width * $width * $width * $width * $width", "$in_channels +",
    "max($in_channels, 1)", "min()", "__import__('os')", "$in_channels[0]", "$(x)",
)  # fmt: skip
NAMES = tuple(
    dict.fromkeys(
        (
            *SPEC_KEYS, *RECIPE_KEYS, *OPS, *ACTIVATIONS, *NORMS, "layers", "branches",
            "merge", "split", "residual", "body", "shortcut", "op", "init", "norm",
            "act", "from", "when", "repeat", "first", "before", "after", "bias",
            "weight", *(arg.name for op in OPS.values() for arg in op.args),
        )
    )
)  # fmt: skip


def odd_value(random: Random) -> str:
    """A value as it could stand in YAML, mostly one that should not."""
    draw = random.randrange(8)
    if draw == 0:
        return random.choice(ODD_EXPRESSIONS)
    if draw == 1:
        return random.choice(NAMES)
    if draw == 2:
        return str(random.randint(-3, 70))
    if draw == 3:
        return random.choice((nested, long_sum, many_digits, long_word))(random)
    return random.choice(ODD_TEXT)


def nested(random: Random) -> str:
    """A list in a list in a list, or parentheses."""
    deep = random.choice((5, 39, 41, 500, 5000))
    opened, closed = random.choice((("[", "]"), ("{a: ", "}"), ("$(", ")")))
    return opened * deep + "1" + closed * deep


def long_sum(random: Random) -> str:
    """An expression of many terms."""
    sign = random.choice((" + ", " * ", " // ", " and ", " == ", " - -"))
    return sign.join(["$in_channels"] * random.choice((3, 30, 300, 3000)))


def many_digits(random: Random) -> str:
    """A number that no machine word holds."""
    digits = random.choice((15, 16, 40, 5000))
    return random.choice(("", "-", "1.", "1e", "0x", "0o", "$")) + "7" * digits


def long_word(random: Random) -> str:
    """A name without end."""
    return random.choice(("a", "_", "\u5927", "$a", "a.", "a ")) * random.choice(
        (99, 9999)
    )
