"""Mutations of a text: of its letters, lines, values, keys and structure."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.fuzz.values import NAMES, odd_value

Mutation = Callable[[str, Random], str]

_WORD = re.compile(r"[^\s:,\[\]{}]+")
_KEY = re.compile(r"[\w.-]+(?=\s*:)")
_VALUE = re.compile(r"(?<=: )[^\s,{}\[\]][^,{}\[\]\n]*")
_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


def mutated(text: str, random: Random) -> str:
    """The text after one to four mutations."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        text = random.choice(MUTATIONS)(text, random)
    return text


def _swap_in(
    pattern: re.Pattern[str], text: str, random: Random, new: Callable[[str], str]
) -> str:
    found = list(pattern.finditer(text))
    if not found:
        return text
    at = random.choice(found)
    return text[: at.start()] + new(at.group()) + text[at.end() :]


def other_value(text: str, random: Random) -> str:
    return _swap_in(_VALUE, text, random, lambda _: odd_value(random))


def other_number(text: str, random: Random) -> str:
    def new(old: str) -> str:
        n = int(old[:15])
        near = (0, -n, n + 1, n - 1, 2 * n, n * 10**6, n / 2, 10**15 - 1, 10**16)
        return str(random.choice(near))

    return _swap_in(_NUMBER, text, random, new)


def other_key(text: str, random: Random) -> str:
    return _swap_in(_KEY, text, random, lambda _: random.choice(NAMES))


def odd_key(text: str, random: Random) -> str:
    return _swap_in(_KEY, text, random, lambda _: odd_value(random))


def mistyped(text: str, random: Random) -> str:
    def new(old: str) -> str:
        at = random.randrange(len(old))
        return old[:at] + random.choice(("", old[at] * 2, "x", "_")) + old[at + 1 :]

    return _swap_in(_WORD, text, random, new)


def word_from_elsewhere(text: str, random: Random) -> str:
    words = _WORD.findall(text) or [""]
    return _swap_in(_WORD, text, random, lambda _: random.choice(words))


def without_word(text: str, random: Random) -> str:
    return _swap_in(_WORD, text, random, lambda _: "")


def insert_payload(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] + odd_value(random) + text[at:]


def insert_letter(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return (
        text[:at] + random.choice("{}[]:,#&*!|>'\"%@`\t\n\r\x00\x7f\u2028") + text[at:]
    )


def without_letters(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] + text[at + random.choice((1, 1, 2, 8, 60)) :]


def truncated(text: str, random: Random) -> str:
    return text[: random.randint(0, len(text))]


def repeated(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    part = text[at : at + random.choice((1, 5, 40))]
    return text[:at] + part * random.choice((2, 20, 300)) + text[at:]


def _lines(text: str, random: Random, change: Callable[[list[str], int], None]) -> str:
    lines = text.split("\n")
    change(lines, random.randrange(len(lines)))
    return "\n".join(lines)


def without_line(text: str, random: Random) -> str:
    return _lines(text, random, lambda lines, at: lines.__delitem__(at))


def line_twice(text: str, random: Random) -> str:
    return _lines(text, random, lambda lines, at: lines.insert(at, lines[at]))


def line_elsewhere(text: str, random: Random) -> str:
    def change(lines: list[str], at: int) -> None:
        lines.insert(random.randint(0, len(lines)), lines.pop(at))

    return _lines(text, random, change)


def indented(text: str, random: Random) -> str:
    def change(lines: list[str], at: int) -> None:
        how = random.randrange(4)
        if how == 0:
            lines[at] = lines[at].lstrip()
        elif how == 1:
            lines[at] = "\t" + lines[at]
        else:
            lines[at] = " " * random.randint(1, 4) + lines[at]

    return _lines(text, random, change)


def breaks(text: str, random: Random) -> str:
    return text.replace("\n", random.choice(("\r\n", "\r", "\u2028", "\x85", "\n\n")))


def aliased(text: str, random: Random) -> str:
    """A value is anchored, and others are aliases of it; some contain themselves."""
    found = list(_VALUE.finditer(text)) or [None]
    first, later = random.choice(found), random.choice(found)
    if first is None or later is None or first.start() >= later.start():
        at = text.find("{")
        if at < 0:
            return text
        return text[:at] + "&a " + text[at:].replace("}", ", z: *a}", 1)
    text = text[: later.start()] + "*a" + text[later.end() :]
    return text[: first.start()] + "&a " + text[first.start() :]


def bomb(text: str, random: Random) -> str:
    """Aliases of aliases, which unfold to very much."""
    wide, deep = random.choice(((9, 9), (2, 35), (100, 3), (1, 2000)))
    lines = ["z0: &z0 [x]"] + [
        f"z{i}: &z{i} [{', '.join([f'*z{i - 1}'] * wide)}]" for i in range(1, deep)
    ]
    return text + "\n" + "\n".join(lines) + "\n"


def many_repeats(text: str, random: Random) -> str:
    times = random.choice(("0", "2", "1000", "100000", "10000000", "$in_channels"))
    return text.replace("op:", f"repeat: {times}, op:", random.choice((1, 2, 5)))


MUTATIONS: tuple[Mutation, ...] = (
    other_value, other_value, other_value, other_number, other_number, other_number,
    other_key, odd_key, mistyped, mistyped, word_from_elsewhere, word_from_elsewhere,
    without_word, insert_payload, insert_letter, without_letters, truncated, repeated,
    without_line, line_twice, line_elsewhere, indented, breaks, aliased, bomb,
    many_repeats,
)  # fmt: skip
