"""Inputs for the compiler that nobody wrote: bytes, trees and damaged specs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st
from pmgen.keys import SPEC_KEYS
from pmgen.ops import ACTIVATIONS, NORMS, OPS
from pmgen.recipe.definition import DEFAULTS, KEYS

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 6_000  # bytes of a file that is damaged: larger ones take long and add little

WORDS = [
    *sorted({*SPEC_KEYS, *KEYS, *DEFAULTS, *OPS, *ACTIVATIONS, *NORMS}),
    "op", "layers", "branches", "residual", "body", "shortcut", "merge", "split",
    "repeat", "first", "when", "from", "norm", "act", "init", "params", "before",
    "after", "out_channels", "kernel_size", "stride", "padding", "groups", "identity",
    "where_equal", "concat", "add", "multiply", "any", "int", "float", "str", "bool",
    "out_features", "num_classes", "extends", "use", "doc",
]  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 7, 65_536, 65_537, 10_000_000, 10**15 - 1,
    2**53, -(2**63), 0.0, -0.5, 1e308, 1e-320, float("inf"), float("nan"), "", " ",
    "$", "$x", "$in_channels", "$in_channels // 0", "$in_channels * 99999999",
    "1 - $in_channels", "2 ** 9999", "(" * 30, "$a + " * 60, "not", "[", "{", "a: b",
    "é", "\u202e", "\x85", "\u2028", "a\nb", "\t", "x" * 300, "../../etc/passwd",
    "net.yaml", "/dev/zero", "~", "self", "__class__", "import", [], {}, [[]], [1, 2],
    [1, -1], ["any", 1, 1], {"": ""}, {"op": "Conv2D"}, {"layers": {}}, [None, {}],
    {"op": "Flatten", "repeat": 10_000_000}, "SAME", "concat", "none",
)  # fmt: skip


@cache
def corpus(kind: str) -> tuple[bytes, ...]:
    """The files that are damaged: the shipped ones and the golden cases."""
    if kind == "recipe":
        patterns = ("specs/recipes/*.yaml", "tests/cases/*/recipe.yaml")
    else:
        patterns = ("specs/*.yaml", "specs/paddle/*.yaml", "tests/cases/*/spec.yaml")
    paths = (path for pattern in patterns for path in sorted(ROOT.glob(pattern)))
    texts = [path.read_bytes() for path in paths]
    return tuple(text for text in texts if len(text) < LARGEST)


@cache
def corpus_trees(kind: str) -> tuple[Any, ...]:
    """Those of the corpus that plain YAML can read, as text to be read again."""
    found = []
    for data in corpus(kind):
        try:
            tree = yaml.safe_load(data)
        except (yaml.YAMLError, UnicodeDecodeError, ValueError):
            continue
        if isinstance(tree, dict) and "extends" not in tree:
            found.append(yaml.safe_dump(tree, sort_keys=False))
    return tuple(found)


def hostile_bytes(kind: str) -> st.SearchStrategy[bytes]:
    """Bytes: any, text that looks like YAML, and files cut and mixed."""
    pieces = st.sampled_from([
        b": ", b"- ", b"{", b"}", b"[", b"]", b", ", b"\n", b"\n  ", b"\t", b"\r",
        b"&a ", b"*a", b"<<: ", b"!!python/object/apply:os.system ", b"!x ", b"|\n",
        b">\n", b"'", b'"', b"#", b"%", b"---\n", b"...\n", b"\xff", b"\x00",
        b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"? ", b"$", b"**",
        b"pmgen: 1\n", b"model: M\n", b"input: [3, 8, 8]\n", b"0x", b"1e9", b"@", b"`",
        *(word.encode() for word in WORDS),
    ])  # fmt: skip
    return st.one_of(
        st.binary(max_size=200),
        st.lists(pieces, max_size=40).map(b"".join),
        st.builds(_spliced, st.sampled_from(corpus(kind)), _edits(pieces)),
    )


def _edits(pieces: st.SearchStrategy[bytes]) -> st.SearchStrategy[Any]:
    place = st.integers(0, LARGEST)
    edit = st.tuples(place, st.integers(0, 30), pieces | st.binary(max_size=4))
    return st.lists(edit, min_size=1, max_size=5)


def _spliced(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, piece in edits:
        start = place % (len(data) + 1)
        data = data[:start] + piece + data[start + length :]
    return data


def hostile_trees(kind: str) -> st.SearchStrategy[bytes]:
    """Trees of the language's own words, put together at random."""
    values = st.sampled_from(ODD_VALUES) | st.sampled_from(WORDS) | st.integers()
    inner = st.recursive(
        values,
        lambda below: (
            st.lists(below, max_size=4)
            | st.dictionaries(st.sampled_from(WORDS), below, max_size=5)
        ),
        max_leaves=12,
    )
    keys = KEYS if kind == "recipe" else SPEC_KEYS
    start = {"pmgen": 1, "model": "M", "input": [3, 8, 8]} if kind == "spec" else {}
    tree = st.dictionaries(st.sampled_from(sorted(keys)), inner, max_size=6)
    return tree.map(lambda found: _dump({**start, **found}))


def damaged_trees(kind: str) -> st.SearchStrategy[bytes]:
    """Files of the corpus with some places of their trees altered."""
    edit = st.tuples(
        st.sampled_from(sorted(_DAMAGE)),
        st.integers(0, 10_000),
        st.sampled_from(ODD_VALUES) | st.sampled_from(WORDS) | st.integers(-9, 99),
    )
    edits = st.lists(edit, min_size=1, max_size=4)
    return st.builds(_damaged, st.sampled_from(corpus_trees(kind)), edits)


def inputs(kind: str) -> st.SearchStrategy[bytes]:
    """One input of any sort; `kind` is spec or recipe."""
    return st.one_of(hostile_bytes(kind), hostile_trees(kind), damaged_trees(kind))


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a tree, outermost first."""
    found: list[tuple[Any, Any]] = []
    todo = [tree]
    while todo:
        container = todo.pop(0)
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], dict | list):
                todo.append(container[key])
    return found


def _damaged(text: str, edits: list[tuple[str, int, Any]]) -> bytes:
    tree = yaml.safe_load(text)
    for what, place, value in edits:
        spots = places(tree)
        if spots:
            container, key = spots[place % len(spots)]
            other = spots[(place * 7 + 3) % len(spots)]
            _DAMAGE[what](container, key, value, other)
    return _dump(tree)


def _rename(container: Any, key: Any, value: Any, _: Any) -> None:
    if isinstance(container, dict) and not isinstance(value, dict | list):
        container[value] = container.pop(key)


def _copy(container: Any, key: Any, _: Any, other: Any) -> None:
    container[key] = yaml.safe_load(_dump(other[0][other[1]]))


def _set(container: Any, key: Any, value: Any, _: Any) -> None:
    container[key] = yaml.safe_load(_dump(value))


def _delete(container: Any, key: Any, _: Any, __: Any) -> None:
    del container[key]


def _wrap(container: Any, key: Any, value: Any, _: Any) -> None:
    wrapped = container[key]
    container[key] = {value: wrapped} if isinstance(value, str) else [wrapped]


_DAMAGE: dict[str, Callable[[Any, Any, Any, Any], None]] = {
    "rename": _rename,
    "copy": _copy,
    "set": _set,
    "delete": _delete,
    "wrap": _wrap,
}


def _dump(tree: Any) -> bytes:
    text = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
    return bytes(text.encode("utf-8", "surrogatepass"))
