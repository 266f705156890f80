"""The page of the catalogue: every network, its costs, and what was measured.

    python -m docs.catalogue --measure [NAME...]   # `make catalogue`: measure, write
    python -m docs.catalogue                       # write what was measured
    python -m docs.catalogue --check               # write nothing; exit 1 where stale

catalogue.json holds the results of the comparison with `paddle.vision.models`, each
with a digest of the code that was measured. Where the code has changed since, the page
says so and the check fails.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from pmgen.catalogue import catalogue, names
from pmgen.compile import Compiled, compile_spec
from pmgen.settings import Settings

from docs.markdown import table

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "catalogue.md"
MEASURED = ROOT / "docs" / "catalogue.json"
_PARTS = ("evaluation", "training", "gradients", "statistics")
_STALE = "measure again"
_PLACE = re.compile(r"(\.yaml):[0-9]+")


def record() -> dict[str, Any]:
    """The recorded measurements: Paddle's version, families, networks by title."""
    if not MEASURED.exists():
        return {"paddle": "", "families": {}, "networks": {}}
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def code_of(compiled: Compiled) -> list[str]:
    """The lines of the generated code without its header."""
    assert compiled.code is not None, f"{compiled.path} does not compile"
    return [line for line in compiled.code.splitlines() if not line.startswith("# ")]


def digest(compiled: Compiled) -> str:
    """A digest that changes with a network's code. Line numbers of specs in the code do
    not count, since they change nothing that was measured."""
    code = _PLACE.sub(r"\1", "\n".join(code_of(compiled)))
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def compiled_case(title: str) -> Compiled:
    """The network of a title such as `mobilenet_v1` or `mobilenet_v1 x0.5`."""
    name, _, factor = title.partition(" x")
    settings = Settings({"scale": float(factor)}) if factor else Settings()
    return compile_spec(catalogue() / "paddle" / f"{name}.yaml", settings=settings)


# -- measuring ------------------------------------------------------------------------


def measure(chosen: list[str]) -> bool:
    """Measure networks by title, all of them if none is named; True where all agree."""
    import paddle

    from tests.support.networks import oracle

    known = record()
    known["paddle"] = paddle.__version__
    cases = {case.title: case for case in oracle.cases()}
    sound = True
    for title in chosen or list(cases):
        case = cases[title]
        with tempfile.TemporaryDirectory() as folder:
            found = oracle.measure(case, Path(folder))
        sound = sound and found.whole
        known["networks"][title] = {
            "code": digest(compiled_case(title)),
            "size": case.size,
            **{part: getattr(found, part) for part in _PARTS},
        }
        print(title, "equal" if found.whole else f"NOT EQUAL: {found}", flush=True)
        _keep(known)
    known["families"] = oracle.family_lines()
    _keep(known)
    return sound


def _keep(known: dict[str, Any]) -> None:
    known["networks"] = dict(sorted(known["networks"].items()))
    MEASURED.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


# -- the page -------------------------------------------------------------------------


def page() -> str:
    """The whole page."""
    known = record()
    return _PAGE.format(
        paddle=known["paddle"],
        own=_own_table(),
        equal=_equal_table(known["networks"]),
        families=_family_table(known["families"]),
    )


def _costs(compiled: Compiled) -> tuple[str, ...]:
    graph = compiled.graph
    assert graph is not None
    macs = "?" if graph.macs is None else f"{graph.macs:,}"
    spec = len(compiled.path.read_text(encoding="utf-8").splitlines())
    return f"{spec}", f"{len(code_of(compiled))}", f"{graph.params:,}", macs


_COSTS = ("spec lines:", "generated lines:", "parameters:", "MACs:")


def _own_table() -> str:
    rows = []
    for name in names():
        if "/" in name:
            continue
        compiled = compile_spec(catalogue() / f"{name}.yaml")
        graph = compiled.graph
        assert graph is not None
        link = f"[`{name}`](../specs/{name}.yaml)"
        rows.append((link, *_costs(compiled), graph.spec.source or ""))
    return table(("spec", *_COSTS, "source"), rows)


def _equal_table(measured: dict[str, Any]) -> str:
    rows = []
    for title in _titles(measured):
        compiled = compiled_case(title)
        name, _, factor = title.partition(" x")
        link = f"[`{name}`](../specs/paddle/{name}.yaml)"
        if factor:
            link += f" `--set scale={factor}`"
        rows.append((link, *_costs(compiled), *_verdict(title, compiled, measured)))
    heads = ("spec", *_COSTS, "image:", "inference", "training", "gradients")
    return table((*heads, "statistics"), rows)


def _titles(measured: dict[str, Any]) -> list[str]:
    specs = [name.partition("/")[2] for name in names() if name.startswith("paddle/")]
    return sorted({*specs, *(t for t in measured if t.partition(" x")[0] in specs)})


def _verdict(title: str, compiled: Compiled, measured: dict[str, Any]) -> list[str]:
    found = measured.get(title)
    if found is None or found["code"] != digest(compiled):
        return ["", *[_STALE] * len(_PARTS)]
    words = {True: "equal", False: "**differs**", None: "none"}
    return [f"{found['size']}", *(words[found[part]] for part in _PARTS)]


def _family_table(families: dict[str, Any]) -> str:
    rows = []
    for family, found in families.items():
        compiled = [compiled_case(name) for name in found["specs"]]
        lines = [len(each.path.read_text().splitlines()) for each in compiled]
        files = {
            file.name: len(file.text.splitlines())
            for each in compiled
            if each.graph is not None
            for file in each.graph.spec.files
        }
        mean, whole, theirs = (
            sum(lines) / len(lines),
            sum(files.values()),
            found["lines"],
        )
        share = f"{mean / theirs:.0%}", f"{whole / theirs:.0%}"
        rows.append(
            (family, f"{len(lines)}", f"{mean:.1f}", f"{whole}", f"{theirs}", *share)
        )
    heads = ("family", "specs:", "mean spec:", "with all they use:", "Paddle's code:")
    return table((*heads, "mean / Paddle:", "all / Paddle:"), rows)


_PAGE = """\
# The catalogue

Made by `make catalogue`, which measures; `python -m docs.catalogue` writes the page
from what was measured. `pmgen list` shows the same figures in a terminal.

## Networks of paddle.vision.models

Every constructor of `paddle.vision.models` {paddle} is a spec of `specs/paddle/`,
called as there. Its generated class is held to Paddle's own: weights are copied across
in the order of registration, both see the same two images, and every bit is compared.

- *inference*: the outputs after `.eval()`, with running statistics that suit the images
- *training*: the outputs in training, with the same random numbers for dropout
- *gradients*: of every parameter, for a weighted sum over all outputs
- *statistics*: running means and variances after that step; none without BatchNorm

Parameters and MACs are those of 1000 classes (LeNet: 10) at the spec's own input;
*image* is the height and width that was measured on. No row needs an excuse: where
Paddle departs from a paper, the spec follows Paddle and says so in a comment. What is
not copied are initial values: a spec has Paddle's defaults where it says no `init`.

<!-- begin: equal -->
{equal}
<!-- end: equal -->

Paddle's MobileNetV3 is the published one, as its parameters in torchvision are. Its
GoogLeNet, its ShuffleNetV2 x2.0 and its dropout in AlexNet, SqueezeNet, GoogLeNet and
InceptionV3 are not quite: see the comments of those specs.

### Lines

A spec, every line of it, against the Python in which Paddle writes the family, counted
without blank lines, comments, docstrings and imports. The second share has all files
that the family's specs are made of, shared ones too. The mean spec is a third at most,
but for LeNet, whose 25 lines in Paddle are few as they are.

<!-- begin: families -->
{families}
<!-- end: families -->

## Other networks

The tutorial's, and some that Paddle does not ship. What is published about parameters
stands under `expect` in the spec and is checked at every compilation.

<!-- begin: own -->
{own}
<!-- end: own -->
"""


def main() -> int:
    """Measure, write or check."""
    parser = argparse.ArgumentParser(description="Keep docs/catalogue.md up to date.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--measure", nargs="*", metavar="NAME", help="measure first")
    chosen = parser.parse_args()
    sound = True if chosen.measure is None else measure(chosen.measure)
    text = page()
    if not chosen.check:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        print("docs/catalogue.md is stale: run python -m docs.catalogue")
        return 1
    if _STALE in text:
        print("some networks changed since: run python -m docs.catalogue --measure")
        return 1
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
