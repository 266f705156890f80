"""The proof itself: it passes what pmgen generates and nothing that does more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.compiler.inert import check_inert
from tests.support.paths import ROOT

GENERATED = sorted((ROOT / "generated").glob("*.py"))
CODE = """\
import paddle
from paddle import nn

__all__ = ["Net"]


class Net(nn.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2D(1, 2, 3)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.conv(x)
"""
CALL = "        return self.conv(x)\n"


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.stem)
def test_what_is_generated_passes(path: Path) -> None:
    check_inert(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import paddle\n", "import paddle\nimport os\n"),
        ("import paddle\n", "import paddle\nprint()\n"),
        ("import paddle\n", "import paddle\nfrom pmruntime.layers import files\n"),
        ('["Net"]', '["Net", print()]'),
        ("class Net(nn.Layer)", "class Net(nn.Layer, metaclass=type)"),
        ("class Net(nn.Layer)", "@paddle.jit\nclass Net(nn.Layer)"),
        ("class Net(nn.Layer)", "class Net(object)"),
        (CALL, "        return eval('x')\n"),
        (CALL, "        return __import__('os')\n"),
        (CALL, "        return self.__class__\n"),
        (CALL, "        return self._hidden\n"),
        (CALL, "        return (lambda: x)()\n"),
        (CALL, "        import os\n        return x\n"),
        (CALL, "        global y\n        return x\n"),
        (CALL, "        print = x\n        return x\n"),
        (CALL, "        nn = x\n        return x\n"),
        (CALL, "        self.training = x\n        return x\n"),
        (CALL, "        return f'{x}'\n"),
        (CALL, "        return x.numpy()\n"),
        (CALL, "        return paddle.save(x, 'a')\n"),
        (CALL, "        return paddle.utils.run_check()\n"),
        (CALL, "        return nn.utils.spectral_norm(x)\n"),
        (CALL, "        return other\n"),
        (CALL, "        return x  # \u202e\n"),
        ("forward", "__del__"),
    ],
)
def test_what_does_more_is_found(old: str, new: str) -> None:
    check_inert(CODE)
    assert old in CODE
    with pytest.raises(AssertionError):
        check_inert(CODE.replace(old, new))
