"""Each code's example: it has that code and no other, and `pmgen explain` shows it."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from pmgen.cli.commands.explain import explain as command
from pmgen.cli.explained import diagnostics_of, explain
from pmgen.diagnostics.codes import CODES, DEFINITIONS, FAMILIES


@pytest.mark.parametrize("code", CODES)
def test_example_has_its_code_and_no_other(code: str) -> None:
    [item] = diagnostics_of(DEFINITIONS[code])
    assert item.code == code


@pytest.mark.parametrize("code", CODES)
def test_meaning_and_long_form_are_sentences(code: str) -> None:
    item = DEFINITIONS[code]
    for part in (item.meaning, item.more):
        assert part.endswith(".")
        assert part == " ".join(part.split())
    assert item.meaning not in item.more


def test_codes_are_in_order_and_in_a_family() -> None:
    assert list(CODES) == sorted(CODES)
    for code in CODES:
        assert re.fullmatch(r"PM[1-6]\d\d", code)
        assert code[2] in FAMILIES


def test_explain_shows_the_example_and_what_is_said_of_it() -> None:
    done = CliRunner().invoke(command, ["pm303"])
    item = DEFINITIONS["PM303"]
    assert item.meaning in done.output
    for line in item.example.splitlines():
        assert f"    {line}\n" in done.output
    assert "    error[PM303]: " in done.output
    assert "= help: `padding: 2` keeps 32 x 32" in done.output
    assert all(len(line) <= 100 for line in done.output.splitlines())


def test_explain_shows_the_files_beside_the_example() -> None:
    text = explain("PM112").as_text()
    assert "base.yaml:\n\n    pmgen: 1\n" in text
    assert "error[PM112]" in text


def test_explain_lists_all_codes() -> None:
    done = CliRunner().invoke(command, [])
    for code, meaning in CODES.items():
        assert f"  {code}  {meaning}\n" in done.output
    for title in FAMILIES.values():
        assert f"{title}\n" in done.output
