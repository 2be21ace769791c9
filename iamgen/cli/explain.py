"""`iamgen explain`: its argument."""

from __future__ import annotations

import click

from iamgen.cli import options
from iamgen.cli.session import Session


@click.command()
@click.argument("rule", metavar="RULE", shell_complete=options.rule_names)
@click.pass_obj
def explain(session: Session, /, *, rule: str) -> int:
    """Explain a rule of check, with examples.

    \b
    iamgen explain E108
    iamgen explain trust-without-mfa

    It prints the rule's section of `iamgen docs rules`: what the rule finds,
    why that matters, what is wrong and what is right. RULE is the id or the
    name of a rule. The rules of cfn-lint are explained on cfn-lint's own pages.
    """
    from iamgen.commands.explain import explain

    return explain(rule, session.console)
