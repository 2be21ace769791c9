"""`iamgen docs`: its argument."""

from __future__ import annotations

import shutil

import click

from iamgen.cli import options
from iamgen.cli.session import Session


@click.command()
@click.argument("page", metavar="[PAGE]", required=False, shell_complete=options.completing("page_names"))
@click.pass_obj
def docs(session: Session, /, *, page: str | None) -> int:
    """Read the documentation: a page of it, or the list.

    \b
    iamgen docs                    the list of pages
    iamgen docs first-hour         a page
    iamgen docs rules | grep MFA   the same, as Markdown

    On a terminal a page is shown by the pager: less, or that of PAGER. Without
    a terminal it is printed as it stands. A link to drift.md is
    `iamgen docs drift`.
    """
    from iamgen.documentation import contents, page_text

    console = session.console
    if page is None:
        console.product(contents())
        console.note("next: iamgen docs PAGE shows a page")
    elif console.out.isatty():
        from iamgen.ui.markdown import for_terminal

        text = for_terminal(page_text(page), shutil.get_terminal_size().columns, coloured=console.coloured)
        click.echo_via_pager(text.rstrip("\n"))
    else:
        console.product(page_text(page))
    return 0
