"""`iamgen completion`: its argument."""

from __future__ import annotations

import click

from iamgen.cli.session import Session


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")
@click.pass_obj
def completion(session: Session, /, *, shell: str) -> int:
    """Print what lets a shell complete iamgen: bash, zsh or fish.

    \b
    bash    into ~/.bashrc:  source <(iamgen completion bash)
    zsh     into ~/.zshrc:   source <(iamgen completion zsh)
            after compinit
    fish    iamgen completion fish >
              ~/.config/fish/completions/iamgen.fish

    The shell then completes commands and options, and the names of accounts,
    people, roles, channels, releases, branches, reviews, rules and pages.
    users.py is not run for it.
    """
    from iamgen.cli.completion_scripts import PLACES, script

    session.console.product(script(shell))
    if session.console.out.isatty():  # the script is shown, so it is not installed yet
        session.console.note(f"next: {PLACES[shell]}")
    return 0
