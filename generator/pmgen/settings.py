"""What the command line changes of a network: `--set name=value` and `--input`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pmruntime.suggest import did_you_mean, nearest

from pmgen.expressions.expression import Value
from pmgen.language.spec import MAX_SIZE, ModelSpec
from pmgen.language.types import PARAM_TYPES
from pmgen.load.core_schema import resolve
from pmgen.ops.synonyms.meaning import folded


class BadSetting(ValueError):
    """A setting that cannot be read, or that the model does not have."""


@dataclass(frozen=True)
class Settings:
    """Parameters by name, as typed, and the input's (C, H, W) where it is set.

    `elsewhere` are names that mean something beside the model, folded, each with what
    is to be written for it: help for who mistypes one.
    """

    params: Mapping[str, Value] = field(default_factory=dict)
    input: tuple[int | None, ...] | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """True where the network may differ from the one in the spec."""
        return bool(self.params) or self.input is not None

    @property
    def note(self) -> str:
        """What was set, for the generated file's header."""
        parts = [f"{name}={value}" for name, value in sorted(self.params.items())]
        if self.input is not None:
            sizes = ("any" if size is None else str(size) for size in self.input)
            parts.append(f"input {'x'.join(sizes)}")
        return f"Built with {', '.join(parts)}." if parts else ""

    def values_for(self, spec: ModelSpec) -> dict[str, Value]:
        """The settings, checked against the model's parameters. Raises BadSetting."""
        known = {param.name.text: param for param in spec.params}
        values: dict[str, Value] = {}
        for name, value in self.params.items():
            if name not in known:
                model, help = spec.name.text, self._help_for(name, known)
                raise BadSetting(f"`--set {name}`: no parameter of {model}\n  {help}")
            kind = known[name].type  # None where the spec is wrong
            problem = PARAM_TYPES[kind].check(value) if kind else None
            if problem is not None:
                raise BadSetting(f"`--set {name}={value}`: expected {problem}")
            values[name] = value
        return values

    def _help_for(self, name: str, known: Collection[str]) -> str:
        """What an unknown parameter most likely means."""
        near: str | None = folded(name)
        if near not in self.elsewhere:
            near = nearest(name, [*self.elsewhere, *known])
        if near is not None and near not in known and near in self.elsewhere:
            return f"did you mean `{self.elsewhere[near]}`?"
        return did_you_mean(name, known) or "it has none"


def parse_settings(pairs: tuple[str, ...], input_text: str | None) -> Settings:
    """`("num_classes=10",)` and `"3x96x96"` as Settings. Raises BadSetting."""
    params: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name or not text:
            raise BadSetting(f"`--set {pair}`: write `--set name=value`")
        if len(text) > 100:
            raise BadSetting(f"`--set {name}=...`: the value is too long")
        if text.startswith("[") and text.endswith("]"):
            params[name] = tuple(resolve(t.strip()) for t in text[1:-1].split(","))
        else:
            params[name] = resolve(text)
    return Settings(params, None if input_text is None else _parse_input(input_text))


def _parse_input(text: str) -> tuple[int | None, ...]:
    sizes: list[int | None] = []
    for part in text.split("x"):
        if part == "any" and sizes:
            sizes.append(None)
        elif part.isascii() and part.isdigit() and 0 < int(part[:9]) <= MAX_SIZE:
            sizes.append(int(part[:9]))
        else:
            raise BadSetting(
                f"`--input {text}`: write channels, height and width, as in 3x96x96"
            )
    if len(sizes) != 3:
        raise BadSetting(f"`--input {text}`: three sizes are needed, as in 3x96x96")
    return tuple(sizes)
