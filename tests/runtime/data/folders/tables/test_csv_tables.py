"""Tables of files and labels, and what may be wrong with a line."""

from __future__ import annotations

from pathlib import Path

from pmruntime.data import open_data
from pmruntime.data.folders.kinds import list_images
from pmruntime.data.preprocessing import Preprocessing

from tests.support.runs.palm_folder import write_jpeg

SMALL = Preprocessing(size=(8, 10))


def test_tables(tmp_path: Path) -> None:
    for seed in range(4):
        write_jpeg(tmp_path / "images" / f"{seed}.jpg", seed)
    train, val = tmp_path / "train.csv", tmp_path / "val.csv"
    train.write_text("label,file\nsick,images/1.jpg\nhealthy,images/0.jpg\n")
    val.write_text("file,label\nimages/2.jpg,sick\n")
    data = open_data(str(tmp_path), SMALL)
    assert data.class_names == ("healthy", "sick")
    assert data.train.names == ("images/0.jpg", "images/1.jpg")
    assert data.val.labels.tolist() == [1]
    val.write_text("file,label\nimages/9.jpg,sick\n../x.jpg,sick\n,sick\n")
    with open(val, "a") as file:
        file.write(f".,sick\n{'x' * 5000}.jpg,sick\n/x.jpg,sick\n")
    listing = list_images(tmp_path)
    assert listing is not None
    assert [(f.place, f.reason) for f in listing.faults if f.serious] == [
        ("val.csv:2", "a label without image: `images/9.jpg`"),
        ("val.csv:3", "`../x.jpg` lies outside the data's folder"),
        ("val.csv:4", "an empty cell"),
        ("val.csv:5", "a label without image: `.`"),
        ("val.csv:6", f"a label without image: `{'x' * 5000}.jpg`"),
        ("val.csv:7", "`/x.jpg` lies outside the data's folder"),
    ]


def test_tables_name_a_file_once_and_few_classes(tmp_path: Path) -> None:
    for seed in range(2):
        write_jpeg(tmp_path / f"{seed}.jpg", seed)
    rows = ["0.jpg,1", "./0.jpg,1", "1.jpg,10000", "1.jpg,99999999"]
    (tmp_path / "train.csv").write_text("\n".join(["file,label", *rows]))
    listing = list_images(tmp_path)
    assert listing is not None
    assert [(f.place, f.reason) for f in listing.faults if f.serious] == [
        ("train.csv:3", "`0.jpg` stands here again"),
        ("train.csv:4", "`10000` is no class"),
        ("train.csv:5", "`99999999` is no class"),
    ]
    assert listing.class_names == ("0", "1")
