"""Where to compute: the words `auto`, `cpu` and `gpu`."""

from __future__ import annotations

import paddle

from pmruntime.problems import UserError, unknown

CHOICES = ("auto", "cpu", "gpu")


def use_device(choice: str) -> str:
    """Select the device for all later tensors; returns Paddle's name for it.

    `auto` takes a GPU where Paddle was built for one and one is present; of several
    processes each has its own. Raises UserError where `gpu` is asked for and cannot be
    had.
    """
    if choice not in CHOICES:
        raise unknown("device", choice, CHOICES)
    name = "cpu"
    if choice != "cpu" and _has_gpu(choice == "gpu"):
        name = f"gpu:{_own_gpu()}"
    paddle.set_device(name)
    return name


def _own_gpu() -> int:
    """The GPU that a launcher gave to this process; the first where none did."""
    own = int(paddle.distributed.ParallelEnv().device_id)
    count = int(paddle.device.cuda.device_count())
    if own >= count:
        raise UserError(
            f"a process is to use GPU {own}, counted from 0, but Paddle sees {count}",
            "start one process per GPU (`--nproc`), or use `--device cpu`",
        )
    return own


def _has_gpu(required: bool) -> bool:
    if not paddle.device.is_compiled_with_cuda():
        why = "this Paddle was built for the CPU only"
        remedy = "install paddlepaddle-gpu (the `gpu` extra)"
    elif paddle.device.cuda.device_count() == 0:
        why = "Paddle sees no GPU on this machine"
        remedy = "check the driver with `nvidia-smi`"
    else:
        return True
    if required:
        raise UserError(f"`--device gpu`: {why}", f"{remedy}, or use `--device auto`")
    return False
