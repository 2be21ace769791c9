"""Find which actions of a list a policy allows on everything that a service has. Several rules use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem
from iamgen.check.rules._actions import is_every_action, meant
from iamgen.check.rules._narrowing import is_every_resource, reaches_all
from iamgen.iam.attachments import is_declared
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import Document, Template
from iamgen.iam.values import Value

Kinds = Mapping[str, str]
"""Actions, each with the kind of resource that it is about, or nothing where any will do."""


def everywhere(
    actions: Kinds, words: str, *, by_service: bool = True
) -> Callable[[Template, Facts], Iterator[Problem]]:
    """Return the check of a rule about actions that are allowed on everything.

    `words` says what they do, as the end of a sentence. An Allow of every action is another fault, and policies that
    are declared to have power are none. Without `by_service` an Allow of all that a service has, such as `iam:*`,
    is not counted, where other rules say enough of it.
    """

    def check(template: Template, facts: Facts) -> Iterator[Problem]:
        declared = facts.iam_roles | facts.admin_roles
        for document in template.documents:
            if document.kind in ("identity", "inline"):
                problems = [*_problems(document, actions, words, by_service=by_service)]
                if problems and not is_declared(document, template, declared):
                    yield from problems

    return check


def _problems(document: Document, actions: Kinds, words: str, *, by_service: bool) -> Iterator[Problem]:
    denied = {name for statement in document.statements for name in _denied(statement, actions)}
    for statement in document.statements:
        for action in statement.actions if statement.allows else ():
            if not by_service and not action.text.partition(":")[2].strip("*"):
                continue
            reached = [name for name in _reached(action, statement, actions) if name not in denied]
            if reached:
                by = "" if action.text.lower() == reached[0].lower() else f" by {action.text}"
                problem = f"{document.owner} allows {reached[0]} on everything{by}, and so {words}"
                yield Problem(action.path, f"{problem}: name the resources that it is for")


def _reached(action: Value, statement: ReadStatement, actions: Kinds) -> Iterator[str]:
    if not is_every_action(action.text):
        for name in meant(action.text, tuple(actions)):
            if reaches_all(statement, name.partition(":")[0], actions[name]):
                yield name


def _denied(statement: ReadStatement, actions: Kinds) -> Iterator[str]:
    if not statement.allows and not statement.conditions:
        for action in statement.actions:
            for name in meant(action.text, tuple(actions)):
                about = name.partition(":")[0], actions[name]
                if any(is_every_resource(resource, *about) for resource in statement.resources):
                    yield name
