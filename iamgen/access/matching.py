"""Decide whether a statement applies to a request, by comparing each element, with three-valued answers.

A statement is prepared once, when its policy is first asked about, and then compared with many requests. Its Action
is compared by `iamgen.access.statement_index`, which remembers which statements are about an action.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

from iamgen.access.answers import NO, YES, Answer, all_of, certain, unknown
from iamgen.access.conditions import answer_of_all
from iamgen.access.context import Context
from iamgen.access.documents import Principal, Statement
from iamgen.access.errors import located, undecided
from iamgen.access.resource_lists import ResourceList, compared_resource
from iamgen.errors import Fault

_NOT_PRINCIPAL = unknown([Fault("NotPrincipal", "is not evaluated", "use Principal * and aws:PrincipalArn")])


@dataclass(frozen=True)
class RequestFacts:
    """The facts about a request with which statements are compared."""

    action: str
    """The action in lower case."""
    resource: str
    """An ARN, or `*` for an action that has no resource."""
    context: Context
    """The condition keys."""
    principals: frozenset[Principal]
    """The caller's names, empty where the policies are the caller's own."""


@dataclass(frozen=True, eq=False)
class PreparedStatement:
    """A statement with everything that can be worked out before a request is known."""

    statement: Statement
    """The statement as its policy has it."""

    @cached_property
    def names_principals(self) -> bool:
        """Whether it belongs to a policy that names principals, such as a role's trust policy."""
        return bool(self.statement.principals or self.statement.not_principals)

    @property
    def may_be_about_any_service(self) -> bool:
        """Whether the statement may be about actions of services that it does not mention by their names."""
        entries = self.statement.action_list
        return bool(self.statement.not_actions) or entries.everything or entries.has_wildcard_for_service

    def matches_action(self, action: str) -> Answer:
        """Return whether the statement is about the action, which is written in lower case.

        IAM compares without case: the guide's page on Action says that prefix and name are case-insensitive.
        """
        matched = self.statement.action_list.matches(action)
        return matched.opposite() if self.statement.not_actions else matched

    def applies(self, action: Answer, facts: RequestFacts) -> Answer:
        """Return whether the statement applies to the request; `action` is the answer of `matches_action`.

        Raises AccessError when the statement is of another kind than the question is.
        """
        if self.names_principals != bool(facts.principals):
            refuse_kind(self.statement)
        if action.value is False:
            return NO
        principal = self._matches_principal(facts) if self.names_principals else YES
        if principal.value is False:
            return NO
        resource = self._matches_resource(facts)
        if resource.value is False:
            return NO
        conditions = self._meets_conditions(facts.context)
        if conditions.value is False:
            return NO
        unread = unknown(self.statement.unread) if self.statement.unread else YES
        return all_of((action, principal, resource, conditions, unread)).located(lambda: statement_name(self.statement))

    def _matches_principal(self, facts: RequestFacts) -> Answer:
        """Return whether the statement is about this caller; `*` is everybody.

        NotPrincipal is not evaluated: with Deny its effect depends on the service, says the guide ("AWS might
        validate the account first"), and with Allow it lets in everybody else.
        """
        if self.statement.not_principals:
            return _NOT_PRINCIPAL
        return certain(self._is_about_everybody or not facts.principals.isdisjoint(self.statement.principals))

    @cached_property
    def _is_about_everybody(self) -> bool:
        return any(principal.name == "*" for principal in self.statement.principals)

    def _matches_resource(self, facts: RequestFacts) -> Answer:
        """Compare with case. A statement without either element is a trust policy's: it is about its own role."""
        if self._resources is None:
            return YES
        matched = self._resources.matches(compared_resource(facts.resource), facts.context)
        return matched.opposite() if self.statement.not_resources else matched

    @cached_property
    def _resources(self) -> ResourceList | None:
        entries = self.statement.not_resources or self.statement.resources
        return ResourceList.of(entries, variables=self.statement.variables) if entries else None

    def _meets_conditions(self, context: Context) -> Answer:
        """Return whether the conditions hold, which depends on nothing of the request but its context."""
        if not self.statement.conditions:
            return YES
        return context.remembered(self, lambda context: answer_of_all(self.statement.conditions, context))


def refuse_kind(statement: Statement) -> NoReturn:
    """Raise AccessError for a statement with principals where the request has none, or the other way round."""
    with located(statement_name(statement)):
        if statement.principals or statement.not_principals:
            raise undecided("Principal", "is named, and the request does not say who is asking")
        raise undecided("Principal", "is not named where the question is who may")


def statement_name(statement: Statement) -> str:
    """Return how messages name a statement."""
    return f"{statement.origin or 'policy'}, statement {statement.sid or 'without Sid'}"
