"""A trained network applied to image files, in the order in which they are given."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.decode import SUFFIXES, BadImageError
from pmruntime.data.folders.image_folder import prepare_file
from pmruntime.data.preprocessing import Preprocessing
from pmruntime.inference.probabilities import BATCH_SIZE, log_probabilities
from pmruntime.problems import UserError
from pmruntime.runs.trained import TrainedRun

# Called with a file that is not a usable image, and the reason.
OnBad = Callable[[Path, str], None]


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What the network says of one file.

    `label` is the number of the likeliest class, `class_name` its name, and
    `probabilities` those of all classes, in the order of `class_names`.
    """

    path: Path
    label: int
    class_name: str
    probabilities: tuple[float, ...]
    class_names: tuple[str, ...]

    @property
    def probability(self) -> float:
        """That of the likeliest class."""
        return self.probabilities[self.label]


def image_files(paths: Iterable[Path]) -> list[Path]:
    """Files as they are given; a folder's image files, sorted by name, for a folder.

    Folders within folders, hidden files and files with other suffixes are skipped.
    Raises UserError for a folder without image files.
    """
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(
            file
            for file in path.iterdir()
            if file.suffix.lower() in SUFFIXES
            and not file.name.startswith(".")
            and file.is_file()
        )
        if not inside:
            known = ", ".join(sorted(SUFFIXES))
            raise UserError(f"no image files in the folder `{path}` ({known})")
        files += inside
    return files


def predict(
    run: TrainedRun, paths: Iterable[Path], on_bad: OnBad | None = None
) -> Iterator[Prediction]:
    """Classify image files, prepared as for the run's training and averaged over as
    many views.

    At most two batches of images are in memory, however many paths there are. Of the
    same images in the same order, results are those of `eval` to the bit, since batches
    are filled alike; elsewhere the last bits may differ. `on_bad` is called
    for each file that cannot be used; without it such a file is a UserError.
    """
    preprocessing = run.file_preprocessing()
    waiting: list[tuple[Path, NDArray[np.uint8]]] = []
    remaining = iter(paths)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        while chunk := list(islice(remaining, BATCH_SIZE)):
            read = pool.map(lambda path: _read(path, preprocessing), chunk)
            for path, image in zip(chunk, read, strict=True):
                if not isinstance(image, str):
                    waiting.append((path, image))
                elif on_bad is not None:
                    on_bad(path, image)
                else:
                    raise UserError(f"`{path}` cannot be used: {image}")
            if len(waiting) >= BATCH_SIZE:
                yield from _classified(run, preprocessing, waiting[:BATCH_SIZE])
                waiting = waiting[BATCH_SIZE:]
    if waiting:
        yield from _classified(run, preprocessing, waiting)


def _read(path: Path, preprocessing: Preprocessing) -> NDArray[np.uint8] | str:
    """The image, or the reason why there is none."""
    try:
        return prepare_file(path, preprocessing)
    except BadImageError as error:
        return str(error)


def _classified(
    run: TrainedRun,
    preprocessing: Preprocessing,
    batch: Sequence[tuple[Path, NDArray[np.uint8]]],
) -> Iterator[Prediction]:
    images = np.stack([image for _, image in batch])
    with np.errstate(invalid="ignore"):  # NaN is reported below
        logs = log_probabilities(run.model, images, preprocessing, run.recipe.views)
    names = run.names_of(logs.shape[1])
    for (path, _), row in zip(batch, logs, strict=True):
        if np.isnan(row).any():
            raise UserError(
                f"the network gives no numbers for `{path}`: its weights are damaged",
                "use `--weights best`, or train it again",
            )
        label = int(row.argmax())
        probabilities = tuple(float(p) for p in np.exp(row))
        yield Prediction(
            path=path,
            label=label,
            class_name=names[label],
            probabilities=probabilities,
            class_names=names,
        )
