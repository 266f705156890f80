"""Whatever a file holds, the compiler accepts it or says where it is wrong.

A fixed set of 2,000 inputs; `PMGEN_FUZZ_INPUTS=100000` draws that many new ones.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hostile_inputs import inputs
from hypothesis import HealthCheck, given, seed, settings
from trial import hold

COUNT = int(os.environ.get("PMGEN_FUZZ_INPUTS", "0"))
SHARDS = 8  # so that several workers share them


@pytest.mark.parametrize("shard", range(SHARDS))
def test_any_input(shard: int, tmp_path: Path) -> None:
    kind = "recipe" if shard == SHARDS - 1 else "spec"

    @settings(
        max_examples=(COUNT or 2_000) // SHARDS,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(kind))
    def holds(data: bytes) -> None:
        hold(data, kind, tmp_path)

    # Each shard draws its own; the default ones are the same on every run.
    chosen = holds if COUNT else seed(shard)(holds)
    chosen()
