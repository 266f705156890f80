"""The catalogue: names and paths to files."""

from __future__ import annotations

from pathlib import Path

import pytest
from pmgen.catalogue import (
    catalogue,
    find_recipe,
    find_spec,
    generated_name,
    names,
    recipe_names,
    spec_paths,
    trusted_folder,
)
from pmruntime.problems import UserError


def test_every_spec_has_a_name() -> None:
    assert {"lenet", "vgg16", "resnet50", "googlenet"} <= set(names())
    assert names() == sorted(names())
    for name in names():
        assert find_spec(name) == catalogue() / f"{name}.yaml"
        assert find_spec(name).is_file()


def test_recipes_and_blocks_are_no_specs() -> None:
    assert not [name for name in names() if name.startswith(("recipes", "blocks"))]
    assert recipe_names()
    for name in recipe_names():
        assert find_recipe(name).is_file()


def test_a_folder_is_part_of_a_name() -> None:
    assert find_spec("paddle/alexnet") == catalogue() / "paddle" / "alexnet.yaml"
    assert find_spec("alexnet") == catalogue() / "alexnet.yaml"
    names = {path: generated_name(path) for path in spec_paths()}
    assert names[find_spec("alexnet")] == "alexnet.py"
    assert names[find_spec("paddle/alexnet")] == "paddle_alexnet.py"
    assert len(set(names.values())) == len(names)


def test_a_spec_elsewhere_keeps_its_name_and_its_folder(tmp_path: Path) -> None:
    assert generated_name(tmp_path / "deep" / "net.yaml") == "net.py"
    assert trusted_folder(tmp_path / "deep" / "net.yaml") == tmp_path / "deep"
    assert trusted_folder(find_spec("paddle/alexnet")) == catalogue()


def test_a_file_comes_before_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lenet").write_text("pmgen: 1\n")
    assert find_spec("lenet") == Path("lenet")
    assert find_spec("vgg16").is_absolute()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("lenett", "did you mean `lenet`?"),
        ("resnet20", "there are `resnet101`, `resnet152`, `resnet18`"),
        ("mobilenet_v2", "did you mean `paddle/mobilenet_v2`?"),
        ("specs/vgg16.yaml/none.yaml", "there is no file"),
        ("elsewhere/vgg16.yaml", "the catalogue has `vgg16`"),
        ("zzz", "no spec is called `zzz`"),
        ("../specs/lenet", "no spec is called"),
    ],
)
def test_unknown(given: str, words: str) -> None:
    with pytest.raises(UserError, match=words.replace("?", r"\?")):
        find_spec(given)


def test_a_folder_is_no_spec(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        find_spec(str(tmp_path))
