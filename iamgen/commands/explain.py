"""`iamgen explain`: print what the documentation says about a rule of `iamgen check`."""

from __future__ import annotations

import re
from textwrap import fill

from iamgen.check.declaration_findings import EXPLANATIONS
from iamgen.check.rules import Rule, every_rule
from iamgen.check.rules.page import section
from iamgen.errors import UsageError, refuse
from iamgen.similar_names import did_you_mean
from iamgen.ui.console import Console

_WIDTH = 80  # of a terminal as it comes, as for `--help`
_CFN_LINT = re.compile(r"[EWI][0-9]{4}")


def explain(word: str, console: Console) -> int:
    """Print the section of the rule with this id or name, in whatever case; return 0. Raises UsageError."""
    key = re.sub(r"[\s_]+", "-", word.strip().casefold())
    console.product(_about_declaration(key) or section(_rule(word, key), _WIDTH))
    return 0


def _about_declaration(key: str) -> str:
    """Return what a finding about the declaration itself means; empty for the rules, which look at templates."""
    for names, text in EXPLANATIONS.items():
        if key in map(str.casefold, names):
            return f"## {' '.join(names)}\n\n{fill(text, _WIDTH)}\n"
    return ""


def _rule(word: str, key: str) -> Rule:
    by_word = {name.casefold(): rule for rule in every_rule() for name in (rule.id, rule.name)}
    rule = by_word.get(key)
    if rule:
        return rule
    if _CFN_LINT.fullmatch(word.upper()):
        problem, hint = "it is a rule of cfn-lint", f"cfn-lint --list-rules | grep {word.upper()}"
    else:
        names = [key for each in every_rule() for key in (each.id, each.name)]
        problem, hint = "there is no such rule", did_you_mean(word, names, "iamgen docs rules lists them")
    raise UsageError(refuse(word, problem, hint).faults)
