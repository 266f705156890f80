"""Entries of the index, from what the pages already show.

* Every heading but a page's first is an entry.
* In a table whose first column holds words of the language, commands or terms, each row
  defines one: *term*, or `word`, which is listed with what the table is about.
* A paragraph that begins with a word in bold, **`Conv2D`**, defines that word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

# Headings of a walk-through, of mistakes, figures or changes name no terms; the keys of
# the schemas are those of the language and of recipes.
_LEFT_OUT = (
    "README",
    "docs/tutorial",
    "docs/mistakes",
    "docs/results",
    "docs/lenet-relu",
    "docs/schemas",
    "bench/README",
    "CHANGELOG",
)


def setup(app: Any) -> None:
    """Add the transform."""
    app.add_transform(IndexEntries)


# An option is listed by its long name, without what it takes.
_OPTION = re.compile(r"^(?:-\w, )?(--[\w-]+).*$")


class IndexEntries(SphinxTransform):
    """Puts index entries beside headings, rows of tables and bold words."""

    # Sphinx collects the entries at 850; by then, headings have their ids.
    default_priority = 840

    def apply(self, **_: Any) -> None:
        """Add the entries of one page."""
        if self.env.docname in _LEFT_OUT:
            return
        for section in list(self.document.findall(nodes.section)):
            if isinstance(section.parent, nodes.section):
                self._section(section)
        for table in list(self.document.findall(nodes.table)):
            for cell in _first_cells(table):
                term = isinstance(_words(cell)[0], nodes.emphasis)
                self._define(cell, "" if term else _subject(table))
        for paragraph in list(self.document.findall(nodes.paragraph)):
            first = paragraph.next_node(nodes.Element, descend=True)
            if isinstance(first, nodes.strong) and first.parent is paragraph:
                self._define(paragraph, "", first)

    def _section(self, section: nodes.section) -> None:
        """A heading's own ids serve as the target."""
        title = section.next_node(nodes.title)
        if title is not None and not title.astext()[0].isdigit():
            section.insert(1, _entry(title.astext(), "", section["ids"][0]))

    def _define(
        self, place: nodes.Element, subject: str, inside: nodes.Element | None = None
    ) -> None:
        """Every word that `place` begins with, each with an id of its own."""
        for word in _words(place if inside is None else inside):
            name = _OPTION.sub(r"\1", word.astext())
            slug = nodes.make_id(f"{subject} {name}" if subject else name)
            free = slug and slug not in self.document.ids
            target = slug if free else self.document.set_id(word)
            if free:
                word["ids"].append(target)
                self.document.ids[target] = word
            place.insert(0, _entry(name, subject, target))


def _entry(text: str, subject: str, target: str) -> addnodes.index:
    """A word that has one place is found there first by the search."""
    shown, main = (f"{text}; {subject}", "") if subject else (text, "main")
    return addnodes.index(entries=[("single", shown, target, main, None)])


def _first_cells(table: nodes.table) -> Iterator[nodes.Element]:
    """The paragraphs of a table's first column that hold nothing but words."""
    for row in table.findall(nodes.row):
        paragraph = row[0].next_node(nodes.paragraph)
        if isinstance(row.parent, nodes.tbody) and paragraph is not None:
            rest = "".join(
                child.astext() for child in paragraph.children if not _words(child)
            )
            if _words(paragraph) and not re.sub(r"[,\s]|and|or", "", rest):
                yield paragraph


def _words(place: nodes.Node) -> list[nodes.Element]:
    """Words in backticks or italics; an option behind a word is no word of its own."""
    kinds = (nodes.literal, nodes.emphasis)
    found = [node for node in place.findall() if isinstance(node, kinds)]
    return [word for word in found if _is_option(word) == _is_option(found[0])]


def _is_option(word: nodes.Element) -> bool:
    return word.astext().startswith("-")


def _subject(table: nodes.table) -> str:
    """The word in bold above the table, or the heading of its section."""
    above = table.previous_sibling()
    if isinstance(above, nodes.paragraph):
        bold = above.next_node(nodes.strong)
        if bold is not None:
            return bold.astext()
    section = table.parent
    while section is not None and not isinstance(section, nodes.section):
        section = section.parent
    title = section.next_node(nodes.title) if section is not None else None
    return title.astext() if title is not None else ""
