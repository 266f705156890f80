"""The documentation says what the code does: tables, outputs, examples, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pmgen.compile import compile_spec
from pmgen.diagnostics.render import render_text
from pmgen.language import keys

from docs import reference
from docs.examples import blocks_of
from tests.support.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("bench/*.md")])
HEAD = "pmgen: 1\nmodel: Fragment\ninput: [64, 32, 32]\n"


def fragments() -> list[object]:
    """The ```yaml blocks that are a part of a spec, not a file."""
    return [
        pytest.param(block.text, id=f"{page.relative_to(ROOT)}-{index}")
        for page in PAGES
        for index, block in enumerate(blocks_of(page.read_text(encoding="utf-8")))
        if block.language == "yaml" and not block.path and not block.excerpt
    ]


@pytest.mark.parametrize("name", reference.PAGES)
def test_page_is_current(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert reference.current(text) == text, "`make docs` writes it anew"


def test_every_region_is_on_a_page() -> None:
    pages = "".join((ROOT / name).read_text("utf-8") for name in reference.PAGES)
    for name in reference.REGIONS:
        assert f"<!-- begin: {name} -->" in pages


@pytest.mark.parametrize("text", fragments())
def test_fragments_compile(text: str, tmp_path: Path) -> None:
    assert "pmgen: 1" not in text, "a whole spec says which file it is"
    names = [line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    if not set(names) <= set(keys.SPEC_KEYS):
        text = "layers:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    path = tmp_path / "fragment.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    diagnostics = compile_spec(path).diagnostics
    assert not diagnostics.failed, render_text(diagnostics.ordered())


@pytest.mark.parametrize(
    "key",
    sorted(
        {
            *keys.SPEC_KEYS,
            *keys.BLOCK_KEYS,
            *keys.HEAD_KEYS,
            *keys.EXPECT_KEYS,
            *keys.LAYER_KEYS,
            *keys.PLACE_KEYS,
            *keys.RESIDUAL_KEYS,
        }
    ),
)
def test_every_key_is_explained(key: str) -> None:
    assert f"`{key}`" in (ROOT / "docs/language.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        other = page if not path else page.parent / path
        assert other.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", other.read_text("utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, target


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.strip().replace(" ", "-")


@pytest.mark.parametrize("package", ["generator/pmgen", "runtime/pmruntime"])
def test_architecture_names_every_folder(package: str) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    _, _, after = text.partition(f"### `{package}`")
    section = after.partition("\n#")[0]
    named = set(re.findall(r"`([a-z_/]+)/`", section))
    folders = {path.parent for path in (ROOT / package).rglob("*.*") if path.is_file()}
    folders = {path for path in folders if path.name != "__pycache__"}
    held = {path.relative_to(ROOT / package).as_posix() for path in folders} - {"."}
    assert named == held
