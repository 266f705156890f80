"""Would a test notice if a rule of an op were wrong? Each is altered, piece by piece.

    python -m tests.generator.ops.mutants            # every module of pmgen/ops
    python -m tests.generator.ops.mutants conv pool  # some of them

A mutant is a module with one piece altered: a comparison, a sum or product, a whole
number one up or down, `and`, `not`, a condition, `min`, a truth. Each is imported in a
forked process in place of the module, so that definitions and lambdas count as well as
functions; then tests/generator/ops/test_op_*.py run. Exit 1 where one survives that
EQUIVALENT does not name. Paddle is not needed. POSIX alone, for the fork.
"""

from __future__ import annotations

import ast
import copy
import importlib
import importlib.abc
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest  # noqa: F401  # here and not in each fork

from tests.support.paths import ROOT

PACKAGE = ROOT / "generator/pmgen/ops"
MODULES = {
    path.stem: path
    for path in sorted(PACKAGE.rglob("*.py"))
    # Words of other tools are no rules; test_synonyms.py holds them.
    if path.stem != "__init__" and path.parent.name != "synonyms"
}
# The kinds of value that ops and recipes share.
MODULES["shared_kinds"] = ROOT / "runtime/pmruntime/kinds.py"
RULES = ROOT / "tests/generator/ops"
PACKAGE_OF_RULES = "tests.generator.ops"
SECONDS = 10  # what takes longer has met an endless loop: killed
_SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
_OTHER_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}

_ONE_AXIS = "features have one axis"
_ONE_INPUT = "these ops have one input"
_MULTIPLE = "any multiple of 32 would do"
_WORK = "1 divides too, so no divisor from 2 * value up is nearest: it bounds the work"
_ZEROTH = "the next condition refuses the batch's axis anyway"
_NO_LIMIT = "nothing comes near the largest float"
_FROZEN = "that nobody assigns to it is for mypy to see"
# (module, change) -> why nobody could see the difference
EQUIVALENT: dict[tuple[str, str], str] = {
    **{
        (module, "inputs[0] -> inputs[-1]"): _ONE_INPUT
        for module in (
            "activation", "conv", "definition", "linear", "norm", "pool", "reshape"
        )
    },
    ("conv", "0 < extra >= stride -> 0 <= extra >= stride"): "no stride is 0",
    ("conv", "0 < extra >= stride -> -1 < extra >= stride"): "no stride is 0",
    ("initializers", "weights[0] -> weights[-1]"): "there is one weight",
    ("linear", "inputs[0][0] -> inputs[0][-1]"): _ONE_AXIS,
    ("linear", "shape[0] -> shape[-1]"): _ONE_AXIS,
    ("pool", "strict=True -> strict=False"): "both are of height and width",
    ("norm", "shape[0] -> shape[-1]"): _ONE_AXIS,
    ("norm", "len(shape) > 1 -> len(shape) > 2"): "shapes have one axis or three",
    ("merge", "1: -> 0:"): "the first input is one with itself",
    ("merge", "strict=True -> strict=False"): "the lengths were compared before",
    ("activation", "-rank <= axis < rank -> -rank < axis < rank"): _ZEROTH,
    ("activation", "-rank <= axis < rank -> -rank <= axis <= rank"): _ZEROTH,
    ("reshape", "-rank <= stop < rank -> -rank < stop < rank"): _ZEROTH,
    ("reshape", "-rank <= stop < rank -> -rank <= stop <= rank"): _ZEROTH,
    ("definition", "frozen=True -> frozen=False"): _FROZEN,
    ("shared_kinds", "frozen=True -> frozen=False"): _FROZEN,
    ("shared_kinds", "schemas[0] -> schemas[-1]"): "there is one",
    ("shared_kinds", "abs(value) <= _LARGEST -> abs(value) < _LARGEST"): _NO_LIMIT,
    **{
        ("definition", f"{n} * _COARSE -> {m} * _COARSE"): _MULTIPLE
        for n, m in ((3, 4), (3, 2), (8, 9), (8, 7))
    },
    ("definition", "min(common, 4 * value) + 1 -> min(common, 4 * value) + 2"): _WORK,
    ("definition", "min(common, 4 * value) -> max(common, 4 * value)"): _WORK,
    ("definition", "4 * value -> 5 * value"): _WORK,
    ("definition", "4 * value -> 3 * value"): _WORK,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A module's tree with one piece altered."""

    module: str
    tree: ast.Module
    line: int
    change: str


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of `ast.walk`."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    parents = {child: n for n in ast.walk(tree) for child in ast.iter_child_nodes(n)}
    places = {node: place for place, node in enumerate(ast.walk(tree))}
    for place, node in enumerate(ast.walk(tree)):
        # a number or a name alone says nothing: what it stands in is shown
        alone = isinstance(node, ast.Constant | ast.Name)
        shown = places[parents[node]] if alone else place
        for way in range(_ways(node)):
            altered = copy.deepcopy(tree)
            nodes: list[Any] = list(ast.walk(altered))
            before = _text(nodes[shown])
            _alter(nodes[place], way)
            ast.fix_missing_locations(altered)
            change = f"{before} -> {_text(nodes[shown])}"
            yield Mutant(module, altered, nodes[place].lineno, change)


def _ways(node: ast.AST) -> int:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return 2
    if isinstance(node, ast.Compare):
        return len(node.ops)
    swapped = isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in _SWAPS
    negated = isinstance(node, ast.If | ast.IfExp)
    truth = isinstance(node, ast.Constant) and isinstance(node.value, bool)
    named = isinstance(node, ast.Name) and node.id in _OTHER_NAMES
    not_ = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return int(swapped or negated or truth or named or not_)


def _alter(node: Any, way: int) -> None:
    if isinstance(node, ast.Constant):
        flip = isinstance(node.value, bool)
        node.value = not node.value if flip else node.value + (1, -1)[way]
    elif isinstance(node, ast.Compare):
        node.ops[way] = _SWAPS[type(node.ops[way])]()
    elif isinstance(node, ast.BinOp | ast.BoolOp):
        node.op = _SWAPS[type(node.op)]()
    elif isinstance(node, ast.Name):
        node.id = _OTHER_NAMES[node.id]
    elif isinstance(node, ast.UnaryOp):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)
    else:
        node.test = ast.UnaryOp(ast.Not(), node.test)


def _text(node: ast.AST) -> str:
    shown = node.test if isinstance(node, ast.If) else node
    return " ".join(ast.unparse(shown).split())[:90]


class _InItsPlace(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant where its module is asked for."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        _, *parts = MODULES[self.mutant.module].relative_to(ROOT).with_suffix("").parts
        if name != ".".join(parts):
            return None
        return importlib.util.spec_from_loader(name, self)

    def exec_module(self, module: ModuleType) -> None:
        code = compile(self.mutant.tree, f"<mutant of {self.mutant.module}>", "exec")
        exec(code, vars(module))  # our own source, altered


def _run_rules() -> None:
    for path in sorted(RULES.glob("test_op_*.py")):
        rules = importlib.import_module(f"{PACKAGE_OF_RULES}.{path.stem}")
        for name, test in list(vars(rules).items()):
            if name.startswith("test_"):
                test()


def killed(mutant: Mutant | None) -> bool:
    """Whether the rules' tests fail, in a process of their own."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(SECONDS)
            if mutant is not None:
                sys.meta_path.insert(0, _InItsPlace(mutant))
            _run_rules()
            status = 0
        except BaseException as error:
            if mutant is None:
                print(f"without a mutant: {error!r}", flush=True)
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] != 0


def main(names: list[str]) -> int:
    """Try the mutants of modules and print those that survive. The exit status."""
    importlib.import_module("pmgen.expressions.expression")
    if "pmgen.ops" in sys.modules:
        raise SystemExit("pmgen.ops is imported already: nothing could be altered")
    if killed(None):
        raise SystemExit("tests/generator/ops/test_op_*.py fail without any mutant")
    start, made, dead, excused = time.perf_counter(), 0, 0, 0
    modules = names or sorted(MODULES)
    for mutant in (mutant for module in modules for mutant in mutants(module)):
        made += 1
        if killed(mutant):
            dead += 1
            continue
        reason = EQUIVALENT.get((mutant.module, mutant.change))
        excused += reason is not None
        place = f"{mutant.module}.py:{mutant.line}"
        print(f"{place}: {mutant.change}  ({reason or 'SURVIVES'})", flush=True)
    left = made - dead - excused
    print(
        f"{', '.join(modules)}: {made} mutants, {dead} killed, {excused} equivalent, "
        f"{left} survive; {time.perf_counter() - start:.0f} s"
    )
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
