"""Whatever the compiler accepts, it emits, and it runs as predicted.

Hypothesis draws specs from the whole language, of one file or several. The default is a
fixed set of examples; `PMGEN_FUZZ=1000` draws that many new ones.
"""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import judge
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pmgen.compile import Compiled, compile_spec
from pmgen.graph import Graph
from pmgen.settings import Settings
from random_files import MAIN, spec_files

pytestmark = pytest.mark.paddle

EXAMPLES = int(os.environ.get("PMGEN_FUZZ", "0"))
DEFAULT = 200
LARGEST_SHARE_REFUSED = 0.2
OPEN_SIZES = (32, 64)  # stand in for `any`
CONFIG = Path(__file__).parents[2] / "pyproject.toml"


def test_random_networks(tmp_path: Path) -> None:
    tally: Counter[str] = Counter()
    texts = tmp_path / "generated"  # where the linter's settings for such code apply
    texts.mkdir()
    shutil.copy(CONFIG, tmp_path)

    @settings(
        max_examples=EXAMPLES or DEFAULT,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(spec_files(), st.booleans())
    def hold(files: dict[str, str], standalone: bool) -> None:
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        path = tmp_path / MAIN
        compiled = compile_spec(path, standalone=standalone)
        tally["drawn"] += 1
        if not compiled.ok:
            tally["refused"] += 1
            return
        assert compiled.code is not None
        number = tally["drawn"]
        (texts / f"net{number}.py").write_text(compiled.code, encoding="utf-8")
        check_network(compiled, tmp_path)
        check_constructor(path, compiled, tmp_path)

    hold()
    assert tally["refused"] < LARGEST_SHARE_REFUSED * tally["drawn"], tally
    _ruff(tmp_path, "format", "--check", "--diff", "generated")
    _ruff(tmp_path, "check", "generated")


def check_network(compiled: Compiled, folder: Path) -> None:
    """The class against the graph, in training and in evaluation."""
    graph = compiled.graph
    assert graph is not None
    net = judge.build(compiled, folder)
    for size in OPEN_SIZES if None in graph.spec.input else OPEN_SIZES[:1]:
        images = judge.random_images(judge.sizes_of(graph, size), batch=2)
        net.train()
        found = judge.run(net, images)
        assert len(found.outputs) == 1 + len(graph.heads)
        assert judge.shape_problems(graph, found) == []
        assert judge.count_problems(graph, net) == []
        if graph.training_macs is not None:
            assert judge.macs_of(net, found) == graph.training_macs
        net.eval()
        always = [head for head in graph.spec.heads if not head.train_only]
        found = judge.run(net, images)
        assert len(found.outputs) == 1 + len(always)
        if graph.macs is not None:
            assert judge.macs_of(net, found) == graph.macs


def check_constructor(path: Path, compiled: Compiled, folder: Path) -> None:
    """An argument of the constructor does what `--set` does."""
    module = judge.load_module(compiled.code or "", folder)
    (name,) = module.__all__
    arguments = inspect.signature(getattr(module, name)).parameters
    for argument, parameter in arguments.items():
        for value in _other_values(parameter.default):
            changed = compile_spec(path, settings=Settings(params={argument: value}))
            if changed.ok:
                net = getattr(module, name)(**{argument: value})
                _matches(changed.graph, net)


def _other_values(default: Any) -> tuple[float, ...]:
    if type(default) is float:
        return (default / 2,)
    return (default + 1, 2 * default, 1) if type(default) is int else ()


def _matches(graph: Graph | None, net: Any) -> None:
    assert graph is not None
    images = judge.random_images(judge.sizes_of(graph, OPEN_SIZES[0]), batch=2)
    found = judge.run(net, images)
    assert judge.shape_problems(graph, found) == []
    assert judge.count_problems(graph, net) == []


def _ruff(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
