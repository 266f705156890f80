"""Whatever the compiler accepts, it emits, and it runs as predicted.

Hypothesis draws specs from the whole language. The default is a fixed set of examples;
`PMGEN_FUZZ=1000` draws that many new ones.
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

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pmgen.compile import Compiled, compile_spec
from pmgen.expand.graph import Graph
from pmgen.settings import Settings

from tests.support.compiler.spread_specs import same_code, spread_specs
from tests.support.networks import judge
from tests.support.paths import ROOT

pytestmark = pytest.mark.paddle

EXAMPLES = int(os.environ.get("PMGEN_FUZZ", "0"))
# Releases of Hypothesis draw differently: the oldest gives 33% that are refused.
LARGEST_SHARE_REFUSED = 0.4
OPEN_SIZES = (32, 64)  # stand in for `any`
CONFIG = ROOT / "pyproject.toml"


def test_random_networks(tmp_path: Path) -> None:
    tally: Counter[str] = Counter()
    texts = tmp_path / "generated"  # where the linter's settings for such code apply
    texts.mkdir()
    shutil.copy(CONFIG, tmp_path)

    @settings(
        max_examples=EXAMPLES or 200,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(spread_specs(), st.booleans())
    def hold(drawn: tuple[str, dict[str, str]], standalone: bool) -> None:
        path = tmp_path / "net.yaml"
        path.write_text(drawn[0], encoding="utf-8")
        compiled = compile_spec(path, standalone=standalone)
        check_spread(compiled, drawn[1], standalone, tmp_path / "spread")
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


def check_spread(
    whole: Compiled, files: dict[str, str], standalone: bool, folder: Path
) -> None:
    """Several files that say the same become the same class."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    spread = compile_spec(folder / "net.yaml", standalone=standalone)
    assert spread.ok == whole.ok, [item.message for item in spread.diagnostics.items]
    if whole.code is not None and spread.code is not None:
        assert same_code(whole.code, spread.code)


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
            macs = judge.macs_that_ran(graph, found, graph.training_macs)
            assert judge.macs_of(net, found) == macs
        net.eval()
        always = [head for head in graph.spec.heads if not head.train_only]
        found = judge.run(net, images)
        assert len(found.outputs) == 1 + len(always)
        if graph.macs is not None:
            macs = judge.macs_that_ran(graph, found, graph.macs)
            assert judge.macs_of(net, found) == macs


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


def _other_values(default: Any) -> tuple[int, ...]:
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
