"""Specs and generated classes as pages: each spec stands above its class."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from docutils import nodes
from pmgen.catalogue import generated_name, spec_paths
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

_ROOT = Path(__file__).resolve().parents[2]
_SPECS = _ROOT / "specs"
_CLASSES = {_ROOT / "generated" / generated_name(path): path for path in spec_paths()}


def setup(app: Any) -> None:
    """Write the pages, and lead links there."""
    app.add_transform(SourceLinks)
    app.connect("html-collect-pages", _pages)


class SourceLinks(SphinxTransform):
    """MyST makes a download of a link to a file that is no page."""

    default_priority = 500

    def apply(self, **_: Any) -> None:
        """Lead links to specs and classes to their pages."""
        here = self.env.docname
        for link in list(self.document.findall(addnodes.download_reference)):
            path = Path(self.env.relfn2path(link["reftarget"], here)[1])
            anchor = "#class" if path in _CLASSES else ""
            path = _CLASSES.get(path, path)
            if path.suffix == ".yaml" and path.is_relative_to(_SPECS):
                uri = self.app.builder.get_relative_uri(here, _name(path))
                link.replace_self(
                    nodes.reference("", "", *link.children, refuri=uri + anchor)
                )


def _name(path: Path) -> str:
    """The page of a file of specs/: its place in the repository, without ending."""
    return path.relative_to(_ROOT).with_suffix("").as_posix()


def _pages(app: Any) -> Iterator[tuple[str, dict[str, str], str]]:
    classes = {spec: path for path, spec in _CLASSES.items()}
    for path in sorted(_SPECS.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(_SPECS).with_suffix("").as_posix()
        body = f"<h1>{escape(name)}</h1>\n{_bases(text)}"
        body += _shown(app, "spec", path, text, "yaml")
        if path in classes:
            text = classes[path].read_text(encoding="utf-8")
            body += _shown(app, "class", classes[path], text, "python")
        yield _name(path), {"title": name, "body": body}, "page.html"


def _shown(app: Any, anchor: str, path: Path, text: str, language: str) -> str:
    """A whole file under its path."""
    title = escape(path.relative_to(_ROOT).as_posix())
    code = app.builder.highlighter.highlight_block(text, language)
    return (
        f'<section id="{anchor}">\n<h2><code>{title}</code></h2>\n'
        f'<div class="highlight-{language}">{code}</div>\n</section>\n'
    )


def _bases(text: str) -> str:
    """Links to the files that a spec extends or uses."""
    spec = yaml.safe_load(text)
    parts = []
    for word, key in (("Extends", "extends"), ("Uses", "use")):
        named = spec.get(key, [])
        files = [named] if isinstance(named, str) else named
        links = [
            f'<a href="{PurePosixPath(file).with_suffix(".html")}">'
            f"<code>{escape(file)}</code></a>"
            for file in files
        ]
        parts += [f"<p>{word} {', '.join(links)}.</p>\n"] if links else []
    return "".join(parts)
