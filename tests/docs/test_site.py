"""`make site`: the documentation as a site, built by the same command."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pmruntime
import pytest

from docs.site import navigation
from tests.support.paths import ROOT

pytestmark = pytest.mark.paddle


def build(root: Path, out: Path) -> str:
    """Build the site of a checkout; what Sphinx has to say."""
    for module in ("sphinx", "furo", "myst_parser", "paddle"):
        pytest.importorskip(module)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [line] = re.findall(r"^\t\$\(BIN\)/python (-m sphinx .+)$", makefile, re.M)
    options = line.replace("build/site-cache", str(out / "cache")).split()[:-2]
    assert {"-E", "-W"} <= set(options)
    done = subprocess.run(
        [sys.executable, *options, ".", str(out / "site")],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) is bool(done.stdout), done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    assert build(ROOT, out) == ""
    return out / "site"


class Page(HTMLParser):
    """What a page loads, where its links lead, and what can be linked to in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value for name, value in attrs if value is not None}
        if "id" in found:
            self.ids.add(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") not in ("search", "index", "canonical"):
            self.loaded.append(found["href"])
        self.loaded += [
            found[name] for name in ("src", "srcset", "data") if name in found
        ]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in site.rglob("*.html")}


def test_every_page_is_in_the_navigation_of_every_page(
    site: Path, pages: dict[Path, Page]
) -> None:
    written = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/*.rst")]
    names = {path.relative_to(ROOT).with_suffix("").as_posix() for path in written}
    listed = set(navigation.pages())
    assert names - {"README"} == listed - {"genindex", "bench/README"}
    linked = set(pages[site / "docs" / "language.html"].links)
    for name in listed:
        relative = os.path.relpath(site / f"{name}.html", site / "docs")
        assert relative in linked or name == "docs/language", name


def test_links_lead_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    """Sphinx answers for the pages; this for those of specs, and for the index."""
    for path, page in pages.items():
        for link in page.links:
            if urlparse(link).scheme or link == "#":
                continue
            name, anchor = urldefrag(unquote(link))
            target = (path.parent / name).resolve() if name else path
            assert target.is_file(), f"{path}: {link}"
            if anchor and target.suffix == ".html":
                assert anchor in pages[target].ids, f"{path}: {link}"
    assert site / "specs" / "paddle" / "resnet50.html" in pages


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        for source in page.loaded:
            assert not re.match(r"(\w+:)?//", source), f"{path}: {source}"
            local = source.split("?")[0]
            assert source.startswith("data:") or (path.parent / local).is_file(), source
    styles = list(site.rglob("*.css"))
    assert styles
    for style in styles:
        text = style.read_text(encoding="utf-8")
        assert not re.search(r"(url\(|@import)\s*[\"']?(\w+:)?//", text), style


def test_public_names_are_explained(site: Path, pages: dict[Path, Page]) -> None:
    runtime = pages[site / "docs" / "api.html"].ids
    assert {f"pmruntime.{name}" for name in pmruntime.__all__} <= runtime
    compiler = pages[site / "docs" / "api-compiler.html"].ids
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    used = [
        f"{node.module}.{alias.name}"
        for program in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.M)
        for node in ast.walk(ast.parse(program))
        if isinstance(node, ast.ImportFrom) and node.module != "pathlib"
        for alias in node.names
    ]
    assert len(used) > 15
    assert set(used) <= runtime | compiler


def test_the_search_finds_pages(site: Path) -> None:
    text = (site / "searchindex.js").read_text(encoding="utf-8")
    found = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    for term, page in {
        "residu": "docs/language",
        "onnx": "docs/use",
        "bootstrap": "docs/evaluation",
        "sarif": "docs/ci",
        "pm302": "docs/errors",
        "warmup_epoch": "docs/recipes",
    }.items():
        places = [found[part].get(term, []) for part in ("terms", "titleterms")]
        numbers = [n for p in places for n in ([p] if isinstance(p, int) else p)]
        assert page in {found["docnames"][number] for number in numbers}, term
    assert "repeat" in " ".join(found["indexentries"])


def test_the_index_has_the_words_of_the_language(
    site: Path, pages: dict[Path, Page]
) -> None:
    links = pages[site / "genindex.html"].links
    text = (site / "genindex.html").read_text(encoding="utf-8")
    for word in ("Conv2D", "PM302", "repeat", "receptive field", "vgg16"):
        assert f">{word}" in text or f"{word}\n" in text, word
    assert "docs/language.html#conv2d" in links
    assert "docs/api.html#pmruntime.train" in links
    assert "docs/command-line.html#pmgen-train-resume" in links


def test_specs_stand_above_their_classes(site: Path) -> None:
    text = (site / "specs" / "paddle" / "resnet18.html").read_text(encoding="utf-8")
    spec, _, written = text.partition('<section id="class">')
    assert "specs/paddle/resnet18.yaml" in spec
    assert "generated/paddle_resnet18.py" in written
    assert "Extends" in spec


def test_what_leads_nowhere_fails(tmp_path: Path) -> None:
    """A copy of the documentation with one mistake of each kind."""
    copy = tmp_path / "copy"
    for name in ("docs", "bench"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("specs", "generated"):
        (copy / name).symlink_to(ROOT / name)
    for path in ROOT.glob("*.md"):
        shutil.copy(path, copy)
    (copy / "LICENSE").write_text("")
    (copy / "wrong_docs.py").write_text(
        "def wrong():\n"
        '    """Gives `pmruntime.nothing`, a `word`. Raises NoSuchError, KeyError."""\n'
    )
    (copy / "docs" / "wrong.md").write_text(
        "# Wrong\n\n[file](nothing.md), [anchor](data.md#nothing), [here](#nothing)\n"
    )
    (copy / "docs" / "install.md").write_text(
        "# Installing\n\n```{eval-rst}\n.. autofunction:: wrong_docs.wrong\n```\n"
    )
    said = build(copy, tmp_path)
    assert (
        "wrong.md:3: WARNING: 'myst' cross-reference target not found: 'nothing.md'"
        in said
    )
    assert said.count("'nothing'") == 2
    assert "wrong.md: WARNING: document isn't included in any toctree" in said
    assert "reference target not found: pmruntime.nothing" in said
    assert "reference target not found: NoSuchError" in said
    assert said.count("WARNING") == 6
