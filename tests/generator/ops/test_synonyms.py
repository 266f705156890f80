"""Words of other tools: every meaning exists, and the ones that matter are the right
ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pmgen.language.keys import EXPECT_KEYS, LAYER_KEYS, SPEC_KEYS
from pmgen.language.spec import Shortcut
from pmgen.language.types import PARAM_TYPES
from pmgen.load.reader import resolve
from pmgen.ops import ACTIVATIONS, INITIALIZERS, MERGES, NORMS, OPS
from pmgen.ops.definition import OpDef
from pmgen.ops.synonyms import arguments, names
from pmgen.ops.synonyms.meaning import Meaning, call_of, folded
from pmgen.ops.synonyms.ops import OPS as OP_WORDS

CALLED: list[tuple[Mapping[str, Meaning], Mapping[str, OpDef]]] = [
    (OP_WORDS, OPS),
    (names.ACTIVATIONS, ACTIVATIONS),
    (names.NORMS, NORMS),
    (names.INITIALIZERS, INITIALIZERS),
]


def meanings() -> Iterator[tuple[str, Meaning, str, OpDef]]:
    for table, known in CALLED:
        for word, meaning in table.items():
            chosen = meaning.choice.among.values() if meaning.choice else ()
            default = [meaning.choice.default] if meaning.choice else []
            for name in {meaning.name, *chosen, *default} - {None}:
                assert name in known, f"{word} means {name}, which there is not"
                yield word, meaning, name, known[name]


def test_what_a_word_means_exists_and_can_be_written() -> None:
    found = list(meanings())
    assert len(found) >= 150
    for word, meaning, _, op in found:
        for name, text in meaning.given.items():
            arg = op.arg(name)
            assert arg is not None, f"{word}: {op.name} has no {name}"
            assert arg.kind.check(resolve(text)) is None, f"{word}: {name}: {text}"
        for name in (*meaning.asks, *meaning.renames.values()):
            assert op.arg(name) is not None, f"{word}: {op.name} has no {name}"


def test_a_word_that_means_nothing_here_says_so() -> None:
    for table, _ in CALLED:
        for word, meaning in table.items():
            if meaning.name is None and meaning.choice is None:
                assert meaning.note, word


def test_no_word_hides_a_name_of_the_language() -> None:
    for table, known in CALLED:
        own = {folded(name): name for name in known}
        for word in set(table) & set(own):
            assert table[word].name == own[word], word


def test_every_argument_and_key_that_is_meant_exists() -> None:
    ops = (*OPS.values(), *INITIALIZERS.values())
    known = {arg.name for op in ops for arg in op.args} | set(LAYER_KEYS)
    meant: set[str] = {n for found in arguments.ARGUMENTS.values() for n in found}
    meant |= {*arguments.OPPOSITE.values(), *arguments.REMAINDER.values()}
    assert meant <= known
    assert {n for found in arguments.TOP.values() for n in found} <= set(SPEC_KEYS)
    expected = {n for found in arguments.EXPECTED.values() for n in found}
    assert expected <= set(EXPECT_KEYS)
    parameters = {n for found in arguments.PARAMETERS.values() for n in found}
    assert parameters == {"weight", "bias"}


@pytest.mark.parametrize(
    ("table", "known"),
    [
        (names.MERGES, MERGES),
        (names.SHORTCUTS, {word.value for word in Shortcut}),
        (names.TYPES, PARAM_TYPES),
    ],
)
def test_other_names_exist(table: Mapping[str, Meaning], known: Any) -> None:
    assert {m.name for m in table.values() if m.name is not None} <= set(known)


def test_words_for_values_are_taken_somewhere() -> None:
    kinds = [arg.kind for op in OPS.values() for arg in op.args]
    for meaning in names.VALUES.values():
        assert meaning.name is not None
        assert any(kind.check(meaning.name) is None for kind in kinds), meaning.name


# Worked out by hand from the documentation of each tool.
@pytest.mark.parametrize(
    ("word", "name", "given"),
    [
        ("Dense", "Linear", {}),
        ("InnerProduct", "Linear", {}),
        ("GlobalAveragePooling2D", "AdaptiveAvgPool2D", {"output_size": "1"}),
        ("GlobalMaxPool2D", "AdaptiveMaxPool2D", {"output_size": "1"}),
        ("BatchNormalization", "BatchNorm2D", {}),
        ("nn.SyncBatchNorm", "BatchNorm2D", {}),
        ("ConvTranspose2d", "Conv2DTranspose", {}),
        ("Deconvolution", "Conv2DTranspose", {}),
        ("LRN", "LocalResponseNorm", {}),
        ("ReplicationPad2d", "Pad2D", {"mode": "replicate"}),
        (
            "UpsamplingBilinear2d",
            "Upsample",
            {"mode": "bilinear", "align_corners": "true"},
        ),
        ("route", "Concat", {}),
        ("tf.keras.layers.Concatenate", "Concat", {}),
        ("elementwise_add", "Add", {}),
    ],
)
def test_ops(word: str, name: str, given: dict[str, str]) -> None:
    meaning = OP_WORDS[folded(word)]
    assert (meaning.name, dict(meaning.given)) == (name, given)


@pytest.mark.parametrize(
    ("table", "word", "name", "given"),
    [
        (names.ACTIVATIONS, "hswish", "Hardswish", {}),
        (names.ACTIVATIONS, "hsigmoid", "Hardsigmoid", {}),
        (names.ACTIVATIONS, "lrelu", "LeakyReLU", {}),
        (names.ACTIVATIONS, "leaky", "LeakyReLU", {"negative_slope": "0.1"}),
        (names.ACTIVATIONS, "logistic", "Sigmoid", {}),
        (names.ACTIVATIONS, "gelu_tanh", "GELU", {"approximate": "true"}),
        (names.NORMS, "BN", "BatchNorm2D", {}),
        (names.NORMS, "LRN", "LocalResponseNorm", {}),
        (names.INITIALIZERS, "he_normal", "KaimingNormal", {}),
        (names.INITIALIZERS, "msra", "KaimingNormal", {}),
        (names.INITIALIZERS, "glorot_uniform", "XavierUniform", {}),
        (names.INITIALIZERS, "zeros_", "Constant", {}),
        (names.INITIALIZERS, "ones", "Constant", {"value": "1"}),
        (names.INITIALIZERS, "RandomNormal", "Normal", {"std": "0.05"}),
        (
            names.INITIALIZERS,
            "lecun_normal",
            "KaimingNormal",
            {"nonlinearity": "linear"},
        ),
    ],
)
def test_named(
    table: Mapping[str, Meaning], word: str, name: str, given: dict[str, str]
) -> None:
    meaning = table[folded(word)]
    assert (meaning.name, dict(meaning.given)) == (name, given)


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("nn.GroupNorm(4, 8)", ("GroupNorm", "4, 8")),
        ("ReLU()", ("ReLU", "")),
        ("nn.GroupNorm(4", ("GroupNorm", "4")),
        ("torch.cat", ("cat", "")),
        ("ReLU", None),
        ("a b", None),
    ],
)
def test_calls(text: str, call: tuple[str, str] | None) -> None:
    assert call_of(text) == call
