"""Errors that the user can correct, each with its help."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pmruntime.suggest import did_you_mean


class UserError(Exception):
    """A mistake that the user can correct; the command line prints it and exits 1.

    `message` says what is wrong, in lower case. `help` says how to correct it.
    """

    exit_status = 1

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help

    def __str__(self) -> str:
        return self.message if self.help is None else f"{self.message}\n  {self.help}"


def unknown(what: str, word: str, known: Iterable[str]) -> UserError:
    """The problem of a `word` that is none of the `known` ones, with the nearest."""
    return UserError(f"unknown {what} `{word}`", did_you_mean(word, sorted(known)))


def listed(items: Sequence[str], most: int) -> str:
    """The first of them, and how many are left: `a; b; and 3 more`."""
    more = len(items) - most
    return "; ".join([*items[:most], *([f"and {more} more"] if more > 0 else [])])


def first_line(error: Exception) -> str:
    """What an error says, in one line.

    Paddle's own errors carry pages of C++ frames; the line that counts among them
    reads `InvalidArgumentError: ...`.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    named = [line for line in lines if "Error: " in line]
    return (named or lines or [type(error).__name__])[0]
