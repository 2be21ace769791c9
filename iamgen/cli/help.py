"""The layout of a command's `--help`: its options under headings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

WIDTH = 80  # of a terminal as it comes; also what the documentation shows


class GroupedCommand(click.Command):
    """A command whose help lists its options under headings, except --help itself, which the reader knows by then."""

    def __init__(
        self,
        name: str | None,
        callback: Callable[..., Any] | None = None,
        headings: Mapping[str, Sequence[str]] | None = None,
        **attributes: Any,  # noqa: ANN401  # click's own
    ) -> None:
        """`headings` has, by heading, the names of the callback's parameters that come under it."""
        super().__init__(name, callback=callback, **attributes)
        self.headings = headings or {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each heading, then one for the options that are under none."""
        options = (param for param in self.get_params(ctx) if isinstance(param, click.Option))
        rows = {option.name: row for option in options if (row := option.get_help_record(ctx))}
        for heading, names in self.headings.items():
            with formatter.section(heading):
                formatter.write_dl([rows.pop(name) for name in names])
        rows.pop("help", None)
        if rows:
            with formatter.section("Other options"):
                formatter.write_dl(list(rows.values()))
