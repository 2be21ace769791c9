"""The rules of `iamgen check`, for faults that cfn-lint does not see: one file for each fault, named after it.

Files that begin with an underscore hold what several rules share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal, NamedTuple

from iamgen.check.rule_context import Facts
from iamgen.iam.syntax import Path
from iamgen.iam.template import Template

Example = Mapping[str, object]
"""The body of a template."""


class Problem(NamedTuple):
    """One report of a rule about a place of a template."""

    path: Path
    """Where it is in the template."""
    message: str
    """What is wrong, and what to do, in a sentence."""
    about: str = ""
    """The logical id or the subject of whom it is about, where that is another than the resource of the path."""


@dataclass(frozen=True)
class Rule:
    """One kind of fault: how to find it, and what to say about it."""

    id: str
    """Its short name in reports, such as `E112`; errors begin with E, warnings with W."""
    name: str
    """Its name in words, such as `pass-any-role`."""
    level: Literal["error", "warning"]
    """How much a finding counts."""
    summary: str
    """One line: the fault, as a sentence without its full stop."""
    why: str
    """Two or three sentences: what it leads to, what the rule takes for it, what to do."""
    source: str
    """Address of AWS's document about it."""
    check: Callable[[Template, Facts], Iterator[Problem]]
    """What yields the problems of a template."""
    good: tuple[Example, ...]
    """Templates in which the rule finds nothing."""
    bad: tuple[Example, ...]
    """Templates in each of which it finds something."""
    declared: str = ""
    """What the declaration exempts or changes; empty where the rule is the same in templates of any origin."""
    since: str = "unreleased"
    """The first version of iamgen that has the rule."""


@cache
def every_rule() -> tuple[Rule, ...]:
    """Return every rule, in the order of their ids."""
    modules = (
        module.name for module in iter_modules(__path__) if not module.name.startswith("_") and module.name != "page"
    )
    rules: list[Rule] = [import_module(f"{__name__}.{name}").RULE for name in modules]
    return tuple(sorted(rules, key=lambda rule: rule.id))
