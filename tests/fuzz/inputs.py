"""A number -> a hostile input. The same number gives the same input, everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import SMALL, Seed, all_seeds
from tests.fuzz.trees import random_tree
from tests.fuzz.values import odd_value


@dataclass(frozen=True)
class Input:
    """One file to check. `folder` is where it stands below a copy of `specs/`."""

    seed: int
    kind: str
    data: bytes
    folder: str = "."


def input_of(seed: int) -> Input:
    """The input of a number: a tenth are bytes, three tenths trees, else mutations."""
    random = Random(seed)
    draw = random.randrange(10)
    if draw == 0:
        return Input(seed, "bytes", _bytes(random))
    if draw <= 3:
        return Input(seed, "tree", _encoded(random_tree(random)))
    start = _start(random)
    text = mutated(start.text, random)
    if random.randrange(20) == 0:  # the end of one file behind the start of another
        other = _start(random).text
        cut = random.randint(0, len(text))
        text = text[:cut] + other[random.randint(0, len(other)) :]
    data = _encoded(text)
    if random.randrange(30) == 0 and data:
        at = random.randrange(len(data))
        data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
    return Input(seed, "mutation", data, start.folder)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _bytes(random: Random) -> bytes:
    how = random.randrange(4)
    length = random.choice((0, 1, 2, 8, 64, 512, 4096))
    if how == 0:
        return random.randbytes(length)
    if how == 1:
        return bytes(
            random.choice(b"{}[]:,-#&*!|>'\"%@` \n\tab01$") for _ in range(length)
        )
    if how == 2:
        return _encoded(" ".join(odd_value(random) for _ in range(random.randrange(9))))
    return b"pmgen: 1\n" + random.randbytes(length)


@cache
def _seeds() -> tuple[list[Seed], list[Seed], list[Seed]]:
    shipped, cases = all_seeds()
    small = [seed for seed in shipped if len(seed.text) < SMALL]
    return shipped, small, cases


def _start(random: Random) -> Seed:
    shipped, small, cases = _seeds()
    draw = random.randrange(10)
    return random.choice(shipped if draw == 0 else small if draw <= 3 else cases)
