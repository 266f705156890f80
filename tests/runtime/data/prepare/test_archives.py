"""The challenge's archives, sound, damaged and hostile."""

from __future__ import annotations

import io
import os
import shutil
import stat
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from pmruntime.cli import cli
from pmruntime.data import open_data
from pmruntime.data.prepare import archives
from pmruntime.data.prepare.archives import MARKER, prepare
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.problems import UserError

from tests.support.runs.palm_folder import TRAIN, VAL, write_jpeg


def jpeg(seed: int, folder: Path) -> bytes:
    path = folder / "one.jpg"
    write_jpeg(path, seed)
    content = path.read_bytes()
    path.unlink()
    return content


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet() -> bytes:
    book = openpyxl.Workbook()
    rows = [["ID", "imgName", "Label", "Fovea_X", "Fovea_Y"]]
    rows += [[i, f"V000{i}.jpg", i % 2, 1.5, 2.5] for i in (1, 2)]
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def downloads(tmp_path: Path) -> list[Path]:
    """The three archives as they are distributed, the first with another inside."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    names = ("P0001", "P0002", "H0001", "N0001")
    inner = {f"{TRAIN}/{n}.jpg": jpeg(i, folder) for i, n in enumerate(names)}
    nested = {f"{TRAIN}/{TRAIN}.zip": packed(inner), f"{TRAIN}/readme.txt": b"hello"}
    val = {f"{VAL}/V000{i}.jpg": jpeg(10 + i, folder) for i in (1, 2)}
    val["__MACOSX/._V0001.jpg"] = b"x"
    labels = {"PALM-Validation-GT/PM_Label_and_Fovea_Location.xlsx": sheet()}
    paths = []
    for name, files in (("training", nested), ("validation", val), ("gt", labels)):
        paths.append(folder / f"{name}.zip")
        paths[-1].write_bytes(packed(files))
    return paths


def test_archives_become_a_folder(downloads: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "palm"
    made = prepare(downloads[::-1], out)
    assert made.images == {TRAIN: 4, VAL: 2}
    assert (made.labels, made.skipped) == (True, 2)
    assert sorted(os.listdir(out)) == sorted([MARKER, TRAIN, VAL, "labels.csv"])
    lines = (out / "labels.csv").read_text().splitlines()
    assert lines == [
        "ID,imgName,Label,Fovea_X,Fovea_Y",
        "1,V0001.jpg,1,1.5,2.5",
        "2,V0002.jpg,0,1.5,2.5",
    ]
    data = open_data(str(out), Preprocessing((8, 8)))
    assert data.train.labels.tolist() == [0, 0, 1, 1]
    assert data.val.labels.tolist() == [1, 0]


def test_one_after_the_other(downloads: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "palm"
    for path in downloads:
        prepare([path], out)
    assert len(open_data(str(out), Preprocessing((8, 8))).val) == 2
    with pytest.raises(UserError, match=r"(?s)was prepared before.*--force"):
        prepare([downloads[1]], out)
    (out / VAL / "V0001.jpg").unlink()
    prepare([downloads[1]], out, force=True)
    assert len(os.listdir(out / VAL)) == 2


def test_files_of_the_users_own_stay(downloads: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "palm"
    write_jpeg(out / TRAIN / "P0009.jpg", 1)
    for force in (False, True):
        with pytest.raises(UserError, match="`prepare` did not write it"):
            prepare(downloads, out, force=force)
    assert os.listdir(out / TRAIN) == ["P0009.jpg"]
    assert os.listdir(out) == [TRAIN]


@pytest.mark.parametrize(
    "name",
    [
        "../P0001.jpg",
        "/P0001.jpg",
        "C:\\x\\P0001.jpg",
        "..\\..\\P0001.jpg",
        "a/../P1.jpg",
    ],
)
def test_no_entry_escapes(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in" / "x.zip"
    path.parent.mkdir()
    path.write_bytes(packed({name: jpeg(1, tmp_path)}))
    prepare([path], tmp_path / "in" / "out")
    assert len(os.listdir(tmp_path / "in" / "out" / TRAIN)) == 1
    assert sorted(os.listdir(tmp_path)) == ["in"]
    assert sorted(os.listdir(tmp_path / "in")) == ["out", "x.zip"]


def test_links_and_other_files_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("P0001.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("P0002.jpg", jpeg(1, tmp_path))
        archive.writestr("run.sh", "true")
        archive.writestr("other.jpg", jpeg(2, tmp_path))
    made = prepare([path], tmp_path / "out")
    assert os.listdir(tmp_path / "out" / TRAIN) == ["P0002.jpg"]
    assert made.skipped == 3


def test_names_in_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    raw = bytearray(packed({"AAAA/P0001.jpg": jpeg(1, tmp_path)}))
    path.write_bytes(bytes(raw).replace(b"AAAA", "眼底".encode("gbk")))
    prepare([path], tmp_path / "out")
    assert os.listdir(tmp_path / "out" / TRAIN) == ["P0001.jpg"]


def test_declared_bombs_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(packed({f"P{i}.jpg": bytes(2**20) for i in range(9)}))
    with pytest.raises(UserError, match=r"(?s)would unpack to .*--max-size"):
        prepare([path], tmp_path / "out", max_bytes=2**20)
    assert os.listdir(tmp_path / "out") == []


def test_lying_and_nested_bombs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRY", 2**16)
    nested = tmp_path / "nested.zip"
    nested.write_bytes(packed({"inner.zip": packed({"P1.jpg": bytes(2**22)})}))
    with pytest.raises(UserError, match=r"inner\.zip: P1\.jpg` unpacks to more"):
        prepare([nested], tmp_path / "a")
    lying = tmp_path / "lying.zip"
    content = packed({"P1.jpg": bytes(2**22)})
    lying.write_bytes(content.replace(struct.pack("<I", 2**22), struct.pack("<I", 99)))
    with pytest.raises(UserError, match=r"P1\.jpg` (is damaged|unpacks to more)"):
        prepare([lying], tmp_path / "b")
    for name in "ab":
        assert os.listdir(tmp_path / name) == []


def test_only_one_level_of_nesting(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    deep = packed({"c.zip": packed({"P1.jpg": jpeg(1, tmp_path)})})
    path.write_bytes(packed({"b.zip": deep, "P2.jpg": jpeg(2, tmp_path)}))
    made = prepare([path], tmp_path / "out")
    assert (made.images, made.skipped) == ({TRAIN: 1}, 1)


def corrupt(content: bytes) -> bytes:
    middle = bytearray(content)
    middle[60] ^= 0xFF
    return bytes(middle)


def encrypted(content: bytes) -> bytes:
    """The flag alone, in both headers of the only entry."""
    changed = bytearray(content)
    changed[6] |= 1
    changed[changed.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda content: content[: len(content) // 2], "no zip archive that can be"),
        (lambda content: b"<html>not found</html>", "no zip archive that can be read"),
        (lambda content: b"", "no zip archive that can be read"),
        (corrupt, "is damaged"),
        (encrypted, "is encrypted"),
    ],
)
def test_bad_archives_are_named(tmp_path: Path, spoil: object, reason: str) -> None:
    path = tmp_path / "training.zip"
    path.write_bytes(spoil(packed({"P0001.jpg": jpeg(1, tmp_path)})))  # type: ignore[operator]
    with pytest.raises(UserError, match=rf"training\.zip.*{reason}"):
        prepare([path], tmp_path / "out")
    with pytest.raises(UserError, match="no such archive"):
        prepare([tmp_path / "nothing.zip"], tmp_path / "out")
    assert os.listdir(tmp_path / "out") == []


def test_one_name_with_two_contents(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    same = jpeg(1, tmp_path)
    path.write_bytes(packed({"a/P1.jpg": same, "b/P1.jpg": same}))
    assert prepare([path], tmp_path / "a").images == {TRAIN: 1}
    path.write_bytes(packed({"a/P1.jpg": same, "b/P1.jpg": jpeg(2, tmp_path)}))
    with pytest.raises(UserError, match=r"b/P1\.jpg`: another file of that name"):
        prepare([path], tmp_path / "b")


def test_nothing_that_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(packed({"cat.jpg": jpeg(1, tmp_path), "table.csv": b"a,b\n1,2\n"}))
    with pytest.raises(UserError, match="no fundus photograph and no label sheet"):
        prepare([path], tmp_path / "out")


def test_an_interrupted_call_starts_again(
    downloads: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "palm"

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(downloads, out, progress=interrupt)
    assert os.listdir(out) == []
    (out / ".pmgen-prepare.tmp").mkdir()  # as a kill -9 leaves it
    (out / ".pmgen-prepare.tmp" / "P0001.jpg").write_bytes(b"half")
    assert prepare(downloads, out).images == {TRAIN: 4, VAL: 2}
    assert ".pmgen-prepare.tmp" not in os.listdir(out)


def test_full_disks(
    downloads: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
        with pytest.raises(UserError, match="has 10 left"):
            prepare(downloads, tmp_path / "a")

    def full(done: int, total: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left on device"):
        prepare(downloads, tmp_path / "b", progress=full)
    assert os.listdir(tmp_path / "b") == []


def call(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["data", *map(str, arguments)])
    return done.exit_code, done.output


def test_the_command(downloads: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "palm"
    status, text = call("prepare", *downloads, "--out", out, "--size", "12x10")
    assert status == 0, text
    assert f"{TRAIN}: 4 images" in text
    assert len(list((out / ".pmgen-cache").glob("*.npy"))) == 2
    status, text = call("prepare", out, "--size", "8x8", "--resize", "area")
    assert status == 0, text
    assert len(list((out / ".pmgen-cache").glob("*.npy"))) == 4
    status, text = call("prepare", *downloads, "--out", out)
    assert status == 1
    assert "was prepared before" in text
    status, text = call("prepare", *downloads)
    assert status == 2
    status, text = call("prepare", out, "--size", "big")
    assert status == 1
    assert "224x224" in text
