"""`pmgen predict` as a person and a program call it."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pmruntime.cli import cli

from tests.support.runs.used_run import make_run, write_images

pytest.importorskip("paddle")
pytestmark = pytest.mark.paddle

# Names as people and attackers give them.
NAMES = ["P0001.png", "=cmd|' C'!A0.png", 'a,b "c".png', "line\nbreak.png", "近视.png"]


@pytest.fixture
def run(tiny: Path, tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", tiny, ("none", "pm"), num_classes=2)


def predicted(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["predict", *map(str, arguments)])


def test_json_csv_and_table_say_the_same(run: Path, tmp_path: Path) -> None:
    paths = write_images(tmp_path / "images", NAMES)
    done = predicted(run, *paths, "--format", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    objects = json.loads(done.stdout)
    assert [o["file"] for o in objects] == [str(path) for path in paths]
    for o in objects:
        assert list(o["probabilities"]) == ["none", "pm"]
        assert sum(o["probabilities"].values()) == pytest.approx(1)
        assert o["probability"] == o["probabilities"][o["class"]] >= 0.5
        assert o["class"] == ("none", "pm")[o["label"]]

    done = predicted(run, *paths, "--format", "csv")
    assert (done.exit_code, done.stderr) == (0, "")
    assert f'"{paths[1]}"' in done.stdout
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    for row, o in zip(rows, objects, strict=True):
        assert (row["file"], row["class"]) == (o["file"], o["class"])
        assert float(row["p:pm"]) == o["probabilities"]["pm"]

    done = predicted(run, *paths)
    assert "近视.png" in done.stdout
    assert r"line\nbreak.png" in done.stdout  # one row of the table each
    for o in objects:
        assert f"{o['probabilities']['pm']:.4f}" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="names are UTF-8 elsewhere")
def test_a_name_that_is_not_utf8_comes_out_exactly(run: Path, tmp_path: Path) -> None:
    (path,) = write_images(tmp_path / "images", ["odd\udcff.png"])
    done = predicted(run, path, "--format", "json")
    assert json.loads(done.stdout)[0]["file"] == str(path)
    out = tmp_path / "p.csv"
    assert predicted(run, path, "-o", out).exit_code == 0
    assert b"odd\xff.png" in out.read_bytes()
    assert "odd" in predicted(run, path).stdout


def test_output_goes_to_a_file(run: Path, tmp_path: Path) -> None:
    (path,) = write_images(tmp_path / "images", ["a.png"])
    out = tmp_path / "p.json"
    done = predicted(run, tmp_path / "images", "-o", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert out.read_text() == predicted(run, path, "--format", "json").stdout

    assert predicted(run, path, "-o", tmp_path / "p.txt").exit_code == 2
    done = predicted(run, path, "-o", tmp_path / "none" / "p.csv")
    assert "there is no such folder" in done.stderr
    before = path.read_bytes()
    done = predicted(run, path, "-o", path, "--format", "csv")
    assert done.exit_code == 1
    assert "would be lost" in done.stderr
    assert path.read_bytes() == before


def test_a_submission_is_what_the_challenge_wants(run: Path, tmp_path: Path) -> None:
    write_images(tmp_path / "images", ["V0002.png", "V0001.png"])
    out = tmp_path / "classification_results.csv"
    done = predicted(run, tmp_path / "images", "--submission", out, "--format", "json")
    assert done.exit_code == 0, done.stderr
    objects = json.loads(done.stdout)
    lines = out.read_text().splitlines()
    assert lines[0] == "FileName,PM Risk"
    assert [line.split(",")[0] for line in lines[1:]] == ["V0001.png", "V0002.png"]
    for line, o in zip(lines[1:], objects, strict=True):
        assert float(line.split(",")[1]) == o["probabilities"]["pm"]


@pytest.mark.parametrize("names", [("PM", "non-PM"), ("0", "1")])
def test_a_submission_finds_its_class_by_name(
    tiny: Path, tmp_path: Path, names: tuple[str, str]
) -> None:
    """Of folders `PM` and `non-PM` the first in the order of names is `PM`."""
    run = make_run(tmp_path / "run", tiny, names, num_classes=2)
    (path,) = write_images(tmp_path / "images", ["a.png"])
    out = tmp_path / "classification_results.csv"
    done = predicted(run, path, "--submission", out, "--format", "json")
    assert done.exit_code == 0, done.stderr
    (found,) = json.loads(done.stdout)
    risk = float(out.read_text().splitlines()[1].split(",")[1])
    wanted = "PM" if "PM" in names else "1"
    assert risk == found["probabilities"][wanted]
    assert risk != 0.5


def test_a_submission_of_other_classes_is_refused(tiny: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny, ("healthy", "ill"), num_classes=2)
    (path,) = write_images(tmp_path / "images", ["a.png"])
    out = tmp_path / "classification_results.csv"
    done = predicted(run, path, "--submission", out)
    assert done.exit_code == 1
    assert "the probability of `PM`; this network tells apart `healthy`" in done.stderr
    assert not out.exists()


def test_a_submission_is_refused_where_it_makes_no_sense(
    run: Path, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "classification_results.csv"
    (one,) = write_images(tmp_path / "images", ["a.png"])
    (other,) = write_images(tmp_path / "more", ["a.png"])
    done = predicted(run, one, other, "--submission", out)
    assert done.exit_code == 1
    assert "2 of the images are called `a.png`" in done.stderr

    three = make_run(tmp_path / "three", tiny)
    done = predicted(three, one, "--submission", out)
    assert done.exit_code == 1
    assert "two classes, this one has 3" in done.stderr
    assert not out.exists()


def test_bad_images_are_named_and_the_others_classified(
    run: Path, tmp_path: Path
) -> None:
    good, cut, empty, text = write_images(
        tmp_path / "images", ["good.png", "cut.png", "empty.png", "text.png"], (90, 90)
    )
    cut.write_bytes(cut.read_bytes()[:200])
    empty.write_bytes(b"")
    text.write_text("not an image")
    out = tmp_path / "p.json"
    done = predicted(run, tmp_path / "images", tmp_path / "gone.png", "-o", out)
    assert done.exit_code == 1
    assert [o["file"] for o in json.loads(out.read_text())] == [str(good)]
    reported = dict(line.split(": ", 1) for line in done.stderr.splitlines()[:4])
    assert set(reported) == {*map(str, (cut, empty, text)), str(tmp_path / "gone.png")}
    assert reported[str(empty)] == "empty"
    assert reported[str(text)] == "not an image"
    assert reported[str(tmp_path / "gone.png")] == "missing"
    assert "4 of 5 images could not be used" in done.stderr

    before = out.read_bytes()
    done = predicted(run, tmp_path / "gone.png", "-o", out)
    assert done.exit_code == 1
    assert out.read_bytes() == before  # nothing was predicted, nothing is replaced


def test_no_run_is_one_message(tmp_path: Path) -> None:
    (path,) = write_images(tmp_path / "images", ["a.png"])
    done = predicted(tmp_path, path)
    assert done.exit_code == 1
    assert "holds no run" in done.stderr
