"""Files of other tools, recognised before they are read as YAML.

A network of Keras, Caffe, Darknet or Ultralytics, or a file of weights, would give a
mistake in every line, or one in the first that says nothing. What it is, is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.diagnostics.source import SourceFile, Span

_PAGE = "docs/coming-from.md shows how to write it here"
_WEIGHTS = (
    "weights go into a network that is described by a spec: `pmgen weights import`"
)
_RECIPE = "how a network is trained is a recipe here: docs/recipes.md"
_HEAD = 4096  # bytes in which a file shows what it is


@dataclass(frozen=True)
class Foreign:
    """What a file is, and what to do with it here."""

    what: str
    help: str


@dataclass(frozen=True)
class _Text(Foreign):
    """`evidence` is found at the line that gives the file away, `also` anywhere."""

    evidence: re.Pattern[str]
    also: re.Pattern[str] | None = None


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.MULTILINE)


_SECTIONS = (
    "net|network|convolutional|connected|maxpool|avgpool|route|shortcut|yolo|upsample|"
    "softmax|dropout"
)
_TEXTS = (
    _Text(
        "a solver of Caffe",
        _RECIPE,
        _pattern(r"^(train_)?net:[ \t]*\""),
        _pattern(r"^(base_lr|max_iter|solver_mode|lr_policy):"),
    ),
    _Text(
        "a network of Caffe (a prototxt)",
        _PAGE,
        _pattern(r"^[ \t]*layers?[ \t]*:?[ \t]*\{[ \t]*(\n|name:|type:|bottom:)"),
        _pattern(r"\b(type|bottom|top|name)[ \t]*:[ \t]*[\"A-Z]"),
    ),
    _Text(
        "a network of Darknet (a cfg)", _PAGE, _pattern(rf"^\[({_SECTIONS})\][ \t]*$")
    ),
    _Text(
        "a model of Keras as JSON",
        _PAGE,
        _pattern(r"\"class_name\"[ \t\n]*:[ \t\n]*\"\w+\""),
        _pattern(r"\A\s*\{[\s\S]*\"config\"[ \t\n]*:"),
    ),
    _Text(
        "a model of Keras as YAML",
        _PAGE,
        _pattern(r"^class_name:[ \t]*(Sequential|Functional|Model)\b"),
        _pattern(r"^config:"),
    ),
    _Text(
        "a model of Ultralytics (a YOLO YAML)",
        _PAGE,
        _pattern(r"^backbone:[ \t]*(#.*)?$"),
        _pattern(r"^(head|nc|depth_multiple|scales):"),
    ),
    _Text(
        "a configuration of PaddleClas",
        _PAGE,
        _pattern(r"^Arch:[ \t]*(#.*)?$"),
        _pattern(r"^(Global|Optimizer|DataLoader|Loss):"),
    ),
    _Text(
        "a configuration of PaddleDetection",
        _PAGE,
        _pattern(r"^(architecture|_BASE_):"),
        _pattern(r"^(\w+Reader|LearningRate|OptimizerBuilder|_BASE_|metric):"),
    ),
    _Text(
        "a configuration of a model of Hugging Face or timm",
        _PAGE,
        _pattern(r"^[ \t{]*\"(architectures?|model_type)\"[ \t]*:"),
        _pattern(r"\A\s*\{"),
    ),
    _Text(
        "a network as XML",
        _PAGE,
        _pattern(r"\A\s*<(\?xml|net)\b"),
    ),
    _Text(
        "a program in Python",
        _PAGE,
        _pattern(
            r"^(from [\w.]+ import [\w*(]|import [\w.]+( as \w+)?[ \t]*$"
            r"|class \w+\([\w., ]*\):|model = dict\()"
        ),
    ),
)


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


_BINARIES: tuple[tuple[Callable[[bytes], bool], Foreign], ...] = (
    (
        lambda head: head.startswith(b"PK\x03\x04") and b"data.pkl" in head,
        Foreign("a file of PyTorch with weights", _WEIGHTS),
    ),
    (
        lambda head: head.startswith(b"PK\x03\x04") and b"config.json" in head,
        Foreign("a model of Keras with its weights", _PAGE),
    ),
    (
        _starts(b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!"),
        Foreign("an archive", "unpack it, and name the spec in it"),
    ),
    (
        _starts(*(bytes([0x80, version]) for version in range(2, 6))),
        Foreign("a pickle, as PyTorch and Paddle save weights", _WEIGHTS),
    ),
    (
        _starts(b"\x89HDF\r\n\x1a\n"),
        Foreign("an HDF5 file, as Keras saves models", _PAGE),
    ),
    (lambda head: head[8:10] == b'{"', Foreign("safetensors: weights", _WEIGHTS)),
    (lambda head: head[4:8] == b"TFL3", Foreign("a model of TensorFlow Lite", _PAGE)),
    (
        lambda head: head[:1] == b"\x08" and (b"onnx" in head or b"pytorch" in head),
        Foreign("a model as ONNX", _PAGE),
    ),
    (
        _starts(b"\x89PNG", b"\xff\xd8\xff", b"BM", b"GIF8", b"II*\x00", b"MM\x00*"),
        Foreign("an image", "`pmgen predict` takes images; here a spec is read"),
    ),
)


def is_foreign(
    data: bytes, name: str, asked_at: Span | None, diagnostics: Diagnostics
) -> bool:
    """Whether a file is another tool's; then it is reported, at the line that shows it
    or where the file is named."""
    for holds, what in _BINARIES:
        if holds(data[:_HEAD]):
            span = asked_at or Span(SourceFile(name, ""), 1, 1, 1, 1)
            _report(what, name, span, diagnostics)
            return True
    text = data.decode("utf-8-sig", errors="replace")
    if re.search(r"^pmgen[ \t]*:", text, re.MULTILINE):
        return False  # it is meant as one of ours
    for kind in _TEXTS:
        match = kind.evidence.search(text)
        if match and (kind.also is None or kind.also.search(text)):
            _report(kind, name, _line(SourceFile(name, text), match), diagnostics)
            return True
    return False


def _line(file: SourceFile, match: re.Match[str]) -> Span:
    """The line on which the match begins, from its first letter on."""
    skipped = len(match.group()) - len(match.group().lstrip())
    before = SourceFile("", file.text[: match.start() + skipped])
    line, column = len(before.lines), len(before.lines[-1]) + 1
    return Span(file, line, column, line, len(file.line(line).rstrip()) + 1)


def _report(what: Foreign, name: str, span: Span, diagnostics: Diagnostics) -> None:
    diagnostics.error(
        "PM114", f"`{name}` is {what.what}, not a spec", span, help=what.help
    )
