"""The specs and recipes that come with pmgen, by name."""

from __future__ import annotations

from pathlib import Path

from pmgen.suggest import did_you_mean

_HERE = Path(__file__).resolve().parent


class NoSuchSpec(ValueError):
    """Neither a file nor a name of the catalogue."""


def catalogue() -> Path:
    """The folder of the shipped specs: inside the wheel, or in the checkout."""
    inside = _HERE / "specs"
    return inside if inside.is_dir() else _HERE.parents[1] / "specs"


def names() -> list[str]:
    """What the catalogue has, sorted: `vgg16`, and `folder/name` below it."""
    return _names(catalogue(), skip=("blocks", "recipes"))


def recipe_names() -> list[str]:
    """The shipped recipes."""
    return _names(catalogue() / "recipes", skip=())


def _names(folder: Path, skip: tuple[str, ...]) -> list[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*.yaml"))
    return sorted(
        path.with_suffix("").as_posix() for path in found if path.parts[0] not in skip
    )


def find_spec(given: str) -> Path:
    """The spec file that a path or a catalogue name means. Raises NoSuchSpec."""
    return _find(given, catalogue(), names(), "spec")


def find_recipe(given: str) -> Path:
    """The recipe file that a path or a name means. Raises NoSuchSpec."""
    return _find(given, catalogue() / "recipes", recipe_names(), "recipe")


def _find(given: str, folder: Path, known: list[str], what: str) -> Path:
    path = Path(given)
    looks_like_path = path.suffix in (".yaml", ".yml") or "\\" in given
    if looks_like_path or path.is_file():
        if not path.is_file():
            stem = path.stem
            hint = f"; the catalogue has `{stem}`" if stem in known else ""
            raise NoSuchSpec(f"there is no file `{given}`{hint}")
        return path
    if given in known:
        return folder / f"{given}.yaml"
    near = did_you_mean(given, known) or f"a {what} file ends in .yaml"
    raise NoSuchSpec(f"no {what} is called `{given}`; {near}")
