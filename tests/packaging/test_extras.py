"""The table of what comes with which extra says what pyproject.toml does."""

from __future__ import annotations

from importlib.metadata import packages_distributions, requires

from packaging.requirements import Requirement
from pmruntime.machine.extras import EXTRAS


def extra_of(requirement: Requirement) -> str:
    """The extra in a marker like `python_version < "3.13" and extra == "export"`."""
    marker = str(requirement.marker or "extra == ''")
    return marker.rpartition("extra ==")[2].strip(" \"'")


def test_every_module_comes_with_its_extra() -> None:
    declared: dict[str, set[str]] = {}
    for text in requires("pmgen") or ():
        requirement = Requirement(text)
        declared.setdefault(extra_of(requirement), set()).add(requirement.name)
    assert declared["cpu"] - declared["runtime"] == {"paddlepaddle"}
    assert declared["gpu"] - declared["runtime"] == {"paddlepaddle-gpu"}
    assert not declared["runtime"] & declared[""]
    # The extras `test` and `fuzz` are for this checkout alone.
    extras = {extra for _, extra in EXTRAS.values()}
    expected = {(name, extra) for extra in extras for name in declared[extra]}

    provider = packages_distributions()
    reported = set()
    for module, (_, extra) in EXTRAS.items():
        # A module whose package is not installed here is called like its package.
        packages = set(provider.get(module, [module]))
        reported |= {(name, extra) for name in packages if (name, extra) in expected}
    assert reported == expected
    assert len(EXTRAS) == len(expected)
