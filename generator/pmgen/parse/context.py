"""What every part of the parser shares: the diagnostics and the names in scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.diagnostics.source import Span
from pmgen.language.spec import Block, Ident
from pmgen.load.tree import Entry, Node, Scalar, Sequence, kind_of
from pmgen.load.tree import Mapping as TreeMapping
from pmgen.ops.synonyms.arguments import ARGUMENTS
from pmgen.parse.words.keys import Words, key_help

# What YAML 1.1 read as truth values.
YES_AND_NO = ("yes", "no", "on", "off")


@dataclass(kw_only=True)
class Context:
    """The scope that is being parsed.

    `params` are the names that `$` may mention, `blocks` the signatures that `op` may
    call, `defaults` the arguments that the file sets per op. `outside` are the model's
    parameters, which a block cannot see.
    """

    diagnostics: Diagnostics
    blocks: Mapping[str, Block]
    params: Iterable[str] = ()
    defaults: Mapping[str, TreeMapping] = field(default_factory=dict)
    outside: Iterable[str] = ()

    def as_mapping(self, node: Node, what: str) -> TreeMapping | None:
        """The node as a mapping, else None and a diagnostic."""
        if isinstance(node, TreeMapping):
            return node
        help_text = None
        if isinstance(node, Sequence):
            help_text = "write `name: value` on each line, without `-`"
        elif isinstance(node, Scalar) and node.value is None:
            help_text = "leave it out, or write `{}`"
        elif isinstance(node, Scalar):
            help_text = "write `name: value` on lines of their own below it"
        are = "are" if what.startswith("the ") else "is"
        self.wrong_kind(node, f"{what} {are} a mapping of names to values", help_text)
        return None

    def as_text(self, node: Node, what: str) -> str | None:
        """The node as text, else None and a diagnostic."""
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        self.wrong_kind(node, f"{what} is text", _text_help(node))
        return None

    def as_truth(self, node: Node, what: str) -> bool | None:
        """The node as true or false, else None and a diagnostic."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        yes = isinstance(node, Scalar) and node.text.lower() in YES_AND_NO
        because = "; specs are YAML 1.2" if yes else ""
        self.wrong_kind(
            node, f"{what} is true or false", f"write `true` or `false`{because}"
        )
        return None

    def wrong_kind(self, node: Node, needed: str, help: str | None = None) -> None:
        """Report a value of the wrong kind."""
        self.diagnostics.error(
            "PM106", f"{needed}, but this is {kind_of(node)}", node.span, help=help
        )

    def unknown_key(
        self,
        entry: Entry,
        known: Iterable[str],
        where: str,
        otherwise: str | None = None,
        words: Words = ARGUMENTS,
        beside: Iterable[Entry] = (),
    ) -> None:
        """Report a key that has no meaning. `words` are those of other tools, `beside`
        the entries that stand there."""
        self.diagnostics.error(
            "PM107",
            f"`{entry.name}` is no key of {where}",
            entry.key.span,
            help=key_help(entry, known, words, beside) or otherwise,
        )

    def too_many(self, things: str, most: int, span: Span, help: str) -> None:
        """Report more of something than anyone writes."""
        self.diagnostics.error("PM104", f"more than {most} {things}", span, help=help)

    def missing_key(self, key: str, where: str, span: Span, help: str) -> None:
        """Report a key that must be given."""
        self.diagnostics.error("PM108", f"{where} needs `{key}`", span, help=help)

    def check_keys(
        self,
        mapping: TreeMapping,
        known: Iterable[str],
        where: str,
        otherwise: str | None = None,
        words: Words = ARGUMENTS,
    ) -> None:
        """Report every key of the mapping that is not known."""
        known = list(known)
        for entry in mapping:
            if entry.name not in known:
                self.unknown_key(entry, known, where, otherwise, words, mapping)

    def ident(
        self, key: Scalar, what: str, refusal: Callable[[str], str | None]
    ) -> Ident:
        """The key as a name; a name that cannot be emitted is reported."""
        reason = refusal(key.text)
        if reason is not None:
            self.diagnostics.error(
                "PM201",
                f"`{key.text}` cannot name {what}",
                key.span,
                help=f"{reason}; choose another name",
            )
        return Ident(key.text, key.span)

    def collision(self, text: str, span: Span, first: Span, what: str) -> None:
        """Report two things of one name."""
        self.diagnostics.error(
            "PM207",
            f"`{text}` is already {what}",
            span,
            related=[Label(first, "here")],
            help="rename one of them",
        )


def _text_help(node: Node) -> str | None:
    if isinstance(node, Sequence):
        return "write one text, without brackets"
    if isinstance(node, Scalar) and node.value is not None:
        return f'quote it: `"{node.text}"`'
    return None
