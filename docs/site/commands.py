"""The directive `commands`: what `--help` says of every command, from the commands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import click
from docutils import nodes
from docutils.statemachine import StringList
from pmgen.cli import cli
from sphinx.util.docutils import SphinxDirective

from docs.markdown import table


def setup(app: Any) -> None:
    """Add the directive."""
    app.add_directive("commands", Commands)


class Commands(SphinxDirective):
    """A section for each command, in the order of `pmgen --help`."""

    def run(self) -> list[nodes.Node]:
        """Usage, help and options, read as Markdown."""
        context = click.Context(cli, info_name="pmgen", **cli.context_settings)
        text = "\n".join(_sections(cli, context))
        box = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), ""), 0, box, True)
        return box.children


def _sections(group: click.Group, outer: click.Context) -> Iterator[str]:
    for name in group.list_commands(outer):
        command = group.get_command(outer, name)
        if command is None or command.hidden:
            continue
        context = click.Context(command, parent=outer, info_name=name)
        if isinstance(command, click.Group):
            yield from _sections(command, context)
        else:
            yield from _section(command, context)


def _section(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"### `{context.command_path}`\n"
    yield f"```text\n{command.get_usage(context)}\n```\n"
    yield f"{inspect.cleandoc(command.help or '')}\n"
    records = (param.get_help_record(context) for param in command.get_params(context))
    rows = [
        (f"`{option}`", meaning.replace("  [", " ["))
        for option, meaning in filter(None, records)
        if option.startswith("-") and not option.endswith("--help")
    ]
    if rows:
        yield table(("option", ""), rows)
