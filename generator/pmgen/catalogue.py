"""The specs and recipes that come with pmgen, by name."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from pmruntime.problems import UserError
from pmruntime.suggest import did_you_mean

_DIGITS = re.compile(r"\d+")
# Beside the specs, for the editor; every spec names its schema by a path from it.
SCHEMA_FOLDER = "schema"
_HERE = Path(__file__).resolve().parent


def catalogue() -> Path:
    """The folder of the shipped specs: inside the wheel, or in the checkout."""
    inside = _HERE / "specs"
    return inside if inside.is_dir() else _HERE.parents[1] / "specs"


def names() -> list[str]:
    """What the catalogue has, sorted: `vgg16`, and `folder/name` below it."""
    return _names(catalogue(), skip=("blocks", "recipes"))


def spec_paths() -> list[Path]:
    """The shipped specs, in the order of their names."""
    return [catalogue() / f"{name}.yaml" for name in names()]


def trusted_folder(path: Path) -> Path:
    """What `extends` and `use` of a spec may reach where nothing else is said: the
    whole catalogue for its own specs, else the folder that the spec is in."""
    return path.parent if _inside(path) is None else catalogue()


def generated_name(path: Path) -> str:
    """The name of a spec's generated file, a module that can be imported. A folder of
    the catalogue becomes a part of it, so that `alexnet` and `paddle/alexnet` are two
    files side by side."""
    inside = _inside(path)
    return f"{_module_name(path.stem if inside is None else '_'.join(inside.parts))}.py"


def _module_name(text: str) -> str:
    """The text as a name that `import` takes: `3d-net.v2` is `net_3d_net_v2`, and
    `class` is `class_`. A name that it takes already stays as it is."""
    name = re.sub(r"\W", "_", unicodedata.normalize("NFKC", text))
    if not name.isidentifier():
        name = f"net_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def _inside(path: Path) -> Path | None:
    """A path's place in the catalogue, without its ending; None for other files."""
    resolved, folder = path.resolve(), catalogue().resolve()
    if not resolved.is_relative_to(folder):
        return None
    return resolved.relative_to(folder).with_suffix("")


def recipe_names() -> list[str]:
    """The shipped recipes."""
    return _names(catalogue() / "recipes", skip=())


def _names(folder: Path, skip: tuple[str, ...]) -> list[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*.yaml"))
    return sorted(
        path.with_suffix("").as_posix()
        for path in found
        if not any(part in skip for part in path.parts[:-1])
    )


def find_spec(given: str) -> Path:
    """The spec file that a path or a catalogue name means. Raises UserError."""
    return _find(given, catalogue(), names, "spec")


def find_recipe(given: str) -> Path:
    """The recipe file that a path or a name means. Raises UserError."""
    return _find(given, catalogue() / "recipes", recipe_names, "recipe")


def _find(given: str, folder: Path, names: Callable[[], list[str]], what: str) -> Path:
    path = Path(given)
    looks_like_path = path.suffix in (".yaml", ".yml") or "\\" in given
    if looks_like_path or path.is_file():
        if not path.is_file():
            stem = path.stem
            hint = f"; the catalogue has `{stem}`" if stem in names() else ""
            raise UserError(f"there is no file `{given}`{hint}")
        return path
    known = names()
    if given in known:
        return folder / f"{given}.yaml"
    near = _near(given, known) or f"a {what} file ends in .yaml"
    raise UserError(f"no {what} is called `{given}`; {near}")


def _near(given: str, known: list[str]) -> str | None:
    """What may be meant: the other sizes of a family, or the nearest name, one without
    a folder first."""
    plain = [name for name in known if "/" not in name]
    letters = _DIGITS.sub("", given)
    family = [name for name in plain if _DIGITS.sub("", name) == letters]
    if len(family) > 1:
        return f"there are {', '.join(f'`{name}`' for name in family)}"
    return did_you_mean(given, plain) or did_you_mean(given, known)
