"""One image file to pixels, or the reason why not.

`cv2.imread` hides damage: of a truncated JPEG it returns the full size, grey below the
cut. So the bytes are looked at first: a JPEG must go on to its end marker. Then they
are decoded with `cv2.imdecode`. Sound files give the same pixels as `cv2.imread`, to
the bit.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.opencv import cv2
from pmruntime.machine.extras import not_installed

SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"))
_JPEG = b"\xff\xd8\xff"
_MAGIC = {
    _JPEG: "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"RIFF": "WebP",
}
# A marker of JPEG, behind any fill bytes. Among coded pixels FF 00 stands for the byte
# FF, and FF D0 to FF D7 only divide them.
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_MARKER_BEHIND_PIXELS = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA


class BadImageError(ValueError):
    """An image file that cannot be used; the message is the reason."""


def read_image(path: Path, color: str = "BGR") -> NDArray[np.uint8]:
    """The pixels of a file: uint8 [H, W, 3] in the order `color`, [H, W, 1] for GRAY.

    As `cv2.imread` does it, EXIF rotation is applied and 16-bit, grey and CMYK images
    become three channels of 8 bits. Raises BadImageError.
    """
    return decode(read_bytes(path), color)


def decode(content: bytes, color: str = "BGR") -> NDArray[np.uint8]:
    """`read_image` of a file's content."""
    check_whole(content)
    flag = cv2.IMREAD_GRAYSCALE if color == "GRAY" else cv2.IMREAD_COLOR
    try:
        image = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), flag)
    except cv2.error:
        image = None
    if image is None:
        raise BadImageError("damaged: its pixels cannot be decoded")
    if color == "RGB":
        image = image[:, :, ::-1]
    pixels = image.reshape(*image.shape[:2], -1)
    return np.ascontiguousarray(pixels, dtype=np.uint8)


def read_bytes(path: Path) -> bytes:
    """A file's content. Raises BadImageError where it is missing or unreadable."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadImageError("missing") from None
    except OSError as error:
        raise BadImageError(f"unreadable: {error.strerror}") from None


def check_whole(content: bytes) -> None:
    """Refuse, by its bytes alone, what is empty, no image, or a JPEG cut off."""
    if not content:
        raise BadImageError("empty")
    if image_format(content) is None:
        raise BadImageError("not an image")
    if content.startswith(_JPEG) and not _reaches_its_end(content):
        raise BadImageError("truncated")


def _reaches_its_end(content: bytes) -> bool:
    """Whether a JPEG, marker by marker, comes to its end marker.

    The end marker of a thumbnail lies within a segment and is not met. What stands
    behind the end, padding or a camera's own data, does not matter.
    """
    position, marker = 2, _MARKER
    while match := marker.search(content, position):
        code, position = match[1][0], match.end()
        marker = _MARKER
        if code == _END_OF_IMAGE:
            return True
        if code in _WITHOUT_LENGTH:
            continue
        if code == _START_OF_SCAN:
            marker = _MARKER_BEHIND_PIXELS
        position += max(2, int.from_bytes(content[position : position + 2], "big"))
    return False


def image_format(content: bytes) -> str | None:
    """JPEG, PNG, ..., by the first bytes; None for no image."""
    return next((n for magic, n in _MAGIC.items() if content.startswith(magic)), None)


def verify_jpeg(content: bytes) -> None:
    """Decode strictly, which finds corruption in the middle of a JPEG as well.

    Raises BadImageError, or UserError where simplejpeg is not installed.
    """
    try:
        import simplejpeg
    except ImportError:
        raise not_installed("simplejpeg", "`--verify`") from None
    if image_format(content) != "JPEG":
        return
    try:
        simplejpeg.decode_jpeg(content, colorspace="BGR", strict=True)
    except ValueError as error:
        raise BadImageError(f"damaged: {str(error).lower()}") from None
