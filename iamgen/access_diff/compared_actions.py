"""The actions that are compared, loaded only when policies differ: most changes are only about trust policies."""

from __future__ import annotations

from functools import lru_cache

from iamgen.access.documents import Statement
from iamgen.access.known_actions import KnownActions, MentionedActions
from iamgen.access.statement_index import StatementIndex, indexes_of
from iamgen.access_diff.matched_principals import MatchedModels
from iamgen.aws.data.services import every_action
from iamgen.questions.mentioned_actions import action_entries, mentioned_actions
from iamgen.questions.model import KnownEntity


def compared_actions(models: MatchedModels) -> KnownActions:
    """Return the actions that AWS is known to have, actions that represent future ones, and the actions that policies
    of either side mention."""
    mentioned = mentioned_actions(action_entries(_statements(models)))
    return _with(frozenset(mentioned.shown.items()), mentioned.too_many)


@lru_cache(maxsize=4)
def _with(shown: frozenset[tuple[str, str]], too_many: frozenset[str]) -> KnownActions:
    return KnownActions.with_unlisted(every_action(), MentionedActions(dict(sorted(shown)), too_many))


def _statements(models: MatchedModels) -> tuple[Statement, ...]:
    """Return the statements of the policies of all users and roles, those of each policy once."""
    indexes: dict[StatementIndex, None] = {}
    for principal in (*models.users, *models.roles):
        for known in filter(None, (principal.before, principal.after)):
            indexes |= dict.fromkeys(_indexes(known))
    return tuple(item.statement for index in indexes for item in index.statements)


def _indexes(known: KnownEntity) -> tuple[StatementIndex, ...]:
    boundary = known.entity.boundary
    return (*indexes_of(known.entity.statements), *((boundary.index,) if boundary else ()))
