"""The archives of iChallenge-PM unpacked into the layout that `palm.py` reads.

Archives come from the network, so nothing in them is trusted: only entries named like
an image or a label sheet are written, by their base names, into a temporary folder, and
their bytes are counted while they are copied. At the end the folders are renamed into
place.
"""

from __future__ import annotations

import json
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pmruntime.data.decode import SUFFIXES
from pmruntime.data.folders.palm import LABELS, TRAIN, VAL
from pmruntime.data.folders.parallel import OnProgress
from pmruntime.data.prepare.label_sheet import COLUMNS, sheet_as_csv
from pmruntime.files import write_json
from pmruntime.problems import UserError

MARKER = ".pmgen-prepared.json"
MAX_ENTRY = 256 * 2**20  # bytes of one image or sheet
MAX_TOTAL = 20 * 2**30  # bytes of all entries together; the user may allow more
MAX_ENTRIES = 200_000  # of one archive
_TEMPORARY = ".pmgen-prepare.tmp"
_CHUNK = 2**20
_TARGETS = (TRAIN, VAL, LABELS)
_TRAINING, _VALIDATION = re.compile(r"[PHN]\d+\."), re.compile(r"V\d+\.")


@dataclass
class Prepared:
    """The result of `prepare`: numbers of images by folder, whether labels were found,
    and how many entries were skipped because they are neither images nor labels."""

    images: dict[str, int] = field(default_factory=dict)
    labels: bool = False
    skipped: int = 0


def prepare(
    archives: Sequence[Path],
    out: Path,
    *,
    force: bool = False,
    max_bytes: int = MAX_TOTAL,
    progress: OnProgress = lambda done, total: None,
) -> Prepared:
    """Unpack the archives into `out`; the name of an entry says what it is.

    `progress` is called with the bytes copied and the bytes in all. An interrupted call
    adds no folder to `out`, and the next call starts again. With `force` the folders
    and labels of an earlier call are replaced. Raises UserError for a damaged or
    hostile archive, a full disk, and files in `out` that no call wrote.
    """
    written = _written_before(out)
    temporary = out / _TEMPORARY
    shutil.rmtree(temporary, ignore_errors=True)
    job = _Job(temporary, max_bytes, progress)
    try:
        temporary.mkdir(parents=True)
        for archive in archives:
            job.plan(archive)
        _check_room(out, job.declared)
        for archive in archives:
            job.unpack(archive)
        _move_into_place(out, job, written, force)
        return job.result
    except OSError as error:
        raise UserError(
            f"cannot write to `{out}`: {error.strerror or error}",
            "nothing of what was there is lost; make room and start again",
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


class _Job:
    """One call of `prepare`: its target and what has been copied so far."""

    def __init__(self, folder: Path, max_bytes: int, progress: OnProgress) -> None:
        self.folder, self.max_bytes, self.progress = folder, max_bytes, progress
        self.declared = self.done = 0
        self.result = Prepared()

    def plan(self, path: Path) -> None:
        """Add up the declared sizes in an archive, before anything is written."""
        with _opened(path, str(path)) as archive:
            for entry in archive.infolist():
                if _place(entry) is not None:
                    self.declared += entry.file_size
        if self.declared > self.max_bytes:
            raise UserError(
                f"`{path}` would unpack to {self.declared:,} bytes, more than "
                f"{self.max_bytes:,}",
                "if that is what you expect, allow more with `--max-size`",
            )

    def unpack(
        self, path: Path, shown: str | None = None, nested: bool = False
    ) -> None:
        """Copy the wanted entries; nested archives are unpacked one level deep."""
        shown = shown or str(path)
        with _opened(path, shown) as archive:
            for entry in archive.infolist():
                place = _place(entry)
                if place is None or (place == ".zip" and nested):
                    self.result.skipped += not entry.is_dir()
                    continue
                name = _base_name(entry)
                target = self.folder / (place if place in (TRAIN, VAL) else ".") / name
                where = f"{shown}: {entry.filename}"
                is_new = self._copy(archive, entry, target, where)
                if place == ".zip":
                    self.unpack(target, where, nested=True)
                    target.unlink()
                elif place == LABELS:
                    self._labels(target, where)
                elif is_new:
                    images = self.result.images
                    images[place] = images.get(place, 0) + 1

    def _copy(
        self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, where: str
    ) -> bool:
        """Write an entry, counting its bytes; False where an equal file exists."""
        if entry.flag_bits & 1:
            raise UserError(f"`{where}` is encrypted", "unpack it with its password")
        target.parent.mkdir(exist_ok=True)
        beside = target.with_name(f".{target.name}.part")
        copied = 0
        try:
            with archive.open(entry) as source, open(beside, "wb") as file:
                while chunk := source.read(_CHUNK):
                    copied += len(chunk)
                    self.done += len(chunk)
                    if copied > MAX_ENTRY or self.done > self.max_bytes:
                        raise UserError(
                            f"`{where}` unpacks to more than it may: {MAX_ENTRY:,} "
                            f"bytes for an entry, {self.max_bytes:,} for all",
                            "is this the challenge's archive? `--max-size` allows more",
                        )
                    file.write(chunk)
                    self.progress(self.done, max(self.declared, self.done))
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise UserError(
                f"`{where}` is damaged: {error or 'it ends too early'}",
                "download the archive again",
            ) from error
        except NotImplementedError as error:
            raise UserError(
                f"`{where}` is packed in a way that Python cannot read: {error}",
                "unpack it by hand and pack it again as a plain zip",
            ) from error
        if target.exists():
            if target.read_bytes() != beside.read_bytes():
                raise UserError(
                    f"`{where}`: another file of that name was there before, with "
                    "another content",
                    "prepare the archives one by one, into folders of their own",
                )
            beside.unlink()
            return False
        beside.rename(target)
        return True

    def _labels(self, path: Path, where: str) -> None:
        """Write labels.csv from a sheet or table, if it has the columns of labels."""
        if path.suffix.lower() == ".xlsx":
            text = sheet_as_csv(path, where)
        else:
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            first = text.partition("\n")[0]
            if not all(name in first for name in COLUMNS):
                path.unlink()
                self.result.skipped += 1
                return
        path.unlink()
        (self.folder / LABELS).write_text(text, encoding="utf-8")
        self.result.labels = True


def _opened(path: Path, shown: str) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise UserError(f"no such archive: `{shown}`") from None
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UserError(
            f"`{shown}` is no zip archive that can be read: {error}",
            "download it again; it may have been cut off",
        ) from error
    if len(archive.infolist()) > MAX_ENTRIES:
        archive.close()
        raise UserError(f"`{shown}` has more than {MAX_ENTRIES:,} entries")
    return archive


def _base_name(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename.replace("\\", "/")).name


def _place(entry: zipfile.ZipInfo) -> str | None:
    """The folder for an entry, LABELS for labels, ".zip" for archives, None to skip."""
    name = _base_name(entry)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.is_dir() or kind not in (0, stat.S_IFREG) or "__MACOSX" in entry.filename:
        return None
    suffix = PurePosixPath(name).suffix.lower()
    if name.startswith(".") or not name.isprintable():
        return None
    if suffix in SUFFIXES:
        if _TRAINING.match(name):
            return TRAIN
        return VAL if _VALIDATION.match(name) else None
    if suffix in (".xlsx", ".csv"):
        return LABELS
    return suffix if suffix == ".zip" else None


def _written_before(out: Path) -> list[str]:
    """The targets in `out` that an earlier call wrote. Raises UserError where `out` is
    a file."""
    if out.exists() and not out.is_dir():
        raise UserError(f"`{out}` is a file, not a folder")
    try:
        found = json.loads((out / MARKER).read_bytes())["wrote"]
        return [name for name in found if name in _TARGETS]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _check_room(out: Path, needed: int) -> None:
    free = shutil.disk_usage(out).free
    if needed > free:
        raise UserError(
            f"unpacking takes {needed:,} bytes, the disk of `{out}` has {free:,} left",
            "make room, or choose a folder on another disk",
        )


def _move_into_place(out: Path, job: _Job, written: list[str], force: bool) -> None:
    """Rename the unpacked folders and labels into place."""
    unpacked = [name for name in _TARGETS if (job.folder / name).exists()]
    if not unpacked:
        raise UserError(
            "there is no fundus photograph and no label sheet in these archives",
            "the challenge's are training.zip, validation.zip and valid_gt.zip",
        )
    for name in unpacked:
        if (out / name).exists() and name not in written:
            raise UserError(
                f"`{out / name}` is there already, and `prepare` did not write it",
                "choose another folder with `--out`",
            )
        if (out / name).exists() and not force:
            raise UserError(
                f"`{out / name}` was prepared before", "replace it with `--force`"
            )
    # Written before the renames, so that after an interruption the next call knows
    # which files are its own.
    write_json(out / MARKER, {"wrote": sorted({*written, *unpacked})})
    for name in unpacked:
        target = out / name
        if target.is_dir():
            shutil.rmtree(target)
        (job.folder / name).replace(target)
