"""Weights on disk: safetensors with JSON in its metadata. Never a pickle.

A file holds every entry of the network's state dict under its structured name
(`conv1.weight`), and under `pmruntime` in its metadata a JSON object about its origin.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from pmruntime.files import cannot_write, replacing
from pmruntime.problems import UserError, listed

_KEY = "pmruntime"
_SHOWN = 5  # names that a message lists; the rest it counts


def save_weights(path: Path, model: Any, origin: Mapping[str, Any]) -> None:
    """Write the network's parameters and buffers atomically, with their `origin`."""
    write_tensors(path, state_arrays(model), origin)


def state_arrays(model: Any) -> dict[str, NDArray[Any]]:
    """The network's state dict as arrays."""
    state = model.state_dict()
    return {name: np.ascontiguousarray(t.numpy()) for name, t in state.items()}


def load_weights(path: Path, model: Any) -> dict[str, Any]:
    """Fill the network from a file of `save_weights`; returns the file's origin.

    Raises UserError where the file cannot be read, or listing every name that is
    missing, unknown or of another shape; the network is then left as it was.
    """
    tensors, origin = read_tensors(path)
    state = model.state_dict()
    faults = [f"`{name}` is missing in the file" for name in state.keys() - tensors]
    faults += [f"`{name}` is unknown to the model" for name in tensors.keys() - state]
    for name in state.keys() & tensors.keys():
        wanted, given = list(state[name].shape), list(tensors[name].shape)
        if wanted != given:
            faults.append(f"`{name}` is {given} in the file, {wanted} in the model")
    if faults:
        raise UserError(
            f"the weights of `{path}` are of another model: "
            + listed(sorted(faults), _SHOWN),
            "use the model.py and the constructor arguments of their training",
        )
    model.set_state_dict(tensors)
    return origin


def write_tensors(
    path: Path, tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]
) -> None:
    """Write named arrays and a JSON object atomically.

    Raises UserError where the disk is full or refuses; an earlier file is then intact.
    """
    # One key only: safetensors writes several in an order that changes by itself, and
    # equal runs must give equal files.
    metadata = {_KEY: json.dumps(dict(facts))}
    try:
        with replacing(path) as temporary:
            temporary.touch()
            mode = temporary.stat().st_mode
            save_file(dict(tensors), temporary, metadata)
            # safetensors makes files that only their owner can read.
            temporary.chmod(mode)
    except SafetensorError as error:
        # Errors of the disk come as errors of safetensors.
        raise cannot_write(path, str(error)) from error


def read_tensors(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays and the JSON object of `write_tensors`. Raises UserError."""
    if not path.is_file():
        raise UserError(f"no such weights: `{path}`")
    try:
        with safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata = file.metadata() or {}
        facts = json.loads(metadata.get(_KEY, "{}"))
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(f"`{path}` is no readable safetensors file: {error}") from error
    return tensors, facts
