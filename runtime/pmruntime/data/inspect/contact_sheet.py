"""A contact sheet: some images of each class, training and validation side by side."""

from __future__ import annotations

from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.decode import BadImageError, read_image
from pmruntime.data.folders.listing import Entry, Listing
from pmruntime.data.folders.parallel import in_threads
from pmruntime.machine.opencv import cv2

MAX_CLASSES = 50
_TILE, _CAPTION, _GAP = 128, 16, 4  # pixels
_HEAD = 24  # height of a line of text
_WHITE, _BLACK, _GREY, _RED = (255,) * 3, (0,) * 3, (225,) * 3, (0, 0, 200)
Color = tuple[int, ...]


def contact_sheet(listing: Listing, per_class: int, seed: int = 0) -> NDArray[np.uint8]:
    """A row for each class, `per_class` images of each split in it: uint8 [H, W, 3].

    Channels are BGR. Images are drawn with `seed`, then sorted by name; each is shown
    whole, with its file's name, or the reason why it cannot be read. Only the first
    MAX_CLASSES classes are shown.
    """
    splits = [(name, entries) for name, entries in listing.splits if entries]
    classes = listing.class_names[:MAX_CLASSES]
    rng = np.random.default_rng(seed)
    columns = per_class * len(splits)
    cell, row = _TILE + _GAP, _HEAD + _TILE + _CAPTION + _GAP
    width = columns * cell + _GAP * (len(splits) + 1)
    sheet = np.full((len(classes) * row, width, 3), 255, np.uint8)
    placed: list[tuple[Entry, int, int]] = []
    for label, name in enumerate(classes):
        for number, (split, entries) in enumerate(splits):
            members = [entry for entry in entries if entry.label == label]
            top = label * row
            left = _GAP + number * (per_class * cell + _GAP)
            heading = f"{split}  {label} {name}  ({len(members):,})"
            _write(sheet, heading, left, top + _HEAD - 7, _BLACK, per_class * cell, 0.5)
            chosen = rng.permutation(len(members))[:per_class]
            for position, index in enumerate(sorted(chosen)):
                placed.append((members[index], top + _HEAD, left + position * cell))
    tiles = in_threads(_tile, [entry for entry, _, _ in placed])
    for tile, (_, top, left) in zip(tiles, placed, strict=True):
        sheet[top : top + _TILE + _CAPTION, left : left + _TILE] = tile
    return sheet


def _tile(entry: Entry) -> NDArray[np.uint8]:
    """One image, whole, centred in a grey square, with its name below."""
    tile = np.full((_TILE + _CAPTION, _TILE, 3), 255, np.uint8)
    tile[:_TILE] = _GREY
    _write(tile, PurePath(entry.name).stem, 2, _TILE + 12, _BLACK, _TILE)
    try:
        image = read_image(entry.path)
    except BadImageError as error:
        _write(tile, str(error), 4, _TILE // 2, _RED, _TILE)
        return tile
    height, width = image.shape[:2]
    scale = _TILE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    small = cv2.resize(image, size, interpolation=how)
    top, left = (_TILE - size[1]) // 2, (_TILE - size[0]) // 2
    tile[top : top + size[1], left : left + size[0]] = small
    return tile


def _write(
    image: NDArray[np.uint8],
    text: str,
    x: int,
    y: int,
    color: Color,
    width: int,
    scale: float = 0.38,
) -> None:
    """Draw as much of the text as fits into `width` pixels. OpenCV's font has ASCII
    only: other letters become `?`, which is why headings have class numbers too."""
    font = cv2.FONT_HERSHEY_SIMPLEX
    text = text.encode("ascii", "replace").decode()
    while text and cv2.getTextSize(text, font, scale, 1)[0][0] > width:
        text = text[:-1]
    cv2.putText(image, text, (x, y), font, scale, color, 1, cv2.LINE_AA)
