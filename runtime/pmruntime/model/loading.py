"""From a generated file to its model class, and from there to a model."""

from __future__ import annotations

import importlib.util
import inspect
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from paddle import nn

from pmruntime.problems import UserError, first_line, unknown

_REBUILD = "give a file that `pmgen build` wrote"


def load_model_class(path: Path) -> type[Any]:
    """The one class named in `__all__` of a generated file, loaded by its path.

    The file's code is run, like that of any module: load only files you trust.
    Nothing is put on `sys.path`. Raises UserError where the file cannot be run
    or does not hold exactly one `nn.Layer` class with an `input_shape` of (C, H, W).
    """
    if not path.is_file():
        raise UserError(f"no such file: `{path}`", _REBUILD)
    module = _run_module(path)
    names = getattr(module, "__all__", None)
    if not isinstance(names, (list, tuple)) or len(names) != 1:
        raise UserError(
            f"`{path}` must name exactly one model class in `__all__`", _REBUILD
        )
    model_class = getattr(module, str(names[0]), None)
    if not (isinstance(model_class, type) and issubclass(model_class, nn.Layer)):
        raise UserError(
            f"`{names[0]}`, named in `__all__` of `{path}`, is no nn.Layer class",
            _REBUILD,
        )
    shape = getattr(model_class, "input_shape", None)
    if not _is_input_shape(shape):
        raise UserError(
            f"`{model_class.__name__}` in `{path}` needs an `input_shape` of three "
            f"entries (C, H, W), each a positive integer or None; it has {shape!r}",
            _REBUILD,
        )
    return model_class


def parse_arguments(settings: Iterable[str]) -> dict[str, Any]:
    """`num_classes=10` and the like, as keyword arguments.

    A value is read as JSON (10, 0.5, true, "text"); anything else is a string.
    """
    arguments: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name.isidentifier():
            raise UserError(
                f"`--set {setting}` is not of the form NAME=VALUE",
                "for example `--set num_classes=10`",
            )
        try:
            arguments[name] = json.loads(text)
        except ValueError:
            arguments[name] = text
    return arguments


def build_model(model_class: type[Any], arguments: Mapping[str, Any]) -> Any:
    """An instance, after its constructor arguments have been checked by name and kind.

    Raises UserError for an unknown name, a value of another type than the
    default's, or a constructor that refuses the values.
    """
    parameters = inspect.signature(model_class).parameters
    for name, value in arguments.items():
        if name not in parameters:
            raise unknown(f"argument of {model_class.__name__}", name, parameters)
        default = parameters[name].default
        if default is not inspect.Parameter.empty and type(value) is not type(default):
            # Python takes an integer for a float.
            if type(default) is float and type(value) is int:
                continue
            raise UserError(
                f"`{name}` of {model_class.__name__} takes {type(default).__name__} "
                f"(default {default!r}), not {value!r}"
            )
    try:
        return model_class(**arguments)
    except Exception as error:
        given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        raise UserError(
            f"{model_class.__name__}({given}) cannot be built: {first_line(error)}"
        ) from error


def all_arguments(model_class: type[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The constructor's defaults overlaid with what was given."""
    parameters = inspect.signature(model_class).parameters.values()
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    return {**defaults, **given}


def parameter_count(model: Any) -> int:
    """Trainable parameters; BatchNorm's running statistics are not among them."""
    return sum(int(p.size) for p in model.parameters() if not p.stop_gradient)


def _run_module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"_pmruntime_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UserError(f"`{path}` is not a Python file (*.py)", _REBUILD)
    module = importlib.util.module_from_spec(spec)
    # Registered, because Paddle's exporter uses `inspect`, which looks there.
    sys.modules[spec.name] = module
    writes_bytecode = sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # no __pycache__ beside the user's file
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[spec.name]
        raise UserError(
            f"`{path}` cannot be run: {type(error).__name__}: {first_line(error)}",
            _REBUILD,
        ) from error
    finally:
        sys.dont_write_bytecode = writes_bytecode
    return module


def _is_input_shape(shape: object) -> bool:
    return (
        isinstance(shape, (list, tuple))
        and len(shape) == 3
        and all(s is None or (type(s) is int and s > 0) for s in shape)
    )
