"""`iamgen render`: print accounts' templates or write them into files, once they have passed the checks."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from iamgen.clock import now
from iamgen.commands.requests import Lint
from iamgen.errors import Fault, UsageError
from iamgen.project import Project, Rendered
from iamgen.synth import import_stack
from iamgen.ui.console import Console
from iamgen.ui.files import write_all


class RenderRequest(NamedTuple):
    """Which templates to render, how, and where to write them."""

    root: Path
    """The folder that has users.py."""
    accounts: tuple[str, ...] = ()
    """The names of the accounts, as CONST.inc calls them."""
    every: bool = False
    """Whether to take every account of CONST.inc."""
    output: Path | None = None
    """The folder to write into; None prints the template on stdout."""
    form: Literal["json", "yaml"] = "json"
    """The language the templates are written in."""
    lint: Lint = Lint()
    """Whether the templates are checked, and whether earlier results of cfn-lint are reused."""


def render(request: RenderRequest, console: Console) -> int:
    """Write the templates and return 0.

    Raises IamgenError, before anything is written, for what is wrong with the declaration, the arguments or the
    templates, and then for a place that cannot be written to.
    """
    project = Project.load(request.root, now(), meanwhile=import_stack)
    from iamgen.declaration.account_selection import chosen  # after users.py was begun

    accounts = chosen(project.declaration, request.accounts, every=request.every)
    if len(accounts) > 1 and request.output is None:
        raise UsageError([Fault("render", "several templates do not go to stdout", "name a folder for them: -o build")])
    rendered = project.render(accounts, request.form)
    console.warnings((*project.warnings, *rendered.warnings))
    if request.lint.on:
        rendered.require_checks(console, cache=request.lint.cache)
    _write(rendered, request, console)
    return 0


def _write(rendered: Rendered, request: RenderRequest, console: Console) -> None:
    if request.output is None:
        for text in rendered.texts.values():
            console.product(text)
        return
    file_name = f"{rendered.declaration.settings.stack}.{request.form}"
    files = {request.output / account / file_name: text for account, text in rendered.texts.items()}
    write_all(files, within=request.output)
    console.note(f"written: {_listed(list(files), request.output, file_name)}")
    console.note(f"next: {_CHECKED if request.lint.on else _UNCHECKED}")


def _listed(files: list[Path], folder: Path, file_name: str) -> str:
    """Return the names of a few files, or the number of many."""
    from iamgen.ui.printable import printable

    if len(files) > _FEW:
        return printable(f"{folder}/*/{file_name}, the templates of {len(files)} accounts")
    return ", ".join(printable(str(file)) for file in files)


_FEW = 3
_CHECKED = "iamgen deploy ACCOUNT --dry-run shows what the templates would change in AWS"
_UNCHECKED = "iamgen check, for these templates were not checked"
