"""Text of a spec is refused, or it stands in the code as one inert piece.

Every value and every key of the golden cases' specs, and of the files that these use or
extend, is replaced by every payload; 1,500 of these pairs, or with
`PMGEN_FUZZ_INJECTIONS=all` each of them.
"""

from __future__ import annotations

import difflib
import os
import random
import shutil
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pmgen.compile import compile_spec
from pmgen.settings import BadSetting, Settings, parse_settings

from tests.support.compiler.inert import check_inert
from tests.support.compiler.payloads import PAYLOADS, TAGGED
from tests.support.compiler.places import inside, places
from tests.support.paths import CASES

ALL = os.environ.get("PMGEN_FUZZ_INJECTIONS") == "all"
SAMPLE = 1_500
MARK = "PAYLOADHERE"
SHARDS = 6
FILES = [
    path
    for case in sorted(CASES.glob("*/expected.py"))
    for path in sorted(case.parent.rglob("*.yaml"))
]
SMALL = """\
pmgen: 1
model: Small
source: {doc}
input: [3, 8, 8]
params: {{width: 4, padding: {padding}}}
layers:
  conv: {{op: Conv2D, out_channels: $width, kernel_size: 3, padding: $padding}}
"""


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_place(shard: int, tmp_path: Path) -> None:
    pairs = [
        (path, place, payload, as_key)
        for path in FILES
        for place in range(len(places(_tree(path))))
        for payload in (*PAYLOADS, *TAGGED)
        for as_key in (False, True)
    ]
    assert len(pairs) > 50_000, "the cases are gone"
    chosen = pairs if ALL else random.Random(7).sample(pairs, SAMPLE)
    copies = tmp_path / "cases"
    shutil.copytree(CASES, copies)
    for path, place, payload, as_key in chosen[shard::SHARDS]:
        text = _injected(path, place, payload, as_key=as_key)
        if text is not None:
            copy = copies / path.relative_to(CASES)
            _harmless(text, copy, payload)
            shutil.copyfile(path, copy)


def _tree(path: Path) -> Any:
    return yaml.safe_load(path.read_bytes())


def _injected(path: Path, place: int, payload: str, *, as_key: bool) -> str | None:
    """The spec with one piece replaced; None where there is no key to replace."""
    text = _marked(path, place, as_key)
    raw = payload if payload in TAGGED else _quoted(payload)
    return None if text is None else text.replace(MARK, raw)


@lru_cache(maxsize=2)
def _marked(path: Path, place: int, as_key: bool) -> str | None:
    tree = _tree(path)
    container, key = places(tree)[place]
    if not as_key:
        container[key] = MARK
    elif isinstance(container, dict):
        pairs = [(MARK if name == key else name, container[name]) for name in container]
        container.clear()
        container.update(pairs)
    else:
        return None
    return str(yaml.safe_dump(tree, sort_keys=False))


@cache
def _quoted(payload: str) -> str:
    return str(yaml.safe_dump(payload, default_style='"', width=10**9)).strip()


def _harmless(text: str, path: Path, payload: str) -> bool:
    """Compile `spec.yaml` beside or above `path`, which gets the text.

    Hold the proof against the code; True where the spec is accepted.
    """
    path.write_text(text, encoding="utf-8", newline="")
    spec = next(up / "spec.yaml" for up in path.parents if (up / "spec.yaml").is_file())
    result = compile_spec(spec)
    if result.code is not None:
        check_inert(result.code)
        return True
    assert result.diagnostics.items, f"{payload!r} is refused without a word"
    assert all(inside(item.span) for item in result.diagnostics.items)
    return False


@pytest.mark.parametrize("payload", PAYLOADS)
def test_docstring_and_values(payload: str, tmp_path: Path) -> None:
    """Where any text is welcome, every payload is accepted and proved."""
    text = SMALL.format(doc=_quoted(payload), padding=1)
    assert _harmless(text, tmp_path / "spec.yaml", payload)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_standalone(payload: str, tmp_path: Path) -> None:
    """What a standalone file has more than the other is the same for any text."""
    path = tmp_path / "spec.yaml"
    more = []
    for text in (payload, "a"):
        path.write_text(SMALL.format(doc=_quoted(text), padding=1), encoding="utf-8")
        plain = compile_spec(path).code
        alone = compile_spec(path, standalone=True).code
        assert plain is not None
        assert alone is not None
        lines = difflib.unified_diff(plain.splitlines(), alone.splitlines(), n=0)
        more.append([line for line in lines if not line.startswith("@@")])
    assert len(more[0]) > 10
    assert more[0] == more[1]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_of_files(payload: str, tmp_path: Path) -> None:
    name = payload.replace("/", "") + ".yaml"
    path = tmp_path / name
    path.write_text(SMALL.format(doc="a", padding=1), encoding="utf-8")
    result = compile_spec(path)
    assert result.code is not None
    check_inert(result.code)
    spec = tmp_path / "over.yaml"
    spec.write_text(f"pmgen: 1\nmodel: Over\nextends: {_quoted(name)}\n", "utf-8")
    result = compile_spec(spec)
    if result.code is not None:
        check_inert(result.code)
    assert result.code or result.diagnostics.items


def test_names_that_are_no_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.yaml"))
    try:
        path.write_text(SMALL.format(doc="a", padding=1), encoding="utf-8")
    except OSError as error:
        pytest.skip(f"this file system has no such names: {error}")
    result = compile_spec(path)
    assert result.code is not None
    check_inert(result.code)
    result.code.encode()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_settings(payload: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(SMALL.format(doc="a", padding="SAME"), encoding="utf-8")
    for pair in (f"padding={payload}", f"width={payload}", f"{payload}=1"):
        try:
            settings = parse_settings((pair,), None)
            result = compile_spec(path, settings=settings)
        except BadSetting:
            continue
        if result.code is not None:
            check_inert(result.code)
        assert result.code or result.diagnostics.items
    with pytest.raises(BadSetting):
        parse_settings((), payload)


def test_a_setting_that_is_text_stays_text(tmp_path: Path) -> None:
    """The note in the header is the one place where a free text of `--set` goes."""
    path = tmp_path / "spec.yaml"
    path.write_text(SMALL.format(doc="a", padding="SAME"), encoding="utf-8")
    result = compile_spec(path, settings=Settings(params={"padding": "VALID"}))
    assert result.code is not None
    assert "# Built with padding=VALID." in result.code
