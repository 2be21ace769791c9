"""`iamgen diff --policy`: print how two policy documents differ, proven or with a request that shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from iamgen.access.documents import Statement
from iamgen.access.known_actions import KnownActions
from iamgen.access.policies import identity_policy
from iamgen.access_diff.resource_forms import RESOURCE_FORMS
from iamgen.aws.data.services import every_action
from iamgen.aws.services import list_date
from iamgen.errors import Fault, each
from iamgen.iam.json_text import parse
from iamgen.iam.text_file import parsed, read_text
from iamgen.questions.mentioned_actions import action_entries, mentioned_actions
from iamgen.regions.action_words import ActionWords
from iamgen.regions.comparison import AccessComparison, ComparisonScope, compare
from iamgen.regions.comparison_text import PolicyDifference
from iamgen.regions.difference import PolicySet
from iamgen.ui.console import Console

FailOn = Literal["gain", "any"]
_HOW = "write a policy document in JSON: a block with Version and Statement"


@dataclass(frozen=True)
class PolicyDiffRequest:
    """Which two policy documents to compare, and how to answer."""

    before: str
    """The file of the earlier policy."""
    after: str
    """The file of the later policy."""
    as_json: bool = False
    """Whether stdout is JSON."""
    fail_on: FailOn | None = None
    """For which differences the exit code is 1; None for none."""


def policy_diff(request: PolicyDiffRequest, console: Console) -> int:
    """Print what the policies allow differently; return 1 if `fail_on` says so, else 0.

    What is not decided counts as a difference there. Raises IamgenError with the faults of both files.
    """
    read = each({"before": request.before, "after": request.after}, lambda _, file: _policy(file))
    actions = every_action()
    entries = (entry for policies in read.values() for entry in action_entries(policies.identity))
    known = KnownActions.with_unlisted(actions, mentioned_actions(entries))
    comparison = compare(read["before"], read["after"], known, ComparisonScope(RESOURCE_FORMS))
    words = ActionWords(known, {action.lower(): action for action in actions})
    shown = PolicyDifference(request.before, request.after, comparison, words, list_date())
    console.product(json.dumps(shown.plain(), indent=2) + "\n" if request.as_json else shown.text())
    failure = _failure(request, comparison)
    if failure:
        console.error(failure)
    return 1 if failure else 0


def _failure(request: PolicyDiffRequest, comparison: AccessComparison) -> Fault | None:
    """Return why the exit code is to be 1, None where it is not."""
    if request.fail_on is None:
        return None
    if comparison.gains:
        return Fault(request.after, f"allows requests that {request.before} denies", "take away what is gained")
    if comparison.losses and request.fail_on == "any":
        return Fault(request.after, f"denies requests that {request.before} allows", "give back what is lost")
    if comparison.doubts:
        return Fault(request.after, f"it is not decided whether it allows more than {request.before}",
                     "write the statements that are named so that they can be decided")  # fmt: skip
    return None


def _policy(file: str) -> PolicySet:
    statements: tuple[Statement, ...] = identity_policy(file, _document(file)).statements
    return PolicySet(statements)


def _document(file: str) -> object:
    """Return what a file says. Raises IamgenError for what cannot be read, is no JSON, or repeats a key."""
    return parsed(file, read_text(Path(file), file, _HOW), parse, _HOW)
