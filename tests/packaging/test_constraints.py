"""constraints.txt holds one version of whatever pyproject.toml asks for."""

from __future__ import annotations

from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.paths import ROOT

LINES = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
PINS = [Requirement(line) for line in LINES if not line.lstrip().startswith("#")]
# `gpu` comes from another index; Paddle's other dependencies are those of `cpu`.
EXTRAS = ("", "cpu", "demo", "export", "fuzz", "test", "verify", "visualdl")


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
def test_one_version_of_what_is_asked_for(python: str) -> None:
    here = {"python_version": python, "python_full_version": f"{python}.1"}

    def applies(requirement: Requirement, extra: str = "") -> bool:
        marker = requirement.marker
        return marker is None or marker.evaluate({**here, "extra": extra})

    pins = [pin for pin in PINS if applies(pin)]
    versions = {canonicalize_name(pin.name): str(pin.specifier) for pin in pins}
    assert len(versions) == len(pins)
    asked = [Requirement(text) for text in requires("pmgen") or ()]
    for requirement in asked:
        if any(applies(requirement, extra) for extra in EXTRAS):
            pinned = versions[canonicalize_name(requirement.name)]
            assert pinned.startswith("==")
            reported = f"{requirement} asks for another than {pinned}: make upgrade"
            assert requirement.specifier.contains(pinned[2:]), reported


def test_it_names_no_address() -> None:
    assert not [line for line in LINES if "://" in line or line.startswith("-")]
