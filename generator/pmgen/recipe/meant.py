"""What an unknown name in a recipe most likely means, as a line of help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pmruntime.recipe.definition import CHOICES, SECTIONS
from pmruntime.suggest import did_you_mean, nearest

from pmgen.ops.synonyms.meaning import folded
from pmgen.ops.synonyms.recipes import NOT_HERE, SETTINGS
from pmgen.recipe.keys import KEYS

_COMMAND_LINE = {"seed", "device", "nproc", "threads", "out", "data"}


def help_for_argument(name: str, known: Iterable[str]) -> str | None:
    """Help for an unknown argument, optimizer or schedule.

    `known` are the names that would fit there.
    """
    known = list(known)
    synonym = SETTINGS.get(folded(name))
    if synonym in known:
        return f"did you mean `{synonym}`?"
    if folded(name) in NOT_HERE:
        return NOT_HERE[folded(name)]
    if nearest(name, known) is None and name in KEYS:
        return f"`{name}` is a key of the recipe itself"
    meant = synonym or name
    for key, choices in CHOICES.items():
        having = [
            owner for owner, choice in choices.items() if meant in choice.arguments
        ]
        if nearest(name, known) is None and having:
            return f"write `{key}: {{{having[0]}: {{{meant}: ...}}}}`"
    words = [word for word, meant in SETTINGS.items() if meant in known]
    if nearest(name, known) is None and (word := nearest(folded(name), words)):
        return f"did you mean `{SETTINGS[word]}`?"
    return did_you_mean(name, known)


def help_for_key(name: str, chosen: Mapping[str, str]) -> str | None:
    """Help for a name that is no key of a recipe.

    `chosen` are the recipe's optimizer and schedule, by their keys.
    """
    if name in _COMMAND_LINE:
        return f"it is not for the recipe: `pmgen train ... --{name} ...`"
    if folded(name) in NOT_HERE:
        return NOT_HERE[folded(name)]
    meant = SETTINGS.get(folded(name), name)
    if meant in KEYS:
        return f"did you mean `{meant}`?"
    for key, section in SECTIONS.items():
        if meant in section.arguments:
            return f"write `{key}: {{{meant}: ...}}`"
    for key, choices in CHOICES.items():
        if name in choices:
            return f"write `{key}: {name}`"
        having = [n for n, choice in choices.items() if meant in choice.arguments]
        if having:
            owner = chosen[key] if chosen[key] in having else having[0]
            return f"write `{key}: {{{owner}: {{{meant}: ...}}}}`"
    return did_you_mean(name, KEYS)
