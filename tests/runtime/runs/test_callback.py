"""What a person sees, in a terminal and in a file."""

from __future__ import annotations

import io

import pytest
from pmruntime.runs import progress
from pmruntime.runs.callback import (
    LineLogger,
    ProgressBar,
    console_callback,
    epoch_line,
)
from rich.console import Console

ROW = {
    "epoch": 1,
    "train": {"loss": 1.25, "accuracy": 0.5, "n": 40},
    "val": {"loss": 0.75, "accuracy": 0.625, "n": 8},
    "images_per_s": 1234.5,
    "seconds": 2.0,
}
LINE = (
    "epoch 1/5  train loss 1.2500 accuracy 50.00%  val loss 0.7500 accuracy 62.50%  "
    "1,234 images/s  2.0 s"
)


def report(terminal: bool, validated: int = 0) -> str:
    out = io.StringIO()
    callback = console_callback(Console(file=out, force_terminal=terminal, width=200))
    assert type(callback) is (ProgressBar if terminal else LineLogger)
    callback.on_epoch_begin(1, 5, 40, 0)
    callback.on_train_batch_end(20, 1.5)
    callback.on_train_batch_end(20, 1.25)
    if validated:
        callback.on_eval_batch_end(validated, 8)
    callback.on_epoch_end(ROW)
    callback.close()
    return out.getvalue()


def test_a_file_gets_one_line_an_epoch() -> None:
    assert report(terminal=False) == LINE + "\n"


def test_a_terminal_gets_a_bar_that_goes_away() -> None:
    text = report(terminal=True)
    assert "40/40" in text
    assert "loss 1.2500" in text
    assert "\x1b[?25h" in text  # the cursor is visible again
    assert text.rstrip().endswith(LINE)


def test_the_bar_goes_on_through_validation() -> None:
    text = report(terminal=True, validated=5)
    assert "5/8" in text
    assert "images validated" in text
    assert text.rstrip().endswith(LINE)


def test_a_long_epoch_speaks_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    lines = report(terminal=False, validated=5).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("epoch 1/5  20/40 images  loss 1.5000")
    assert lines[2] == "epoch 1/5  5/8 images validated"


@pytest.mark.parametrize(
    ("rate", "shown"), [(0.354, "0.35"), (3.14, "3.1"), (31.4, "31"), (2e4, "20,000")]
)
def test_a_slow_network_has_a_speed_too(rate: float, shown: str) -> None:
    line = epoch_line({**ROW, "images_per_s": rate})
    assert f"  {shown} images/s  " in line


def reading(terminal: bool) -> str:
    out = io.StringIO()
    callback = console_callback(Console(file=out, force_terminal=terminal, width=200))
    for total in (2, 3):  # the two splits
        for done in range(1, total + 1):
            callback.on_images_read(done, total)
    callback.on_epoch_begin(1, 5, 40, 0)
    callback.on_epoch_end(ROW)
    return out.getvalue()


def test_long_reading_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading(terminal=False) == LINE + "\n"
    text = reading(terminal=True)
    assert "reading images" in text
    assert "3/3" in text
    assert text.rstrip().endswith(LINE)
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    assert reading(terminal=False).splitlines()[:2] == [
        "reading images  1/2",
        "reading images  2/2",
    ]
