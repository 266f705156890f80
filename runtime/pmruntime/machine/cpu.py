"""Fast CPU settings. They work only where they are made before Paddle is imported.

Paddle forces one OpenMP thread at import unless the user chose a number, and the MKL
that it bundles takes a slow path on AMD processors unless set otherwise: together a
factor of 5 for ResNet-50. The MKL variable is undocumented and changes the last bits of
results, so it is set for AMD alone. None is set over the user's own value, and all are
recorded with each run.

How idle threads wait (OMP_WAIT_POLICY) is left to the user, and only recorded: asleep,
two threads train LeNet 2.3 times slower on free cores (18.8 s against 8.1 s for five
epochs), and 1.4 to 1.9 times faster where other programs use the cores too.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import math
import os
import sys
import warnings
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pmruntime.machine.extras import not_installed
from pmruntime.machine.launched import processes_here

THREADS = "OMP_NUM_THREADS"
WAITING = "OMP_WAIT_POLICY"
MKL_PATH = "MKL_DEBUG_CPU_TYPE"


@dataclass(frozen=True)
class CpuSettings:
    """The values in force (None: not set), and the names of those set by us."""

    threads: str | None
    waiting: str | None
    mkl_path: str | None
    set_by_us: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """A plain mapping for the run's record."""
        return asdict(self)


def apply_cpu_settings(
    threads: int | None = None,
    environ: MutableMapping[str, str] | None = None,
    cpuinfo: Path = Path("/proc/cpuinfo"),
) -> CpuSettings:
    """Set the variables that the user has not set. Call it before importing paddle.

    `threads` (at least 1) overrides OMP_NUM_THREADS even where the user has set it.
    Several processes of one training share the cores.
    Where `cpuinfo` does not exist (macOS, Windows) the MKL variable is left alone.
    After Paddle has been imported nothing is changed: the record would be wrong.
    """
    env = os.environ if environ is None else environ
    chosen: list[str] = []
    if "paddle" not in sys.modules or environ is not None:
        if threads is not None:
            env[THREADS] = str(threads)
            chosen.append(THREADS)
        elif THREADS not in env:
            env[THREADS] = str(max(1, usable_cores() // processes_here(env)))
            chosen.append(THREADS)
        mkl_path = _fast_mkl_path(cpuinfo)
        if mkl_path is not None and MKL_PATH not in env:
            env[MKL_PATH] = mkl_path
            chosen.append(MKL_PATH)
    return CpuSettings(
        env.get(THREADS), env.get(WAITING), env.get(MKL_PATH), tuple(chosen)
    )


def import_paddle() -> None:
    """Import Paddle without its message on our threads, and without two warnings.

    The warnings do not help anyone who trains: that ccache is missing, and, from
    every BatchNorm in training, that it tracks its statistics.

    Raises UserError where paddle is not installed.
    """
    warnings.filterwarnings("ignore", message="No ccache found")
    warnings.filterwarnings("ignore", message="When training, we now always track")
    # Paddle 2.6 brings symbols of a zlib of its own. Python's must be bound to the
    # system's before that, or the first gzipped file crashes the process.
    importlib.import_module("zlib")
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            importlib.import_module("paddle")
    except ModuleNotFoundError as error:
        if error.name != "paddle":
            raise
        raise not_installed("paddle") from error
    finally:
        # All other messages of the import are passed on.
        rest = [line for line in said.getvalue().splitlines() if THREADS not in line]
        if rest:
            print(*rest, sep="\n", file=sys.stderr)


def usable_cores() -> int:
    """Cores that this process may use: its affinity, and a container's quota."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    quota = _container_quota(Path("/sys/fs/cgroup/cpu.max"))
    return max(1, cores if quota is None else min(cores, quota))


def _container_quota(cpu_max: Path) -> int | None:
    """Whole cores that cgroup v2 grants: "200000 100000" is 2, "max 100000" None."""
    try:
        quota, period = cpu_max.read_text(encoding="ascii").split()
        return math.ceil(int(quota) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _fast_mkl_path(cpuinfo: Path) -> str | None:
    """7 with AVX-512, 5 with AVX2, on AMD processors only."""
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    if "AuthenticAMD" not in text:
        return None
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    words = set(flags.split())
    return "7" if "avx512f" in words else "5" if "avx2" in words else None
