"""The page docs/rules.md, written from the rules: `python -m iamgen.check.rules.page > docs/rules.md`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from textwrap import fill

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Example, Rule, every_rule
from iamgen.iam.holes import shown
from iamgen.iam.template import Template

_LONGEST_EXAMPLE = 1_200  # characters: a longer one tells nothing that the text does not
_WIDTH = 120
_DATED = re.compile(r"(\bin the list of [^:]*?)\d{4}(-\d\d-\d\d)?")  # a newer list is no reason for another page
_INTRODUCTION = """\
# Rules

What `iamgen check` finds in a template, besides what cfn-lint finds. A rule can be ignored by its id or its name.
All of them also run over templates that iamgen did not make (`iamgen check FILE`); each says what it then does without.

This page is made from the rules in [iamgen/check/rules](../iamgen/check/rules/__init__.py), one file each:
`python -m iamgen.check.rules.page > docs/rules.md`.
"""


def page() -> str:
    """Return the page, in Markdown."""
    rules = every_rule()
    table = "\n".join(["| id | name | level | what is wrong | since |", "|---|---|---|---|---|", *map(_row, rules)])
    return "\n".join([_INTRODUCTION, table, "", "\n".join(map(section, rules))])


def _row(rule: Rule) -> str:
    return f"| {rule.id} | [{rule.name}](#{_anchor(rule)}) | {rule.level} | {rule.summary} | {rule.since} |"


def _anchor(rule: Rule) -> str:
    return f"{rule.id}-{rule.name}".lower()


def section(rule: Rule, width: int = _WIDTH) -> str:
    """Return a rule's section of the page, in Markdown, with texts and examples of so many columns."""
    about = fill(f"{rule.summary}. {rule.why}", width, break_long_words=False, break_on_hyphens=False)
    source = f"See [AWS's document]({rule.source}).\n"
    return "\n".join(
        [f"## {rule.id} {rule.name}", "", about, "", *_examples(rule, width), _origin(rule, width), source]
    )


def _origin(rule: Rule, width: int) -> str:
    """Say how the rule does on a template that iamgen did not make."""
    if not rule.declared:
        return "In templates of any origin: the same.\n"
    words = f"With a declaration {rule.declared}; in a template of another origin nothing is declared."
    return fill(words, width, break_long_words=False, break_on_hyphens=False) + "\n"


def _examples(rule: Rule, width: int) -> Iterator[str]:
    wrong, right = _yaml(rule.bad[0], width), _yaml(rule.good[0], width)
    messages = [f"> {rule.level}: {message}\n" for message in _messages(rule)]
    if len(wrong) > _LONGEST_EXAMPLE:
        yield from messages
    else:
        yield from ["Wrong:", "", f"```yaml\n{wrong}```\n", *messages, "Right:", "", f"```yaml\n{right}```\n"]


def _messages(rule: Rule) -> Iterator[str]:
    size = len(_yaml(rule.bad[0], _WIDTH).encode())
    for problem in rule.check(Template.of(rule.bad[0], size), Facts()):
        yield _DATED.sub(r"\1DATE", shown(problem.message))


def _yaml(example: Example, width: int) -> str:
    import yaml  # 30 ms

    plain = json.loads(json.dumps(example))  # in which nothing is shared, so that nothing is named
    return str(yaml.safe_dump(plain, sort_keys=False, default_flow_style=None, width=width))


if __name__ == "__main__":
    sys.stdout.write(page())
