"""The built site, used in Chromium. `make browse` runs this, and sets PMGEN_BROWSER."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from docs.examples import blocks_of
from tests.docs.test_site import build
from tests.support.paths import ROOT

pytestmark = pytest.mark.paddle
_ASKED = os.environ.get("PMGEN_BROWSER", "")
_OFFLINE = (
    "--no-sandbox",  # as root, and in containers, Chromium does not start with it
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not _ASKED:
        pytest.skip("`make browse` needs Chromium")
    program = shutil.which(_ASKED)
    assert program is not None, f"there is no {_ASKED}: install Chromium"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_OFFLINE)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    assert build(ROOT, out) == ""
    return out / "site"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Requests are no news."""


@pytest.fixture(params=["file", "http"])
def address(request: pytest.FixtureRequest, site: Path) -> Iterator[str]:
    """The site from a folder, and from a server."""
    if request.param == "file":
        yield site.as_uri()
        return
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=site)
    ) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    """A page that may not ask another host, nor say anything on the console."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on(
        "request", lambda asked: said.append(asked.url) if _else(asked.url) else None
    )

    def _else(url: str) -> bool:
        return not url.startswith((address, "data:"))

    yield page
    page.close()
    assert said == []


def test_pages_open_and_a_search_leads_on(page: Any, address: str) -> None:
    page.goto(f"{address}/index.html")
    assert page.locator("h1").first.inner_text().startswith("pmgen")
    page.locator(".sidebar-tree").get_by_text("The language", exact=True).click()
    assert page.url.endswith("/docs/language.html")
    page.get_by_role("link", name="extends", exact=True).first.click()
    assert page.url.endswith("#extends-a-variant")

    page.locator("input[name=q]").first.fill("bootstrap")
    page.keyboard.press("Enter")
    found = page.locator("#search-results ul.search a")
    found.get_by_text("Evaluation").first.click()
    assert "/docs/evaluation.html" in page.url

    page.locator("input[name=q]").first.fill("compile_spec")
    page.keyboard.press("Enter")
    page.locator("#search-results a", has_text="compile_spec").first.click()
    assert "/docs/api-compiler.html" in page.url


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("freeze", "docs/recipes.html"),
        ("Conv2D", "docs/language.html#conv2d"),
        ("receptive field", "docs/terms.html#receptive-field"),
        ("PM302", "docs/errors.html#pm302"),
        ("install", "docs/install.html"),
    ],
)
def test_the_page_that_explains_a_word_is_found_first(
    page: Any, address: str, words: str, place: str
) -> None:
    page.goto(f"{address}/search.html?q={words.replace(' ', '+')}")
    page.get_by_text("Search finished").wait_for()
    first = page.locator("#search-results ul.search a").first
    assert place in str(first.get_attribute("href"))
    if "#" in place:
        assert first.get_attribute("data-place") == words.lower()


def test_the_class_of_a_spec_is_reached(page: Any, address: str) -> None:
    page.goto(f"{address}/docs/networks.html")
    page.get_by_role("link", name="resnet50_d").click()
    assert page.url.endswith("/specs/resnet50_d.html")
    page.get_by_role("link", name="resnet50.yaml").click()
    assert "class ResNet50" in page.locator("#class").inner_text()


def test_a_block_is_copied_as_it_stands(page: Any, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}/docs/tutorial.html")
    block = page.locator(".highlight-yaml").first
    block.get_by_role("button", name="copy").click()
    block.get_by_role("button", name="copied").wait_for()
    [spec] = [
        block.text
        for block in blocks_of((ROOT / "docs/tutorial.md").read_text("utf-8"))
        if block.path == "cifar_resnet.yaml"
    ]
    assert page.evaluate("navigator.clipboard.readText()") == spec
    assert page.locator(".highlight-text .copy").count() == 0


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_hangs_over_the_edge(page: Any, address: str, width: int) -> None:
    """What is wide, such as a table, scrolls in its own box."""
    page.set_viewport_size({"width": width, "height": 900})
    for name in ("index", "docs/language", "docs/errors", "docs/api", "genindex"):
        page.goto(f"{address}/{name}.html")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, name


def test_yaml_and_python_are_highlighted(page: Any, address: str) -> None:
    page.goto(f"{address}/index.html")
    for language in ("yaml", "python"):
        block = page.locator(f".highlight-{language}").first
        colours = block.evaluate(
            "block => new Set([...block.querySelectorAll('span')]"
            ".map(span => getComputedStyle(span).color)).size"
        )
        assert colours >= 3, language
