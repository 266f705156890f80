"""An image file decoded, or the reason why it cannot be used.

`cv2.imread` hides damage: for a truncated JPEG it returns the full size, grey below the
cut. So the bytes are checked first: a JPEG must reach its end marker. Then they are
decoded with `cv2.imdecode`, which gives the same pixels as `cv2.imread`, to the bit.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pmruntime.machine.extras import not_installed
from pmruntime.machine.opencv import cv2

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
# Formats of images that are not read: by what stands at which place, and by suffix.
_UNREAD_MAGIC = {
    (4, b"ftyphei"): "HEIC",
    (4, b"ftyphev"): "HEIC",
    (4, b"ftypmif1"): "HEIC",
    (4, b"ftypmsf1"): "HEIC",
    (4, b"ftypavi"): "AVIF",
    (128, b"DICM"): "DICOM",
    (0, b"\0\0\0\x0cjP  "): "JPEG 2000",
}
UNREAD_SUFFIXES = {
    ".heic": "HEIC", ".heif": "HEIC", ".avif": "AVIF", ".dcm": "DICOM",
    ".jp2": "JPEG 2000",
}  # fmt: skip
# A 16-bit image whose highest pixel is lower holds 12 bits: as 8 it is nearly black.
_LEAST_OF_16_BITS = 4096
# A JPEG marker after any fill bytes. Within entropy-coded pixels FF 00 is the byte FF,
# and FF D0 to FF D7 are restart markers.
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_MARKER_AFTER_PIXELS = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
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
    """Like `read_image`, for the content of a file."""
    check_whole(content)
    _check_depth(content)
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
    """The content of a file. Raises BadImageError where it is missing or unreadable."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadImageError("missing") from None
    except OSError as error:
        raise BadImageError(f"unreadable: {error.strerror}") from None


def check_whole(content: bytes) -> None:
    """Raise BadImageError for an empty file, no image, or a truncated JPEG."""
    if not content:
        raise BadImageError("empty")
    if image_format(content) is None:
        unread = _unread_format(content)
        if unread is not None:
            raise BadImageError(f"{unread} is not read: convert it to PNG or JPEG")
        raise BadImageError("not an image")
    if content.startswith(_JPEG) and not _reaches_its_end(content):
        raise BadImageError("truncated")


def _unread_format(content: bytes) -> str | None:
    return next(
        (n for (at, m), n in _UNREAD_MAGIC.items() if content[at:].startswith(m)), None
    )


def _check_depth(content: bytes) -> None:
    """Raise BadImageError for pixels that would come out wrong or not at all:
    floating-point numbers, and 12 bits stored in 16."""
    kind = image_format(content)
    if kind != "TIFF" and not (kind == "PNG" and content[24:25] == b"\x10"):
        return
    try:
        pixels = cv2.imdecode(
            np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_UNCHANGED
        )
    except cv2.error:
        return  # damaged, as decoding it will find
    if pixels is None or pixels.dtype == np.uint8:
        return
    if pixels.dtype != np.uint16:
        raise BadImageError(
            f"its pixels are {pixels.dtype}, which have no common scale: save it with "
            "8 or 16 bits a channel"
        )
    colors = pixels if pixels.ndim == 2 else pixels[:, :, :3]  # no transparency
    highest = int(colors.max())
    if 0 < highest < _LEAST_OF_16_BITS:
        raise BadImageError(
            f"the highest of its 16-bit pixels is {highest:,} of 65,535: 12 bits or "
            f"fewer, of which {highest // 256} of 255 would be left; scale them up"
        )


def _reaches_its_end(content: bytes) -> bool:
    """Whether the markers of a JPEG lead to its end marker.

    The end marker of a thumbnail lies within a segment, which is skipped. Bytes after
    the end, such as padding or a camera's own data, are allowed.
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
            marker = _MARKER_AFTER_PIXELS
        position += max(2, int.from_bytes(content[position : position + 2], "big"))
    return False


def image_format(content: bytes) -> str | None:
    """The format (JPEG, PNG, ...) by the first bytes; None for no image."""
    return next((n for magic, n in _MAGIC.items() if content.startswith(magic)), None)


def verify_jpeg(content: bytes) -> None:
    """Decode a JPEG strictly, which finds damage in the middle. Other formats pass.

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
