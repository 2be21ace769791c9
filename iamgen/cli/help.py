"""The layout of a command's `--help`: its options under headings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any

import click

WIDTH = 80  # of a terminal as it comes; also what the documentation shows
_WHOLE = "\N{NON-BREAKING HYPHEN}"


class WholeWordsFormatter(click.HelpFormatter):
    """A layout that does not break lines at hyphens, so that the names of options stay whole."""

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        super().write_text(text.replace("-", _WHOLE))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of names, each with its explanation."""
        super().write_dl([(name, text.replace("-", _WHOLE)) for name, text in rows], col_max, col_spacing)

    def getvalue(self) -> str:
        """Return what was written."""
        return super().getvalue().replace(_WHOLE, "-")


class HelpContext(click.Context):
    """The context of a command, by which click lays out its help, and which an error of its options names."""

    formatter_class = WholeWordsFormatter

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, tb: TracebackType | None
    ) -> bool | None:
        """Tell an error of the command line to which command it belongs: click says so of most, and not of all."""
        if isinstance(exc_value, click.UsageError) and exc_value.ctx is None:
            exc_value.ctx = self
        return super().__exit__(exc_type, exc_value, tb)


class GroupedCommand(click.Command):
    """A command whose help lists its options under headings."""

    def __init__(
        self,
        name: str | None,
        callback: Callable[..., Any] | None = None,
        headings: Mapping[str, Sequence[str]] | None = None,
        **attributes: Any,  # noqa: ANN401  # click's own
    ) -> None:
        """`headings` has, by heading, the names of parameters that come under it, where the command has them."""
        super().__init__(name, callback=callback, **attributes)
        self.headings = headings or {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each heading, after one for the options that are under none.

        Where there would be nothing but --help in that one, it is left out: the reader knows --help by then.
        """
        options = (param for param in self.get_params(ctx) if isinstance(param, click.Option))
        rows = {option.name: row for option in options if (row := option.get_help_record(ctx))}
        under_heading = {name for names in self.headings.values() for name in names}
        others = [name for name in rows if name not in under_heading]
        help_option = self.get_help_option(ctx)
        sections = {"Options": others if help_option and others != [help_option.name] else [], **self.headings}
        for heading, names in sections.items():
            listed = [rows[name] for name in names if name in rows]
            if listed:
                with formatter.section(heading):
                    formatter.write_dl(listed)
