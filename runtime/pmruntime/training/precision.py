"""Mixed precision (AMP): float32 weights, and products in a shorter type on a GPU."""

from __future__ import annotations

from typing import Any

import paddle

from pmruntime.problems import UserError


class Precision:
    """What `amp` of a recipe asks for. `none` leaves everything in float32.

    float16 needs its losses scaled up, or small gradients vanish; bfloat16 does not.
    """

    def __init__(self, amp: str, device: str) -> None:
        """Raises UserError on a CPU, where Paddle would silently ignore it."""
        if amp != "none" and not device.startswith("gpu"):
            raise UserError(
                f"`amp: {amp}` needs a GPU; on a CPU Paddle computes in float32 anyway",
                "train with `--set amp=none`, or with `--device gpu`",
            )
        self._dtype = None if amp == "none" else amp
        self._scaler = paddle.amp.GradScaler() if amp == "float16" else None

    def autocast(self) -> Any:
        """The context for the forward pass and the loss."""
        return paddle.amp.auto_cast(
            enable=self._dtype is not None, dtype=self._dtype or "float16"
        )

    def backward(self, loss: Any) -> None:
        """Add the gradients of a loss."""
        (loss if self._scaler is None else self._scaler.scale(loss)).backward()

    def step(self, optimizer: Any) -> None:
        """Update the weights by the gradients, then clear the gradients."""
        if self._scaler is None:
            optimizer.step()
        else:
            self._scaler.step(optimizer)  # skips a step whose gradients overflow
            self._scaler.update()
        optimizer.clear_grad()

    def state(self) -> dict[str, Any]:
        """What an interrupted run needs to go on, as plain numbers."""
        if self._scaler is None:
            return {}
        found = self._scaler.state_dict()
        return {k: v.item() if hasattr(v, "item") else v for k, v in found.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        if self._scaler is not None and state:
            scale = paddle.to_tensor([state["scale"]], dtype="float32")
            self._scaler.load_state_dict({**state, "scale": scale.numpy()})
