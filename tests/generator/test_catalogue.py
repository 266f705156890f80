"""The catalogue: names and paths to files."""

from __future__ import annotations

import keyword
import subprocess
import sys
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


@pytest.mark.parametrize(
    ("file", "module"),
    [
        ("net.yaml", "net"),
        ("Net_2.yml", "Net_2"),
        ("größe.yaml", "größe"),
        ("3d-net.v2.yaml", "net_3d_net_v2"),
        ("2d.yaml", "net_2d"),
        ("my net.yaml", "my_net"),
        ("import.yaml", "import_"),
        ("class.yaml", "class_"),
        ("None.yaml", "None_"),
        ("net.py.yaml", "net_py"),
        ("²d.yaml", "net_2d"),
        ("ﬁt.yaml", "fit"),
        ("--.yaml", "__"),
    ],
)
def test_a_generated_file_can_be_imported(
    file: str, module: str, tmp_path: Path
) -> None:
    assert generated_name(Path(file)) == f"{module}.py"
    assert module.isidentifier()
    assert not keyword.iskeyword(module)
    (tmp_path / f"{module}.py").touch()
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {module}"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


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
