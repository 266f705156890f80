"""The runtime that every generated network shares: train, validate, use.

What the commands do, for programs:

    from pmruntime import load_run, predict, train

Each name is imported when it is first asked for. `apply_cpu_settings` must be called
before anything imports Paddle, so this module itself imports nothing.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

# name -> its module
_HOMES = {
    "Callback": "pmruntime.runs.callback",
    "Machine": "pmruntime.machine.machine",
    "Preprocessing": "pmruntime.data.preprocessing",
    "UserError": "pmruntime.problems",
    "apply_cpu_settings": "pmruntime.machine.cpu",
    "build_model": "pmruntime.model.loading",
    "evaluate_run": "pmruntime.evaluation.evaluate",
    "export_run": "pmruntime.export",
    "import_paddle": "pmruntime.machine.cpu",
    "load_model_class": "pmruntime.model.loading",
    "load_pretrained": "pmruntime.model.weights.pretrained",
    "load_run": "pmruntime.runs.trained",
    "load_weights": "pmruntime.runs.checkpoint",
    "log_probabilities": "pmruntime.inference.probabilities",
    "open_data": "pmruntime.data",
    "parameter_count": "pmruntime.model.loading",
    "parse_recipe": "pmruntime.recipe.recipe",
    "predict": "pmruntime.inference.predict",
    "resume": "pmruntime.training.run",
    "synthesise": "pmruntime.data.prepare.synth",
    "train": "pmruntime.training.run",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
