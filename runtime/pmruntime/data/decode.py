"""One image file to pixels, or the reason why not.

`cv2.imread` hides damage: of a truncated JPEG it returns the full size, grey below the
cut. So the bytes are looked at first and decoded with `cv2.imdecode`, which refuses
most truncation; what it lets through lacks the end marker. Sound files give the same
pixels as `cv2.imread`, to the bit.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pmruntime.problems import UserError

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
_END_OF_JPEG = b"\xff\xd9"


class BadImageError(ValueError):
    """An image file that cannot be used; the message is the reason."""


def read_image(path: Path, color: str = "BGR") -> NDArray[np.uint8]:
    """The pixels of a file: uint8 [H, W, 3] in the order `color`, [H, W, 1] for GRAY.

    As `cv2.imread` does it, EXIF rotation is applied and 16-bit, grey and CMYK images
    become three channels of 8 bits. Raises BadImageError.
    """
    content = read_bytes(path)
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
    # Some cameras write a trailer of their own behind the end marker. A thumbnail's
    # marker, at the beginning of the file, does not count.
    if content.startswith(_JPEG) and _END_OF_JPEG not in content[-len(content) // 8 :]:
        raise BadImageError("truncated")


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
        raise UserError(
            "`--verify` needs simplejpeg, which is not installed",
            "install the `verify` extra: pip install 'pmgen[verify]'",
        ) from None
    if image_format(content) != "JPEG":
        return
    try:
        simplejpeg.decode_jpeg(content, colorspace="BGR", strict=True)
    except ValueError as error:
        raise BadImageError(f"damaged: {str(error).lower()}") from None
