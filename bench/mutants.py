"""Would a test notice if a shape rule were wrong? Each is altered, piece by piece.

    python bench/mutants.py              # every mutant; exit 1 where one survives
    python bench/mutants.py --part 2/4   # a quarter of them

A mutant is one function of `pmgen/ops` with one piece altered: a comparison, a sum or
product, a whole number, `and`, `not`, a condition, what is returned. It is killed where
one of these no longer holds:

- the golden cases give the text that stands in their files;
- the cases of tests/paddle/test_ops.py that fit have the shapes, parameters and MACs
  that they have without the mutant, which that test holds against Paddle;
- those that are refused are refused;
- the tests of tests/compiler/test_shape_rules.py pass.

Functions that run while pmgen is imported cannot be altered after it, nor can lambdas;
they are left out. Needs Paddle, which `test_ops.py` imports. Minutes.
"""

from __future__ import annotations

import argparse
import ast
import copy
import inspect
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from pmgen import ops
from pmgen.compile import Compiled
from pmgen.ops import (
    activation,
    conv,
    definition,
    linear,
    merge,
    norm,
    pool,
    reshape,
    windows,
)

TESTS = Path(__file__).resolve().parents[1] / "tests"
MODULES = (
    activation, conv, definition, linear, merge, norm, pool, reshape, windows
)  # fmt: skip
SECONDS = 20  # a check that takes longer has met an endless loop

_SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip

# Survivors that change nothing a user could see, by function and change, with the
# reason.
EQUIVALENT: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Mutant:
    """One function with one piece altered, and where."""

    function: FunctionType
    code: CodeType
    line: int
    change: str

    @property
    def key(self) -> tuple[str, str]:
        """What names it whatever its line."""
        return f"{self.function.__module__[10:]}.{self.function.__name__}", self.change


def mutants(module: ModuleType) -> Iterator[Mutant]:
    """Every mutant of a module's functions."""
    tree = ast.parse(inspect.getsource(module))
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        function = vars(module)[node.name]
        if not isinstance(function, FunctionType):
            continue
        for place, old in enumerate(ast.walk(node)):
            for alter in _changes(old):
                yield _mutant(module, function, node, place, alter)


def _changes(node: ast.AST) -> Iterator[Callable[[Any], None]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield _swap_compare
    elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in _SWAPS:
        yield _swap_operator
    elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
        yield _other_constant
    elif isinstance(node, ast.If | ast.IfExp):
        yield _negate
    elif isinstance(node, ast.Return) and node.value is not None:
        yield _return_nothing


def _swap_compare(node: Any) -> None:
    node.ops = [_SWAPS[type(node.ops[0])]()]


def _swap_operator(node: Any) -> None:
    node.op = _SWAPS[type(node.op)]()


def _other_constant(node: Any) -> None:
    node.value = not node.value if isinstance(node.value, bool) else node.value + 1


def _negate(node: Any) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _return_nothing(node: Any) -> None:
    node.value = ast.Constant(None)


def _mutant(
    module: ModuleType,
    function: FunctionType,
    node: ast.FunctionDef,
    place: int,
    alter: Callable[[Any], None],
) -> Mutant:
    altered = copy.deepcopy(node)
    altered.decorator_list = []
    target: Any = list(ast.walk(altered))[place]
    before = _short(target)
    alter(target)
    text = ast.Module([_FUTURE, altered], [])
    ast.fix_missing_locations(text)
    compiled = compile(text, str(module.__file__), "exec")
    (code,) = (
        item
        for item in compiled.co_consts
        if isinstance(item, CodeType) and item.co_name == node.name
    )
    return Mutant(function, code, target.lineno, f"{before} -> {_short(target)}")


_FUTURE = ast.parse("from __future__ import annotations").body[0]


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    return ast.unparse(node)


class Checks:
    """What must hold, as closures that say whether it does."""

    def __init__(self, folder: Path) -> None:
        sys.path[:0] = [str(TESTS / name) for name in ("support", "compiler", "paddle")]
        import golden
        import test_ops
        import test_shape_rules

        self.folder = folder
        self.compile: Callable[..., Compiled] = test_ops._compile
        self.all: list[Callable[[], bool]] = []
        for op, args, shape in test_ops.FITS:
            self._add_op({"it": {"op": op, **args}}, shape)
        for op, args, shape in (*test_ops.REFUSED, *test_ops.STRICTER):
            self._add_op({"it": {"op": op, **args}}, shape)
        for case in golden.cases():
            if case.name != "error_too_many_layers":
                self.all.append(lambda case=case: not golden.mismatch(case))

        for name, test in vars(test_shape_rules).items():
            if name.startswith("test_") and not inspect.signature(test).parameters:
                self.all.append(lambda test=test: test() is None)
        for mark in test_shape_rules.test_a_border_that_holds_a_window.pytestmark:
            for values in mark.args[1]:
                self.all.append(
                    lambda values=values: (
                        test_shape_rules.test_a_border_that_holds_a_window(*values)
                        is None
                    )
                )

    def _add_op(self, layers: dict[str, Any], shape: tuple[int, ...]) -> None:
        def figures() -> Any:
            compiled = self.compile(layers, shape, self.folder)
            graph = compiled.graph
            if not compiled.ok or graph is None:
                return None
            return graph.output, graph.params, graph.macs, graph.training_macs

        wanted = figures()
        self.all.append(lambda: figures() == wanted)

    def hold(self) -> bool:
        """Whether all of them hold. The one that failed goes first the next time: it
        is likely to notice a function's other mutants too."""
        for index, check in enumerate(self.all):
            if not self._holds(check):
                self.all.insert(0, self.all.pop(index))
                return False
        return True

    def _holds(self, check: Callable[[], bool]) -> bool:
        signal.alarm(SECONDS)
        try:
            return check()
        except (Exception, pytest.fail.Exception):
            return False  # a crash is noticed too
        finally:
            signal.alarm(0)


def reached(checks: Checks) -> set[CodeType]:
    """The functions that run in the checks, which must hold."""
    found: set[CodeType] = set()
    sys.setprofile(lambda frame, event, arg: found.add(frame.f_code))
    try:
        assert checks.hold(), "the tests fail without any mutant"
    finally:
        sys.setprofile(None)
    return found


def killed(mutant: Mutant, checks: Checks) -> bool:
    """Whether the checks notice a mutant."""
    whole = mutant.function.__code__
    mutant.function.__code__ = mutant.code
    try:
        return not checks.hold()
    finally:
        mutant.function.__code__ = whole


def _endless(*_: object) -> None:
    raise TimeoutError


def main() -> int:
    """Try the mutants and print those that survive. The exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", default="1/1", help="as in 2/4: the second quarter")
    part, parts = map(int, parser.parse_args().part.split("/"))
    signal.signal(signal.SIGALRM, _endless)
    assert ops.OPS
    start = time.perf_counter()
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(Path(folder))
        runs = reached(checks)
        every = [mutant for module in MODULES for mutant in mutants(module)]
        tried = [m for m in every if m.function.__code__ in runs]
        chosen = tried[part - 1 :: parts]
        for mutant in chosen:
            if killed(mutant, checks):
                continue
            reason = EQUIVALENT.get(mutant.key)
            survivors += reason is None
            name, change = mutant.key
            print(f"{name}:{mutant.line}: {change}  {reason or 'SURVIVES'}", flush=True)
    print(
        f"{len(chosen)} mutants of {len(tried)}, {survivors} survive; "
        f"{len(every) - len(tried)} in functions that run at import or in no test; "
        f"{len(checks.all)} checks, {time.perf_counter() - start:.0f} s"
    )
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main())
