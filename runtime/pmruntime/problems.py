"""What a user did that cannot work, said once and clearly, with how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class UserError(Exception):
    """A mistake that its reader can mend; the command line prints it and exits 1.

    `message` says what is wrong, in lower case. `help` says how to mend it.
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
    words = sorted(known)
    match = get_close_matches(word.lower(), [w.lower() for w in words], n=1)
    nearest = [w for w in words if match and w.lower() == match[0]]
    listing = ", ".join(f"`{w}`" for w in words) or "none"
    help_ = f"did you mean `{nearest[0]}`?" if nearest else f"known here: {listing}"
    return UserError(f"unknown {what} `{word}`", help_)


def first_line(error: Exception) -> str:
    """What an error says, in one line.

    Paddle's own errors carry pages of C++ frames; the line that counts among them
    reads `InvalidArgumentError: ...`.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    named = [line for line in lines if "Error: " in line]
    return (named or lines or [type(error).__name__])[0]
