"""libyaml and PyYAML's own parser accept the same files, wherever a tab stands."""

from __future__ import annotations

from random import Random

import pytest
import yaml
from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.diagnostics.source import SourceFile
from pmgen.load.reader import read_text
from pmgen.load.text import yaml_events
from pmgen.load.tree import Mapping, Node, Sequence

TEXT = """\
pmgen: 1
model: Net
input: [1, 8, 8]
layers:
  a: {op: Identity, act: ReLU}
  b:
    op: Conv2D # a note
    kernel_size: [3, 3]
source: 'a b'
expect: &n {params: 3}
again: *n
"""


def plain(node: Node) -> object:
    if isinstance(node, Mapping):
        return {entry.name: plain(entry.value) for entry in node}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value


def read(text: str) -> object:
    tree = read_text(SourceFile("a.yaml", text), Diagnostics())
    return None if tree is None else plain(tree)


def with_tabs(random: Random) -> str:
    text = TEXT
    for _ in range(random.randint(1, 2)):
        at = random.randrange(len(text) + 1)
        spaces = [index for index, letter in enumerate(text) if letter == " "]
        if random.random() < 0.5:
            text = f"{text[:at]}\t{text[at:]}"
        else:
            at = random.choice(spaces)
            text = f"{text[:at]}\t{text[at + 1 :]}"
    return text


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML has no libyaml")
def test_the_parsers_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        TEXT.replace(", act", ",\tact"),
        *(with_tabs(Random(n)) for n in range(500)),
    ]
    read_by = {}
    for loader in (yaml.CSafeLoader, yaml_events.PythonLoader):
        monkeypatch.setattr(yaml_events, "LOADER", loader)
        read_by[loader] = [read(text) for text in texts]
    of_libyaml, of_python = read_by.values()
    assert of_libyaml == of_python
    assert of_libyaml[0] is not None
    refused = of_libyaml.count(None)
    assert 50 < refused < 450, "some of the tabs must matter, and some not"
