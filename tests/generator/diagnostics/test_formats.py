"""Diagnostics for programs: what three formats print, and what is true of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import pytest
from pmgen.diagnostics.codes import CODES, DEFINITIONS
from pmgen.diagnostics.diagnostic import Diagnostic
from pmgen.diagnostics.formats import FORMATS, relocated
from pmgen.diagnostics.source import SourceFile, Span

from tests.support.compiler import formats, sarif


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("several")
    formats.lay_out(made)
    return made


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, str]:
    """What each format prints of all the files in one run."""
    found = {}
    for name in FORMATS:
        done = formats.run(folder, "check", "--format", name, *formats.CHECKED)
        assert (done.returncode, done.stderr) == (1, "")
        found[name] = done.stdout
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_as_it_was_accepted(name: str, printed: dict[str, str]) -> None:
    before = (formats.EXPECTED / f"several.{name}").read_text(encoding="utf-8")
    now = formats.accepted(name, printed[name])
    assert now == before, "`python -m tests.support.compiler.formats` accepts it"


def regions(printed: dict[str, str]) -> list[tuple[str, int, int, int, int]]:
    return [
        (d["path"], d["line"], d["column"], d["end"]["line"], d["end"]["column"])
        for d in json.loads(printed["json"])
    ]


def test_every_place_holds_the_text_at_fault(printed: dict[str, str]) -> None:
    """Columns count characters: tabs and wide letters are one each."""
    found = set()
    for path, line, column, end_line, end in regions(printed):
        text = formats.FILES[path].splitlines()[line - 1]
        if line == end_line:
            found.add(text[column - 1 : end - 1])
    assert {"out_chanels", "日本", "𝒳", "ReLu", "Linear", "$m"} <= found
    assert any(line != end_line for _, line, _, end_line, _ in regions(printed))
    assert {path for path, *_ in regions(printed)} == {*formats.FILES} - {"sound.yaml"}


def test_all_formats_tell_of_the_same_places(printed: dict[str, str]) -> None:
    run = json.loads(printed["sarif"])["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    in_sarif = []
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        in_sarif.append(
            (
                unquote(place["artifactLocation"]["uri"]),
                *(region[key] for key in ("startLine", "startColumn")),
                *(region[key] for key in ("endLine", "endColumn")),
            )
        )
    assert in_sarif == regions(printed)
    lines = printed["github"].splitlines()
    assert len(lines) == len(in_sarif)
    pairs = zip(lines, in_sarif, strict=True)
    for line, (path, start, column, end, end_column) in pairs:
        listed = line.split("::")[1].removeprefix("error ").split(",")
        properties = dict(part.split("=") for part in listed)
        assert unquote(properties.pop("file")) == path
        assert properties.pop("title") in CODES
        wanted = {"line": str(start), "endLine": str(end)}
        if start == end:
            wanted |= {"col": str(column), "endColumn": str(end_column)}
        assert properties == wanted


def test_json_has_what_it_promises(printed: dict[str, str]) -> None:
    for item in json.loads(printed["json"]):
        assert set(item) == {
            "path", "line", "column", "end", "severity", "code", "message", "label",
            "help", "notes", "related",
        }  # fmt: skip
        assert item["severity"] == "error"
    related = [r for item in json.loads(printed["json"]) for r in item["related"]]
    assert any(r["path"] == "nets/blocks.yaml" for r in related)


def test_sarif_is_as_the_standard_has_it(printed: dict[str, str]) -> None:
    log = json.loads(printed["sarif"])
    jsonschema.validate(log, sarif.LOG, jsonschema.Draft7Validator)
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    for rule in rules:
        assert rule["shortDescription"]["text"] == CODES[rule["id"]]
        assert DEFINITIONS[rule["id"]].example in rule["help"]["text"]
        assert DEFINITIONS[rule["id"]].example in rule["help"]["markdown"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert any("relatedLocations" in result for result in run["results"])


def test_nothing_of_a_spec_ends_an_annotation(printed: dict[str, str]) -> None:
    assert "file=nets/50%25%2C odd.yaml," in printed["github"]
    for line in printed["github"].splitlines():
        assert re.fullmatch(r"::error [^:]*::.+", line)
    file = SourceFile("a:b,c%.yaml", "")
    said = "50%\r\n::warning::no\x1b[31m"
    item = Diagnostic("PM101", said, Span(file, 1, 1, 1, 1), help="one\ntwo")
    text = FORMATS["github"]([item])
    assert text.startswith("::error file=a%3Ab%2Cc%25.yaml,line=1,col=1,")
    assert text.endswith("title=PM101::50%25��::warning::no�[31m%0Ahelp: one�two\n")


def test_what_is_sound_is_an_empty_list(folder: Path) -> None:
    for name, wanted in (("json", "[]\n"), ("github", "")):
        done = formats.run(folder, "check", "--format", name, "sound.yaml")
        assert (done.returncode, done.stdout, done.stderr) == (0, wanted, "")
    done = formats.run(folder, "check", "--format", "sarif", "sound.yaml")
    assert done.returncode == 0
    assert json.loads(done.stdout)["runs"][0]["results"] == []


def test_a_mistake_that_several_specs_share_is_told_once(tmp_path: Path) -> None:
    formats.lay_out(tmp_path)
    for name in ("a.yaml", "b.yaml"):
        text = "pmgen: 1\nextends: tabs.yaml\nmodel: Other\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = formats.run(tmp_path, "check", "--format", "json", "a.yaml", "b.yaml")
    assert done.returncode == 1
    assert [item["path"] for item in json.loads(done.stdout)] == ["tabs.yaml"]


def test_build_prints_the_same_and_nothing_else(
    folder: Path, printed: dict[str, str]
) -> None:
    done = formats.run(folder, "build", "--format", "github", *formats.CHECKED)
    assert (done.returncode, done.stdout) == (1, printed["github"])
    assert not (folder / "generated").exists()
    done = formats.run(folder, "build", "--format", "json", "sound.yaml", "-o", "out")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    target = folder / "out/sound.py"
    target.write_text(target.read_text().replace("Net", "Nest"))
    words = ("build", "--format", "json", "--check", "sound.yaml", "-o", "out")
    done = formats.run(folder, *words)
    assert (done.returncode, done.stdout) == (1, "[]\n")
    assert "+class Net(nn.Layer)" in done.stderr


def test_files_are_called_from_where_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def name(called: str, spec: Path, root: Path) -> str:
        item = Diagnostic("PM101", "no", Span(SourceFile(called, ""), 1, 1, 1, 1))
        return relocated(item, spec, root).span.file.name

    spec = tmp_path / "nets" / "a.yaml"
    spec.parent.mkdir()
    spec.write_text("")
    monkeypatch.chdir(tmp_path)
    assert name("a.yaml", Path("nets/a.yaml"), Path("nets")) == "nets/a.yaml"
    assert name("nets/a.yaml", spec, tmp_path) == "nets/a.yaml"
    assert name("a.yaml", spec, tmp_path / "elsewhere") == "nets/a.yaml"
    assert name("--set", spec, tmp_path) == "--set"
    monkeypatch.chdir(spec.parent)
    assert name("nets/a.yaml", spec, tmp_path) == "a.yaml"
    monkeypatch.chdir("/")
    far = tmp_path / "elsewhere"
    far.mkdir()
    monkeypatch.chdir(far)
    assert name("a.yaml", spec, spec.parent) == spec.as_posix()
    item = Diagnostic("PM101", "no", Span(SourceFile("a.yaml", ""), 1, 1, 1, 1))
    log = json.loads(FORMATS["sarif"]([relocated(item, spec, spec.parent)]))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": spec.as_uri()}
