"""Decoded images kept on disk: found where they fit, made again where they do not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pmruntime.data import open_data
from pmruntime.data.folders.cache import FOLDER, SplitFiles
from pmruntime.data.folders.image_folder import build_cache
from pmruntime.data.folders.kinds import list_images
from pmruntime.data.folders.listing import Listing
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.problems import UserError

from tests.support.runs.palm_folder import TRAIN, VAL, write_jpeg

SMALL = Preprocessing(size=(8, 10))


def listed(folder: Path) -> Listing:
    listing = list_images(folder)
    assert listing is not None
    return listing


def test_the_same_data_from_the_cache(palm: Path) -> None:
    decoded = open_data(str(palm), SMALL)
    assert not (palm / FOLDER).exists()  # written on demand alone
    files = build_cache(palm, SMALL)
    assert sorted((palm / FOLDER).iterdir()) == sorted(files)
    reported: list[int] = []
    data = open_data(str(palm), SMALL, progress=lambda *news: reported.append(1))
    assert reported == []
    assert isinstance(data.train.images, np.memmap)
    assert data.fingerprint == decoded.fingerprint
    assert data.train.names == decoded.train.names
    times = [path.stat().st_mtime_ns for path in files]
    assert build_cache(palm, SMALL) == files
    assert [path.stat().st_mtime_ns for path in files] == times  # left as they were


def test_a_cache_serves_without_copies_too(palm: Path) -> None:
    shutil.copy(palm / TRAIN / "P0001.jpg", palm / VAL / "V0001.jpg")
    decoded = open_data(str(palm), SMALL, drop_copies=True)
    build_cache(palm, SMALL)
    data = open_data(str(palm), SMALL, drop_copies=True)
    assert len(data.val) == 3
    assert data.fingerprint == decoded.fingerprint
    assert isinstance(data.train.images, np.memmap)


def test_other_settings_find_no_cache(palm: Path) -> None:
    build_cache(palm, SMALL)
    train = listed(palm).train
    for same in (SMALL, Preprocessing((8, 10), normalize="unit")):
        assert SplitFiles(train, same, palm).cached_images() is not None
    for other in (
        Preprocessing((8, 11)),
        Preprocessing((10, 8)),
        Preprocessing((8, 10), resize="area"),
        Preprocessing((8, 10), color="RGB"),
        Preprocessing((8, 10), color="GRAY"),
    ):
        assert SplitFiles(train, other, palm).cached_images() is None


def test_changed_files_find_no_cache(palm: Path) -> None:
    build_cache(palm, SMALL)
    path = palm / TRAIN / "P0001.jpg"
    kept, stat = path.read_bytes(), path.stat()
    write_jpeg(path, 99)
    assert SplitFiles(listed(palm).train, SMALL, palm).cached_images() is None
    path.write_bytes(kept)  # the same bytes, but the time of change is another
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert SplitFiles(listed(palm).train, SMALL, palm).cached_images() is None
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert SplitFiles(listed(palm).train, SMALL, palm).cached_images() is not None
    path.unlink()
    assert SplitFiles(listed(palm).train, SMALL, palm).cached_images() is None


@pytest.mark.parametrize("keep", [0, 5, 60, -1])
def test_a_torn_cache_is_made_again(palm: Path, keep: int) -> None:
    fingerprint = open_data(str(palm), SMALL).fingerprint
    for path in build_cache(palm, SMALL):
        path.write_bytes(path.read_bytes()[:keep])
    assert open_data(str(palm), SMALL).fingerprint == fingerprint
    build_cache(palm, SMALL)
    data = open_data(str(palm), SMALL)
    assert isinstance(data.train.images, np.memmap)
    assert data.fingerprint == fingerprint


def test_no_cache_of_bad_images(palm: Path) -> None:
    (palm / TRAIN / "P0001.jpg").write_bytes(b"")
    with pytest.raises(UserError, match=rf"{TRAIN}/P0001.jpg: empty"):
        build_cache(palm, SMALL)
    assert list((palm / FOLDER).iterdir()) == []


def test_where_no_cache_can_be_made(palm: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no images of a known kind"):
        build_cache(tmp_path / "palm" / TRAIN, SMALL)
    (palm / FOLDER).write_bytes(b"")
    with pytest.raises(UserError, match="cannot write the cache in"):
        build_cache(palm, SMALL)


def test_two_processes_at_once(palm: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from pmruntime.data.folders.image_folder import build_cache\n"
        "from pmruntime.data.preprocessing import Preprocessing\n"
        "sys.stdin.read()\n"  # until both are ready
        "build_cache(pathlib.Path(sys.argv[1]), Preprocessing(size=(8, 10)))\n"
    )
    fingerprint = open_data(str(palm), SMALL).fingerprint
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(palm)],
            stdin=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert len(list((palm / FOLDER).iterdir())) == 2  # nothing half-written is left
    data = open_data(str(palm), SMALL)
    assert isinstance(data.train.images, np.memmap)
    assert data.fingerprint == fingerprint
