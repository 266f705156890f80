"""One mistake planted at random gives one error: 200 here, as many as wanted by

python -m tests.fuzz.planted.test_planted 2000
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pmgen.compile import compile_spec
from pmgen.diagnostics.codes import is_warning
from pmgen.diagnostics.diagnostic import Diagnostic

from tests.fuzz.planted.mistakes import PLANTERS
from tests.support.compiler.random_specs import Tree, as_yaml, trees

Counts = dict[str, list[int]]


def errors_of(text: str) -> list[Diagnostic]:
    found = compile_spec(Path("spec.yaml"), data=text.encode()).diagnostics
    return [item for item in found.ordered() if not is_warning(item.code)]


def planted(tree: Tree, random: Random) -> tuple[str, str, int] | None:
    """(planter, text, number of errors) of one mistake; None where none was made."""
    sound = as_yaml(tree)
    if errors_of(sound):
        return None
    for planter in random.sample(PLANTERS, len(PLANTERS)):
        text = planter(tree, sound, random)
        if text is None or text == sound:
            continue
        found = errors_of(text)
        if found:
            return planter.__name__, text, len(found)
    return None


def counted(examples: int) -> tuple[Counts, list[tuple[str, str, int]]]:
    """The numbers of errors by planter, and every text with more than one."""
    counts: Counts = defaultdict(list)
    many: list[tuple[str, str, int]] = []

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(trees(), st.integers(0, 2**32))
    def plant(tree: Tree, seed: int) -> None:
        made = planted(tree, Random(seed))
        if made is not None:
            counts[made[0]].append(made[2])
            if made[2] > 1:
                many.append(made)

    plant()
    return counts, many


def share(numbers: list[int], part: float) -> int:
    """The number that this part of the numbers does not exceed."""
    return sorted(numbers)[min(len(numbers) - 1, int(part * len(numbers)))]


def test_one_mistake_is_one_error() -> None:
    counts, _ = counted(300)
    numbers = [number for found in counts.values() for number in found]
    assert len(numbers) > 150
    assert share(numbers, 0.5) == 1
    assert share(numbers, 0.95) == 1, dict(counts)


def main(examples: int) -> None:
    """Print the figures by planter, and what gave more than one error."""
    counts, many = counted(examples)
    numbers = [number for found in counts.values() for number in found]
    for name, found in sorted(counts.items(), key=lambda item: -max(item[1])):
        more = sum(number > 1 for number in found)
        print(f"{name:24} {len(found):5} {more:5} of them more than one, {max(found)}")
    print(
        f"{len(numbers)} mistakes: median {share(numbers, 0.5)}, 95th percentile ",
        end="",
    )
    print(f"{share(numbers, 0.95)}, 99th {share(numbers, 0.99)}, most {max(numbers)}")
    for name, text, number in many[:20]:
        print(f"--- {name}: {number} errors\n{text}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
