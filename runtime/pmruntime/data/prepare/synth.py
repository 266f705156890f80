"""Synthetic fundus images in the layout of iChallenge-PM, for a first try and tests.

They are drawings, not photographs: a network that classifies them has learned nothing
about eyes. Image k of a seed does not depend on how many images are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pmruntime.data.folders.palm import LABELS, PREFIXES, TRAIN, VAL
from pmruntime.data.folders.parallel import OnProgress
from pmruntime.files import write_atomic
from pmruntime.machine.opencv import cv2
from pmruntime.problems import UserError

# The kinds of 20 training images, in proportion to the real ones: of 400 images 213
# are P, 26 H, 161 N.
_KINDS = "PNPNPHPNPNPNPPNPNPNP"
_README = """\
These images are DRAWN, by `pmgen data synth`. They show no eye and no disease, and a
network trained on them knows nothing of either. They have the layout and the names of
iChallenge-PM, so that everything can be tried before the real images are there.
"""

Image = NDArray[np.float32]


def synthesise(
    out: Path,
    *,
    train: int = 60,
    val: int = 30,
    size: int = 224,
    seed: int = 0,
    progress: OnProgress = lambda done, total: None,
) -> None:
    """Draw `train` and `val` images of `size` x `size` pixels into the folder `out`.

    `progress` is called with the number of images drawn, of how many. Raises UserError
    where `out` is not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"`{out}` is not empty", "choose a new folder with `--out`")
    for name in (TRAIN, VAL):
        (out / name).mkdir(parents=True)
    write_atomic(out / "README.txt", _README.encode())
    numbers = dict.fromkeys(PREFIXES, 0)
    for k in range(train):
        kind = _KINDS[k % len(_KINDS)]
        numbers[kind] += 1
        image, _ = draw_fundus(kind, size, np.random.default_rng([seed, 0, k]))
        _write(out / TRAIN / f"{kind}{numbers[kind]:04d}.jpg", image)
        progress(k + 1, train + val)
    rows = ["ID,imgName,Label,Fovea_X,Fovea_Y"]
    for k in range(val):
        kind = _KINDS[(7 * k + 3) % len(_KINDS)]
        rng = np.random.default_rng([seed, 1, k])
        image, (x, y) = draw_fundus(kind, size, rng)
        name = f"V{k + 1:04d}.jpg"
        _write(out / VAL / name, image)
        rows.append(f"{k + 1},{name},{PREFIXES[kind]},{x:.2f},{y:.2f}")
        progress(train + k + 1, train + val)
    write_atomic(out / LABELS, ("\n".join(rows) + "\n").encode())


@dataclass(frozen=True, eq=False, kw_only=True)
class _Eye:
    """What is drawn: an eye of `kind`, its nose at `side`, the centres (x, y) of its
    disc and its fovea, and the coordinates of the pixels, `x` and `y` [size, size]. All
    lengths are shares of a side, from the middle."""

    kind: str
    side: float
    disc: NDArray[np.float64]
    fovea: NDArray[np.float64]
    radius: float
    x: Image
    y: Image


def draw_fundus(
    kind: str, size: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """One image, uint8 [size, size, 3] in BGR, and the fovea's (x, y) in pixels.

    `kind` is N (normal), H (high myopia) or P (pathological myopia).
    """
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
    side = 1.0 if rng.random() < 0.5 else -1.0  # which eye
    disc = np.array([side * rng.uniform(0.24, 0.33), rng.uniform(-0.06, 0.06)])
    fovea = disc - np.array([side * rng.uniform(0.27, 0.32), rng.uniform(-0.03, 0.05)])
    radius = rng.uniform(0.045, 0.06)

    eye = _Eye(kind=kind, side=side, disc=disc, fovea=fovea, radius=radius, x=x, y=y)
    image = _background(eye, rng)
    image = _tessellated(image, eye, rng)
    image = _macula(image, eye, rng)
    if kind == "P":
        image = _atrophy(image, eye, rng)
    elif kind == "H" and rng.random() < 0.7:
        image = _crescent(image, eye, rng)
    image = _vessels(image, eye, rng)
    image = _disc(image, eye, rng)
    image = _reflex(image, eye, rng)
    return _photographed(image, eye, rng), (
        float((fovea[0] + 0.5) * size),
        float((fovea[1] + 0.5) * size),
    )


def _noise(size: int, cells: float, rng: np.random.Generator) -> Image:
    """Smooth noise in [-1, 1] with about `cells` bumps along a side."""
    n = max(2, int(cells))
    small = rng.uniform(-1, 1, (n, n)).astype(np.float32)
    return np.asarray(
        cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC), np.float32
    )


def _blend(image: Image, color: NDArray[np.float64], alpha: Image) -> Image:
    """The colour (BGR, 0 to 1) over the image, as opaque as `alpha` [size, size]."""
    cover = np.clip(alpha, 0, 1)[:, :, None]
    return np.asarray(image * (1 - cover) + color.astype(np.float32) * cover)


def _background(eye: _Eye, rng: np.random.Generator) -> Image:
    """Orange to brown; paler on average in myopia, but the ranges overlap widely."""
    pale = {"N": 0.42, "H": 0.5, "P": 0.5}[eye.kind] + rng.normal(0, 0.25)
    dark, light = np.array([0.04, 0.13, 0.34]), np.array([0.16, 0.34, 0.68])
    color = dark + (light - dark) * np.clip(pale, 0, 1) + rng.normal(0, 0.02, 3)
    tilt = rng.normal(0, 0.12, 2)
    shade = 1.1 - 1.6 * (eye.x**2 + eye.y**2) + tilt[0] * eye.x + tilt[1] * eye.y
    uneven = 1 + 0.05 * _noise(len(eye.x), 5, rng)
    return np.asarray(color * (shade * uneven)[:, :, None], np.float32)


def _tessellated(image: Image, eye: _Eye, rng: np.random.Generator) -> Image:
    """The choroid that shows through, more in a long eye."""
    strength = {"N": 0.05, "H": 0.13, "P": 0.13}[eye.kind] * rng.uniform(0.3, 1.4)
    size = len(image)
    ridges = 1 - np.abs(_noise(size, 22, rng) + 0.5 * _noise(size, 40, rng))
    pattern = np.clip(ridges, 0, 1) ** 2 - 0.4
    tint = np.array([0.5, 1.2, 1.0], np.float32)
    return np.asarray(image * (1 + strength * pattern[:, :, None] * tint))


def _macula(image: Image, eye: _Eye, rng: np.random.Generator) -> Image:
    x, y = eye.x - eye.fovea[0], eye.y - eye.fovea[1]
    depth = rng.uniform(0.15, 0.35)
    dip = depth * np.exp(-(x**2 + y**2) / (2 * rng.uniform(0.035, 0.06) ** 2))
    return np.asarray(image * (1 - dip[:, :, None] * np.array([0.6, 1.0, 0.8])))


def _atrophy(image: Image, eye: _Eye, rng: np.random.Generator) -> Image:
    """A pale area from the disc towards the fovea, patches beyond, and pigment."""
    size, x, y, disc, fovea = len(image), eye.x, eye.y, eye.disc, eye.fovea
    pale = np.array([0.4, 0.62, 0.78]) + rng.normal(0, 0.08, 3)
    toward = (fovea - disc) / np.linalg.norm(fovea - disc)
    extent = rng.uniform(1.5, 3.2) * eye.radius
    center = disc + toward * extent * rng.uniform(0.2, 0.6)
    along = (x - center[0]) * toward[0] + (y - center[1]) * toward[1]
    across = (y - center[1]) * toward[0] - (x - center[0]) * toward[1]
    reach = np.hypot(along / 1.15, across / rng.uniform(0.8, 1.1))
    edge = extent * (1 + 0.22 * _noise(size, 9, rng) + 0.1 * _noise(size, 25, rng))
    area = 1 / (1 + np.exp((reach - edge) / (0.12 * eye.radius)))
    alpha = area * rng.uniform(0.55, 0.9)
    image = _blend(image, pale, np.asarray(alpha * (1 + 0.15 * _noise(size, 30, rng))))
    for _ in range(rng.poisson(1.2)):
        place = fovea + rng.normal(0, 0.09, 2)
        width = rng.uniform(0.012, 0.05)
        distance = np.hypot(x - place[0], y - place[1])
        rim = width * (1 + 0.35 * _noise(size, 14, rng))
        patch = 1 / (1 + np.exp((distance - rim) / 0.006))
        image = _blend(image, pale, np.asarray(patch * rng.uniform(0.4, 0.85)))
    spots = np.clip(_noise(size, 38, rng) - 0.55, 0, 1) * area * 1.6
    return _blend(image, np.array([0.03, 0.07, 0.15]), np.asarray(spots))


def _crescent(image: Image, eye: _Eye, rng: np.random.Generator) -> Image:
    """The narrow pale crescent beside the disc of a long but healthy eye."""
    beside = eye.x - eye.disc[0] + eye.side * 0.35 * eye.radius
    distance = np.hypot(beside, eye.y - eye.disc[1])
    alpha = 1 / (1 + np.exp((distance - eye.radius * rng.uniform(1.05, 1.3)) / 0.004))
    pale = np.array([0.4, 0.6, 0.82])
    return _blend(image, pale, np.asarray(alpha * rng.uniform(0.4, 0.7)))


def _vessels(image: Image, eye: _Eye, rng: np.random.Generator) -> Image:
    """Random walks that branch, from the disc: two arcades around the fovea, and finer
    vessels."""
    size, scale = len(image), 4  # drawn larger, for soft edges
    layer = np.zeros((size * scale // 2, size * scale // 2), np.uint8)

    def walk(at: NDArray[np.float64], angle: float, width: float, length: int) -> None:
        turn = 0.0
        for step in range(length):
            turn = 0.8 * turn + rng.normal(0, 0.025)
            pull = eye.fovea - at
            ahead = np.arctan2(pull[1], pull[0])
            # Arcades bend around the macula, not into it.
            bend = 0.04 if 8 < step < 34 and np.cos(ahead - angle) > -0.35 else 0.0
            angle += turn + bend * np.sign(np.sin(ahead - angle))
            new = at + 0.012 * np.array([np.cos(angle), np.sin(angle)])
            ends = [
                tuple(int(v * 16) for v in (p + 0.5) * layer.shape[0])
                for p in (at, new)
            ]
            thick = max(1, round(width * layer.shape[0]))
            cv2.line(layer, ends[0], ends[1], 255, thick, cv2.LINE_AA, 4)
            at, width = new, width * 0.985
            if np.hypot(*at) > 0.5:
                return
            if width > 0.0016 and rng.random() < 0.06:
                fork = rng.choice((-1.0, 1.0)) * rng.uniform(0.35, 0.7)
                walk(at, angle + fork, width * 0.6, (length - step) // 2)

    toward = np.pi if eye.side > 0 else 0.0
    for sign in (-1.0, 1.0):
        for spread in (0.95, 1.2):
            start = toward + sign * (spread + rng.normal(0, 0.1))
            walk(eye.disc.copy(), start, rng.uniform(0.006, 0.009), 60)
        walk(eye.disc.copy(), toward + np.pi + sign * rng.uniform(0.5, 1.1), 0.005, 25)
    for _ in range(3):
        walk(eye.disc.copy(), toward + rng.normal(0, 0.5), 0.0028, 14)
    mask = cv2.resize(layer, (size, size), interpolation=cv2.INTER_AREA) / 255.0
    alpha = mask.astype(np.float32) * rng.uniform(0.45, 0.75)
    return _blend(image, np.array([0.04, 0.05, 0.22]), alpha)


def _disc(image: Image, eye: _Eye, rng: np.random.Generator) -> Image:
    """The optic disc with its cup; in a long eye it is tilted, and so an oval."""
    x, y, radius = eye.x - eye.disc[0], eye.y - eye.disc[1], eye.radius
    flat = rng.uniform(0.62, 0.85) if eye.kind == "P" else rng.uniform(0.85, 1.0)
    turn = rng.uniform(-0.5, 0.5)
    u = x * np.cos(turn) + y * np.sin(turn)
    v = y * np.cos(turn) - x * np.sin(turn)
    distance = np.hypot(u / flat, v)
    rim = 1 / (1 + np.exp((distance - radius) / 0.004))
    color = np.array([0.3, 0.6, 0.9]) + rng.normal(0, 0.03, 3)
    image = _blend(image, color, np.asarray(rim * rng.uniform(0.7, 0.9)))
    cup = 1 / (1 + np.exp((distance - radius * rng.uniform(0.35, 0.5)) / 0.006))
    return _blend(image, np.array([0.68, 0.86, 0.98]), np.asarray(cup * 0.7))


def _reflex(image: Image, eye: _Eye, rng: np.random.Generator) -> Image:
    """Reflections that all kinds have, so that pale pixels alone do not tell the class:
    light from the eyelid or the lens, and the sheen of a young retina."""
    for _ in range(rng.integers(0, 4)):
        angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(0.15, 0.5)
        place = away * np.array([np.cos(angle), np.sin(angle)])
        width = rng.uniform(0.03, 0.16, 2)
        spot = ((eye.x - place[0]) / width[0]) ** 2
        spot += ((eye.y - place[1]) / width[1]) ** 2
        color = np.array([0.45, 0.65, 0.75]) + rng.normal(0, 0.08, 3)
        image = _blend(image, color, np.asarray(np.exp(-spot) * rng.uniform(0.2, 0.9)))
    return image


def _photographed(
    image: Image, eye: _Eye, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Effects of the camera: haze, blur, noise, a round field of view on black."""
    haze = rng.uniform(0, 0.12)
    hazy = image * (1 - haze) + haze * np.array([0.25, 0.35, 0.4], np.float32)
    image = cv2.GaussianBlur(hazy, (0, 0), rng.uniform(0.3, 0.9) * len(image) / 224)
    noise = rng.normal(0, 0.01, image.shape).astype(np.float32)
    image = image * rng.uniform(0.8, 1.2, 3).astype(np.float32) + noise
    field = np.clip((0.485 - np.hypot(eye.x, eye.y)) * len(image) / 1.5, 0, 1)
    pixels = np.clip(image * field[:, :, None] * 255, 0, 255).astype(np.float32)
    return np.asarray(np.rint(pixels), np.uint8)


def _write(path: Path, image: NDArray[np.uint8]) -> None:
    _, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 90])
    write_atomic(path, content.tobytes())
