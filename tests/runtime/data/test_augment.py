"""Each variation of an image alone, against pictures worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pmruntime.data.augment import Augmentation
from pmruntime.recipe.recipe import parse_recipe

from tests.support.paths import real_images

Image = NDArray[np.uint8]


class Chosen:
    """Stands for numpy's Generator: of every range it draws the same share."""

    def __init__(self, share: float = 1.0, random: float = 0.0) -> None:
        self.share, self.of_random = share, random

    def uniform(self, low: float, high: float, size: int | None = None) -> Any:
        value = low + (high - low) * self.share
        return value if size is None else np.full(size, value)

    def random(self, size: int) -> Any:
        return np.full(size, self.of_random)


def varied(image: Image, share: float = 1.0, **asked: Any) -> Image:
    augment = Augmentation(parse_recipe({"augment": asked}).augment)
    return augment(image, Chosen(share))  # type: ignore[arg-type]


def noise(*shape: int) -> Image:
    return np.random.default_rng(4).integers(1, 256, shape).astype(np.uint8)


SHAPES = [(1, 5, 7), (3, 8, 8), (3, 6, 9), (1, 224, 224), (3, 33, 300)]


@pytest.mark.parametrize("shape", SHAPES)
def test_flips_are_exact(shape: tuple[int, int, int]) -> None:
    image = noise(*shape)
    assert np.array_equal(varied(image, flip_horizontal=0.5), image[:, :, ::-1])
    assert np.array_equal(varied(image, flip_vertical=0.5), image[:, ::-1])
    both = varied(image, flip_horizontal=1, flip_vertical=1)
    assert np.array_equal(both, image[:, ::-1, ::-1])


def test_flips_come_as_often_as_asked() -> None:
    augment = Augmentation(parse_recipe({"augment": {"flip_vertical": 0.3}}).augment)
    image = noise(1, 4, 4)
    rngs = (np.random.default_rng(seed) for seed in range(2000))
    flipped = sum(not np.array_equal(augment(image, rng), image) for rng in rngs)
    assert 540 < flipped < 660  # 600; three standard deviations are 61


@pytest.mark.parametrize("shape", [(1, 8, 12), (3, 20, 8)])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_shift_by_whole_pixels_is_exact(
    shape: tuple[int, int, int], share: float
) -> None:
    image = noise(*shape)
    down, right = shape[1] // 4, shape[2] // 4
    expected = np.zeros_like(image)
    if share == 1.0:
        expected[:, down:, right:] = image[:, :-down, :-right]
    else:
        expected[:, :-down, :-right] = image[:, down:, right:]
    assert np.array_equal(varied(image, share, shift=0.25), expected)


def test_half_a_pixel_is_the_mean_of_two() -> None:
    image = np.array([[[0, 100, 200, 40]]], dtype=np.uint8)
    # Across by half a pixel; down by an eighth, which takes 7/8 of the only row.
    shifted = varied(image, shift=0.125)[0, 0]
    assert shifted.tolist() == pytest.approx(
        [0, 50 * 7 / 8, 150 * 7 / 8, 120 * 7 / 8], abs=1
    )


def test_a_quarter_turn_of_a_square_is_exact() -> None:
    for size in (6, 7, 224):
        image = noise(3, size, size)
        turned = varied(image, 1.0, rotate=90)
        assert np.array_equal(turned, np.rot90(image, 1, axes=(1, 2)))
        back = varied(image, 0.0, rotate=90)
        assert np.array_equal(back, np.rot90(image, -1, axes=(1, 2)))
        over = varied(image, 1.0, rotate=180)
        assert np.array_equal(over, image[:, ::-1, ::-1])


def test_a_turn_of_an_oblong_keeps_its_centre_and_its_pixels_square() -> None:
    image = noise(1, 5, 9)
    turned = varied(image, rotate=90)
    assert np.array_equal(turned[0, :, 2:7], np.rot90(image[0, :, 2:7]))
    assert not turned[0, :, :2].any()  # black: the image's height reaches no further


def test_scale_is_about_the_centre() -> None:
    image = noise(3, 9, 9)
    assert np.array_equal(varied(image, scale=[2.0, 2.0])[:, ::2, ::2],
                          image[:, 2:7, 2:7])  # fmt: skip
    half = varied(image, scale=[0.5, 0.5])
    assert np.array_equal(half[:, 2:7, 2:7], image[:, ::2, ::2])
    half[:, 2:7, 2:7] = 0
    assert not half.any()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
@pytest.mark.parametrize(("height", "width"), [(100, 100), (60, 140)])
def test_a_crop_keeps_the_share_of_the_area_that_was_drawn(
    share: float, height: int, width: int
) -> None:
    """The share kept, from inside the image: no black comes in."""
    rows, columns = np.mgrid[:height, :width] + 50
    image = np.stack([rows, columns]).astype(np.uint8)
    cropped = varied(image, share, crop=0.5).astype(float)
    tall, wide = (np.median(np.diff(axis)) for axis in (
        cropped[0, 1:-1:20, 5], cropped[1, 5, 1:-1:20]))  # fmt: skip
    kept = (tall / 20) * (wide / 20)
    assert kept == pytest.approx(0.5 + 0.5 * share, abs=0.06)
    inside = cropped[:, 1:-1, 1:-1]
    assert inside.min() >= 50


def test_settings_that_ask_for_nothing_do_nothing() -> None:
    image = noise(3, 5, 5)
    assert varied(image) is image
    nothing = Augmentation(parse_recipe({}).augment)
    assert not nothing
    still = varied(image, scale=[1.0, 2.0], share=0.0)  # something, which draws 1.0
    assert np.array_equal(still, image)


@pytest.mark.parametrize("channels", [1, 3])
def test_brightness_contrast_and_tint(channels: int) -> None:
    image = noise(channels, 6, 7)
    wide = image.astype(float)

    def table(values: NDArray[Any]) -> NDArray[Any]:
        return np.clip(np.rint(values), 0, 255)

    assert np.array_equal(varied(image, brightness=0.2), table(wide + 51))
    assert np.array_equal(varied(image, 0.0, brightness=0.2), table(wide - 51))
    mean = wide.mean()
    more = mean + (wide - mean) * 1.4
    assert np.array_equal(varied(image, contrast=0.4), table(more))
    assert (varied(image, 0.0, contrast=1) == round(mean)).all()
    assert np.array_equal(varied(image, tint=0.3), table(wide * 1.3))
    assert np.array_equal(varied(image, 0.0, tint=0.3), table(wide * 0.7))


def test_a_tint_is_drawn_for_every_channel() -> None:
    image = np.full((3, 2, 2), 100, dtype=np.uint8)
    augment = Augmentation(parse_recipe({"augment": {"tint": 0.5}}).augment)
    result = augment(image, np.random.default_rng(1))
    assert len({int(channel[0, 0]) for channel in result}) == 3


ASKED = st.fixed_dictionaries(
    {},
    optional={
        "flip_horizontal": st.floats(0, 1),
        "flip_vertical": st.floats(0, 1),
        "rotate": st.floats(0, 180),
        "scale": st.tuples(st.floats(0.01, 1), st.floats(1, 100)).map(list),
        "shift": st.floats(0, 1),
        "crop": st.floats(0.001, 1),
        "brightness": st.floats(0, 1),
        "contrast": st.floats(0, 1),
        "tint": st.floats(0, 1),
    },
)


@settings(max_examples=150, deadline=None)
@given(
    asked=ASKED,
    channels=st.sampled_from([1, 3]),
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    seed=st.integers(0, 2**63),
)
def test_any_settings_give_an_image_of_the_same_form(
    asked: dict[str, Any], channels: int, height: int, width: int, seed: int
) -> None:
    image = noise(channels, height, width)
    before = image.copy()
    augment = Augmentation(parse_recipe({"augment": asked}).augment)
    results = [augment(image, np.random.default_rng(seed)) for _ in range(2)]
    assert results[0].dtype == np.uint8
    assert results[0].shape == image.shape
    assert np.array_equal(*results)
    assert np.array_equal(image, before)


def test_a_real_eye_stays_an_eye(tmp_path: Path) -> None:
    """Mild settings on a fundus photograph: as bright as before, black at the rim."""
    folder = real_images("palm224")
    if folder is None:
        pytest.skip("no fundus images: set PMGEN_DATA to a folder with palm224")
    mild = {"flip_horizontal": 0.5, "rotate": 15, "scale": [0.9, 1.1], "shift": 0.03}
    augment = Augmentation(parse_recipe({"augment": mild}).augment)
    for number, file in enumerate(sorted(folder.rglob("*.jpg"))[:6]):
        image = cv2.imread(str(file)).transpose(2, 0, 1)
        result = augment(image, np.random.default_rng(number))
        assert abs(float(result.mean()) - float(image.mean())) < 12
        assert result[:, 80:140, 80:140].mean() == pytest.approx(
            image[:, 80:140, 80:140].mean(), rel=0.25
        )
