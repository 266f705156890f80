r"""The file that a table means, however it writes the name.

Tables come from other systems and from spreadsheets: with `\` between folders, with the
whole path, without the ending, in other capitals, with accents in two characters.
"""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from pathlib import Path, PurePosixPath

from pmruntime.data.folders.listing import image_files


class ImageNames:
    """The images of a folder by the names that a table may give them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loose: dict[str, set[str]] | None = None

    def find(self, written: str) -> str | None:
        """The name in the folder, with `/`, of the file that is meant; None where there
        is no such file, or where several could be meant."""
        for name in dict.fromkeys((written, written.replace("\\", "/"))):
            inside = self._inside(name)
            # Path.is_file may raise for an impossible name.
            if inside is not None and os.path.isfile(self._folder / inside):
                return inside
        inside = self._inside(written.replace("\\", "/"))
        if inside is None:
            return None
        if self._loose is None:
            self._loose = self._by_loose_name()
        found = self._loose.get(_loose(inside), set())
        return next(iter(found)) if len(found) == 1 else None

    def outside(self, written: str) -> bool:
        """Whether the name leads out of the folder, however it is read."""
        return self._inside(written.replace("\\", "/")) is None

    def _inside(self, name: str) -> str | None:
        """The name relative to the folder, None where it lies outside."""
        if os.path.isabs(name):
            name = os.path.relpath(name, self._folder.absolute())
        normal = PurePosixPath(Path(os.path.normpath(name)).as_posix())
        if normal.is_absolute() or normal.parts[:1] == ("..",):
            return None
        return str(normal)

    def _by_loose_name(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for path in image_files(self._folder):
            name = path.relative_to(self._folder).as_posix()
            found[_loose(name)].add(name)
            found[_loose(str(PurePosixPath(name).with_suffix("")))].add(name)
        return found


def _loose(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
