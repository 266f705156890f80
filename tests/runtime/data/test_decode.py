"""Single image files: the pixels of `cv2.imread`, or the reason why not."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pmruntime.data.decode import (
    BadImageError,
    check_whole,
    decode,
    read_image,
    verify_jpeg,
)
from pmruntime.problems import UserError

from tests.support.runs.palm_folder import write_jpeg

TRAIN = "PALM-Training400"


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    """Smooth, and of some thousand bytes as a JPEG."""
    rng = np.random.default_rng(3)
    small = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(small, (80, 60), interpolation=cv2.INTER_CUBIC)


def pillow(picture: np.ndarray, mode: str = "RGB", **options: Any) -> bytes:
    image = pytest.importorskip("PIL.Image")
    file = io.BytesIO()
    pixels = image.fromarray(np.ascontiguousarray(picture[:, :, ::-1]))
    pixels.convert(mode).save(file, **options)
    return file.getvalue()


def turned() -> Any:
    exif = pytest.importorskip("PIL.Image").Exif()
    exif[0x112] = 6  # orientation: turn by 90 degrees
    return exif


def contents(picture: np.ndarray) -> dict[str, bytes]:
    wide = picture.astype(np.uint16) * 257
    with_alpha = np.dstack([picture, picture[:, :, :1]])
    progressive = [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    restarts = [cv2.IMWRITE_JPEG_RST_INTERVAL, 2]
    return {
        "turned": pillow(picture, format="JPEG", exif=turned()),
        "grey": pillow(picture, "L", format="JPEG"),
        "CMYK": pillow(picture, "CMYK", format="JPEG"),
        "a PNG named .jpg": cv2.imencode(".png", picture)[1].tobytes(),
        "16 bit": cv2.imencode(".png", wide)[1].tobytes(),
        "alpha": cv2.imencode(".png", with_alpha)[1].tobytes(),
        "progressive": cv2.imencode(".jpg", picture, progressive)[1].tobytes(),
        "restarts": cv2.imencode(".jpg", picture, restarts)[1].tobytes(),
        "padded": cv2.imencode(".jpg", picture)[1].tobytes() + bytes(9000),
        "TIFF": cv2.imencode(".tif", picture)[1].tobytes(),
    }


def test_pixels_are_those_of_imread(picture: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    for what, content in contents(picture).items():
        path.write_bytes(content)
        expected = cv2.imread(str(path))
        assert np.array_equal(read_image(path), expected), what
        assert np.array_equal(read_image(path, "RGB"), expected[:, :, ::-1]), what
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert np.array_equal(read_image(path, "GRAY")[:, :, 0], grey), what
    path.write_bytes(contents(picture)["turned"])
    assert read_image(path).shape == (80, 60, 3)


@pytest.mark.parametrize("what", ["turned", "progressive", "restarts", "CMYK"])
def test_a_jpeg_cut_anywhere_is_found(picture: np.ndarray, what: str) -> None:
    content = contents(picture)[what]
    check_whole(content)
    for cut in range(3, len(content)):
        with pytest.raises(BadImageError, match="truncated"):
            check_whole(content[:cut])


def test_the_end_of_a_thumbnail_is_not_the_end(picture: np.ndarray) -> None:
    content = cv2.imencode(".jpg", picture)[1].tobytes()
    thumbnail = cv2.imencode(".jpg", picture[:16, :16])[1].tobytes()
    size = (len(thumbnail) + 2).to_bytes(2, "big")
    whole = content[:2] + b"\xff\xe1" + size + thumbnail + content[2:]
    assert np.array_equal(decode(whole), decode(content))
    for cut in (len(thumbnail) + 6, len(thumbnail) + 99, len(whole) - 1):
        with pytest.raises(BadImageError, match="truncated"):
            decode(whole[:cut])


def test_reasons(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    with pytest.raises(BadImageError, match="missing"):
        read_image(path)
    for content, reason in (
        (b"", "empty"),
        (b"<html>not found</html>", "not an image"),
        (b"\xff\xd8\xff", "truncated"),
        (b"RIFF" + bytes(40), "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
    ):
        path.write_bytes(content)
        with pytest.raises(BadImageError, match=reason):
            read_image(path)
    with pytest.raises(BadImageError, match="unreadable"):
        read_image(tmp_path)


def test_all_truncations_of_real_jpegs_are_found(palm224: Path) -> None:
    rng = np.random.default_rng(0)
    for source in sorted((palm224 / TRAIN).iterdir())[::50]:
        content = source.read_bytes()
        assert np.array_equal(read_image(source), cv2.imread(str(source)))
        last = range(len(content) - len(content) // 100, len(content))
        for cut in (*rng.integers(1, len(content) - 1, 20), *last):
            with pytest.raises(BadImageError):
                decode(content[:cut])


def test_verify_finds_damage_in_the_middle(picture: np.ndarray) -> None:
    pytest.importorskip("simplejpeg")
    for content in contents(picture).values():
        verify_jpeg(content)
    damaged = bytearray(contents(picture)["restarts"])
    middle = len(damaged) // 2
    damaged[middle : middle + 40] = b"\xff\xd0" * 20  # restart markers out of place
    check_whole(bytes(damaged))
    with pytest.raises(BadImageError, match="damaged"):
        verify_jpeg(bytes(damaged))


def test_verify_without_simplejpeg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_jpeg(tmp_path / "x.jpg", 1)
    monkeypatch.setitem(sys.modules, "simplejpeg", None)
    with pytest.raises(UserError, match=r"pip install 'pmgen\[verify\]'"):
        verify_jpeg((tmp_path / "x.jpg").read_bytes())


def encoded(suffix: str, pixels: np.ndarray) -> bytes:
    return cv2.imencode(suffix, pixels)[1].tobytes()


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_twelve_bits_in_sixteen_are_told(suffix: str) -> None:
    """OpenCV takes the upper byte: 4,095 becomes 15, and the image nearly black."""
    ramp = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    alpha = np.dstack([ramp] * 3 + [np.full_like(ramp, 65535)])
    for pixels in (ramp, np.dstack([ramp] * 3), alpha):
        with pytest.raises(BadImageError, match=r"is 4,095 of 65,535: .* 15 of 255"):
            decode(encoded(suffix, pixels))
    whole = encoded(suffix, ramp * 16)
    assert decode(whole).max() == 255
    assert decode(encoded(suffix, ramp * 0)).max() == 0  # black in any depth


def test_floating_point_pixels_are_told() -> None:
    grey = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    for pixels in (grey, np.dstack([grey] * 3)):
        with pytest.raises(
            BadImageError, match="its pixels are float32, which have no"
        ):
            decode(encoded(".tif", pixels))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        (b"\0\0\0\x18ftypmif1" + bytes(40), "HEIC"),
        (b"\0\0\0\x18ftypavif" + bytes(40), "AVIF"),
        (bytes(128) + b"DICM" + bytes(40), "DICOM"),
        (b"\0\0\0\x0cjP  \r\n" + bytes(40), "JPEG 2000"),
    ],
)
def test_formats_that_are_not_read_are_named(content: bytes, name: str) -> None:
    with pytest.raises(BadImageError, match=f"{name} is not read: convert it to PNG"):
        decode(content)
