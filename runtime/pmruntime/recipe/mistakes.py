"""Everything that is wrong with a recipe of plain data, each mistake with its place.

The compiler shows the same mistakes at their lines of a YAML file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pmruntime.recipe.definition import (
    CHOICES,
    DEFAULTS,
    KEYS,
    SECTIONS,
    SETTINGS,
    Argument,
    Configurable,
)
from pmruntime.recipe.images import channels_mistake
from pmruntime.recipe.resolve import chosen, resolved
from pmruntime.suggest import did_you_mean

Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Mistake:
    """What is wrong at `path`, the keys that lead there from the top of the recipe.

    `message` says it in lower case, `help` how to correct it.
    """

    path: Path
    message: str
    help: str | None


@dataclass(frozen=True, eq=False)
class UnknownName(Mistake):
    """The last key of `path`, or an optimizer or schedule, is none of the `known`."""

    known: tuple[str, ...]


class WrongForm(Mistake):
    """A value that is neither a name nor a mapping, as would fit there."""


@dataclass(frozen=True, eq=False)
class WrongValue(Mistake):
    """A value that its argument does not take."""

    argument: Argument
    value: Any

    @property
    def left_out(self) -> bool:
        """True for None where None is the default: so JSON writes what is left out."""
        return self.value is None is self.argument.default


@dataclass(frozen=True, eq=False)
class Conflict(Mistake):
    """A value that does not go with the one at `other`, which `note` explains."""

    other: Path
    note: str


def mistakes(recipe: Mapping[str, Any]) -> list[Mistake]:
    """All mistakes, in the order of the recipe's keys."""
    found = [m for key, value in recipe.items() for m in _under_key(key, value)]
    sound: Mapping[str, Any] = recipe
    for mistake in found:
        sound = _without(sound, mistake.path)
    wrong = {mistake.path for mistake in found}
    return found + [m for m in _conflicts(resolved(sound)) if m.other not in wrong]


def _under_key(key: str, value: object) -> Iterator[Mistake]:
    if key in CHOICES:
        return _in_choice(key, value)
    if key in SECTIONS:
        return _in_arguments((key,), value, SECTIONS[key])
    if key in SETTINGS:
        return _in_value((key,), value, SETTINGS[key])
    return iter([_unknown((key,), f"`{key}` is no key of a recipe", ("name", *KEYS))])


def _in_choice(key: str, value: object) -> Iterator[Mistake]:
    found = chosen(value)
    if found is None:
        yield WrongForm(
            (key,),
            f"`{key}` is one name, or one name with its arguments",
            f"write `{key}: {{{DEFAULTS[key]}: {{...}}}}`",
        )
        return
    name, given = found
    if name not in CHOICES[key]:
        yield _unknown((key, name), f"there is no {key} `{name}`", (*CHOICES[key],))
        return
    yield from _in_arguments((key, name), given, CHOICES[key][name])


def _in_arguments(path: Path, given: object, owner: Configurable) -> Iterator[Mistake]:
    if given is None:
        return
    if not isinstance(given, dict):
        first = next(iter(owner.arguments))
        yield WrongForm(
            path,
            f"the arguments of `{owner.name}` are a mapping",
            f"write `{owner.name}: {{{first}: ...}}`",
        )
        return
    for name, value in given.items():
        if name not in owner.arguments:
            message = f"`{owner.name}` has no argument `{name}`"
            yield _unknown((*path, name), message, (*owner.arguments,))
        else:
            yield from _in_value((*path, name), value, owner.arguments[name])


def _in_value(path: Path, value: object, argument: Argument) -> Iterator[Mistake]:
    needed = argument.kind.check(value)
    if needed is not None:
        message = f"`{argument.name}` must be {needed}, not {value!r}"
        yield WrongValue(path, message, None, argument, value)


def _unknown(path: Path, message: str, known: tuple[str, ...]) -> UnknownName:
    return UnknownName(path, message, did_you_mean(str(path[-1]), known), known)


def _conflicts(recipe: Mapping[str, Any]) -> Iterator[Conflict]:
    """Values of a resolved recipe that are sound alone and not together."""
    [(schedule, arguments)] = recipe["schedule"].items()
    warmup, epochs = arguments["warmup_epochs"], recipe["epochs"]
    if warmup >= epochs:
        yield Conflict(
            ("schedule", schedule, "warmup_epochs"),
            f"`warmup_epochs: {warmup}` leaves nothing of `epochs: {epochs}`",
            "choose fewer epochs of warm-up, or more epochs",
            ("epochs",),
            "all epochs",
        )
    images = recipe["images"]
    wrong = channels_mistake(images["color"], images["normalize"])
    if wrong is not None:
        color = ("images", "color")
        yield Conflict(("images", "normalize"), *wrong, color, "one channel")


def _without(recipe: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The recipe without the value at `path`."""
    kept = dict(recipe)
    inner = kept.pop(path[0], None)
    if path[1:] and isinstance(inner, dict):
        kept[path[0]] = _without(inner, path[1:])
    return kept
