"""What a reader copies from the documentation works, in an empty folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.diagnostics.render import render_text
from pmgen.recipe.keys import is_recipe
from pmgen.recipe.parse import parse_recipe

from docs.examples import Block, Reader, blocks_of
from tests.support.paths import ROOT

# CONTRIBUTING and bench/README are for a checkout: their blocks change or measure it.
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
# What is run nowhere, with its reason, which stands in the block's first line.
NOT_RUN = {
    "README.md": {
        "# takes some minutes: an environment in .venv, then LeNet on real digits"
    },
    "install.md": {
        "# takes some minutes: sets up .venv, and trains LeNet on real digits",
        "# needs the checkout",
    },
    "data.md": {"# needs the archives of iChallenge-PM"},
    "distributed.md": {
        "# needs four GPUs, and images in DIR",
        "# needs two machines",
    },
    "evaluation.md": {"# takes minutes"},
    "lenet-relu.md": {"# takes hours, and needs iChallenge-PM in DATA"},
    "results.md": {"# takes hours, and needs iChallenge-PM in DATA"},
    "recipes.md": {
        "# needs images in DIR, and resnet18.pdparams: weights of ImageNet from Paddle"
    },
    "tutorial.md": {"# takes two minutes"},
    "use.md": {
        "# needs a package index",
        "# needs the extra `visualdl`; the last command runs until Ctrl-C",
    },
    "weights.md": {
        "# needs resnet18.pdparams: weights of ImageNet from Paddle",
        "# needs the same file, and images in DIR",
    },
}
# A page may show what is refused: as text, for GitHub's annotations, as JSON.
_REFUSED = re.compile(r'^(::)?error\b|"severity": "error"', re.IGNORECASE | re.M)


def blocks(page: Path) -> list[Block]:
    return list(blocks_of(page.read_text(encoding="utf-8")))


def read(page: Path, folder: Path, *, slow: bool) -> None:
    """Do what the page says, from its top; `slow` blocks only where that is wanted."""
    reader = Reader(folder)
    for block in blocks(page):
        if block.path is not None:
            reader.write(block)
        elif block.quick or (slow and block.slow):
            status, printed = reader.run(block)
            shown = f"{block.text}\n{printed}"
            assert (status != 0) is bool(_REFUSED.search(printed)), shown
            assert "Traceback" not in printed, shown


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_files_and_the_compilers_commands(page: Path, tmp_path: Path) -> None:
    read(page, tmp_path, slow=False)
    for block in blocks(page):
        if block.path and block.path.endswith(".yaml"):
            diagnostics = checked(tmp_path / block.path)
            refused = "wrong" in Path(block.path).stem
            shown = render_text(diagnostics.ordered())
            assert diagnostics.failed is refused, f"{block.path}:\n{shown}"


def checked(path: Path) -> Diagnostics:
    """What is wrong with a spec or a recipe; a file of blocks is no spec."""
    diagnostics = Diagnostics()
    text = path.read_text(encoding="utf-8")
    if is_recipe(text):
        parse_recipe(path, diagnostics)
    elif "\nmodel:" in text or "\nextends:" in text or "pmgen:" not in text:
        return compile_spec(path).diagnostics
    return diagnostics


@pytest.mark.paddle
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(block.slow for block in blocks(page))],
    ids=lambda p: p.name,
)
def test_every_block(page: Path, tmp_path: Path) -> None:
    for module in ("paddle", "cv2", "sklearn", "mlxtend", "onnxruntime", "paddle2onnx"):
        pytest.importorskip(module)
    read(page, tmp_path, slow=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_what_is_not_run_says_why(page: Path) -> None:
    limits = {block.limit for block in blocks(page) if block.limit}
    assert limits == NOT_RUN.get(page.name, set())


def test_the_readme_is_read_in_one_sitting() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 250
