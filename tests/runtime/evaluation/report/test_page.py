"""report.html as a browser shows it, and what it does with hostile names."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("paddle")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

from pmruntime.data.dataset import Data, Split
from pmruntime.evaluation.evaluate import evaluate_run
from pmruntime.evaluation.metrics import METRICS
from pmruntime.evaluation.report.page import shown_difference, shown_measurement
from pmruntime.recipe.recipe import parse_recipe
from pmruntime.training.run import train

from tests.support.runs.tiny_data import make_tiny_data

pytestmark = pytest.mark.paddle

HOSTILE = '</script><script>console.error("x")</script><img src=x onerror=1>{{ 7*7 }}'
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-logging=stderr", "--v=0",
)  # fmt: skip


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of a run with a report, its baseline and names that mean harm."""
    folder = tmp_path_factory.mktemp("report")
    source = folder / "tiny.py"
    source.write_text(TINY)
    out = folder / "run"
    data = hostile_data()
    recipe = parse_recipe({"name": "r", "epochs": 1, "batch_size": 8})
    train(source, data, out, recipe=recipe, arguments={"num_classes": 2})
    return out, evaluate_run(out, data, baseline=True, report=True)


TINY = """
import paddle
from paddle import nn

__all__ = ["Tiny"]


class Tiny(nn.Layer):
    input_shape = (1, 4, 4)

    def __init__(self, num_classes: int = 2) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2D(1)
        self.fc = nn.Linear(16, num_classes)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.fc(self.norm(x).flatten(1))
"""


def hostile_data() -> Data:
    data = make_tiny_data(2)
    names = tuple(f"{HOSTILE}{i}.png" for i in range(len(data.val)))
    # Labels that the brightness does not tell, so that mistakes are shown.
    val = Split(data.val.images, data.val.labels[::-1].copy(), names)
    classes = (f"a{HOSTILE}", f"b${HOSTILE}")
    return Data(f"s{HOSTILE}", data.train, val, 2, classes)


class Page(HTMLParser):
    """Tags with their attributes, and the text of the table of metrics and of the
    JSON."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.summary = ""
        self._in: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "td", "span"):
            self._in.append(tag)
            if tag != "script":
                self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._in and self._in[-1] == tag:
            self._in.pop()

    def handle_data(self, data: str) -> None:
        if self._in and self._in[-1] == "script":
            self.summary += data
        elif self._in:
            self.cells[-1] += data


def check_page(text: str, result: dict[str, Any]) -> None:
    page = Page(text)
    assert json.loads(page.summary) == result
    for name, measurement in result["metrics"].items():
        value, interval = shown_measurement(name, measurement)
        assert value in page.cells, name
        assert interval in page.cells, name
    for name, difference in result["baseline"]["difference"].items():
        assert set(shown_difference(name, difference)) <= set(page.cells), name
    assert [attrs for tag, attrs in page.tags if tag == "script"] == [
        {"type": "application/json", "id": "summary"}
    ]
    for tag, attrs in page.tags:
        # Nothing is fetched, and nothing that a name says is obeyed.
        assert not {"onerror", "onload", "onclick"} & set(attrs), tag
        for key in ("src", "href"):
            assert attrs.get(key, "data:").startswith("data:"), tag
    images = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(images) == 4 + 1 + 2 * 8  # plots, curve, mistakes with their heat maps
    assert all(attrs["alt"] for attrs in images)


def test_the_page_says_what_eval_json_says(
    reported: tuple[Path, dict[str, Any]],
) -> None:
    out, result = reported
    text = (out / "report.html").read_text("utf-8")
    assert json.loads((out / "eval.json").read_text("utf-8")) == result
    check_page(text, result)
    assert html.escape(HOSTILE, quote=False).replace('"', "&#34;") in text
    assert "The most confident mistakes" in text
    assert "layer <code>norm</code>" in text


def test_without_mistakes_the_least_certain_are_shown(
    tiny: Path, tmp_path: Path
) -> None:
    data = make_tiny_data(2)
    recipe = parse_recipe(
        {"optimizer": {"Adam": {"learning_rate": 0.05}}, "epochs": 6, "batch_size": 8}
    )
    out = tmp_path / "run"
    train(tiny, data, out, recipe=recipe, arguments={"num_classes": 2})
    result = evaluate_run(out, data, report=True)
    assert result["val"]["accuracy"] == 1
    text = (out / "report.html").read_text("utf-8")
    assert "There are no mistakes on these images" in text
    assert "confident mistakes" not in text
    certain = [float(p) for p in re.findall(r"</span> at ([\d.]+)%", text)]
    assert len(certain) == 8
    assert certain == sorted(certain)


def test_measurements_as_a_reader_sees_them() -> None:
    share = {"value": 0.9452, "low": 0.9149, "high": 1.0}
    assert shown_measurement("accuracy", share) == ("94.5%", "91.5 – 100.0")
    assert shown_measurement("auc", share) == ("0.945", "0.915 – 1.000")
    none = {"value": None, "low": None, "high": None, "reason": "no image"}
    assert shown_measurement("auc", none) == ("—", "no image")
    assert shown_difference("auc", none | {"p": None}) == ("—", "no image", "—")
    less = {"value": -0.02, "low": -0.061, "high": 0.015, "p": 0.3784}
    assert shown_difference("f1", less) == ("-2.0", "-6.1 to +1.5", "0.378")
    sure = less | {"p": 0.0009}
    assert shown_difference("loss", sure) == ("-0.020", "-0.061 to +0.015", "< 0.001")
    assert {m.title for m in METRICS.values()} >= {"accuracy", "ROC-AUC"}


def browse(page: Path, profile: Path) -> tuple[str, list[str]]:
    """The page's DOM after loading, and what it said on the console."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    done = subprocess.run(
        [browser, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def test_in_a_browser(reported: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    out, result = reported
    dom, said = browse(out / "report.html", tmp_path / "a")
    assert said == []
    check_page(dom, result)
    # Were there anything to hear, it would be heard: an error, and a blocked request.
    text = (out / "report.html").read_text("utf-8")
    loud = tmp_path / "loud.html"
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
    assert policy.search(text)
    error = "<script>console.error('heard')</script></body>"
    loud.write_text(policy.sub("", text).replace("</body>", error), "utf-8")
    assert any("heard" in line for line in browse(loud, tmp_path / "b")[1])
    loud.write_text(text.replace("</body>", error), "utf-8")
    said = browse(loud, tmp_path / "c")[1]
    assert not any("heard" in line for line in said)
    assert any("Content Security Policy" in line for line in said)
