"""Where and how a run is computed."""

from __future__ import annotations

from dataclasses import dataclass

from pmruntime.machine.cpu import CpuSettings
from pmruntime.machine.world import ALONE, World


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where and how a run is computed; none of it is part of what is computed.

    `device` is `auto`, `cpu` or `gpu`; `workers` threads prepare batches. `cpu` is only
    recorded: the settings work before Paddle is imported (see pmruntime.machine.cpu).
    A checkpoint is written after every epoch, and within one when the last is
    `checkpoint_seconds` old.
    """

    device: str = "auto"
    workers: int = 2
    checkpoint_seconds: float = 300.0
    cpu: CpuSettings | None = None
    world: World = ALONE
