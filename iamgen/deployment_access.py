"""Find who gains and who loses access by a deployment, compared with what is deployed in AWS now."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from iamgen.access_changes import AccessChanges, between, not_known
from iamgen.access_diff.request_words import joined
from iamgen.errors import IamgenError
from iamgen.ui.plan_line import PlanLine

if TYPE_CHECKING:
    from iamgen.deploy.planner import Prepared
    from iamgen.project import Project, Rendered
    from iamgen.questions.model import AccessModel

_EMPTY: Mapping[str, object] = {"Resources": {}}
_FEW = 5


def deployment_access(rendered: Rendered, prepared: Collection[Prepared]) -> AccessChanges | None:
    """Return who gains and who loses access by planned deployments; None where they change no template.

    `rendered` has templates of the declaration that is deployed: what it lacks of other accounts is rendered now.

    The templates that the stacks were deployed with are compared with those that are sent. Accounts that are not among
    the deployments are taken to be deployed as the declaration has them, which the last line says.
    """
    texts = {item.order.account.name: (_before(item), _after(item)) for item in prepared}
    if all(before == after for before, after in texts.values()):
        return None
    project, accounts = rendered.project, rendered.declaration.accounts
    try:
        declared = rendered.json_of([name for name in accounts if name not in texts])
    except IamgenError as exc:
        fault = exc.faults[0]
        return not_known(f"it depends on all accounts, and one cannot be rendered: {fault.where}: {fault.problem}")
    before, after = (
        {name: texts[name][side] if name in texts else declared[name] for name in accounts} for side in (0, 1)
    )
    changes = between(partial(_models, project, before, after), project.now)
    return replace(changes, lines=(*changes.lines, *_assumptions(prepared, tuple(declared))))


def _before(prepared: Prepared) -> str:
    """Return the template that is deployed; an empty one where there is no stack, or one whose creation failed."""
    return json.dumps(prepared.before or _EMPTY)


def _after(prepared: Prepared) -> str:
    """Return the template that the deployment sends; the deployed one where it sends none."""
    is_sent = prepared.change_set is not None or prepared.afresh
    return json.dumps(json.loads(prepared.order.text)) if is_sent else _before(prepared)


def _models(project: Project, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[AccessModel, AccessModel]:
    from iamgen.questions.declared_source import DeclaredTexts, from_declaration
    from iamgen.questions.declared_terms import declared_terms

    terms = declared_terms(project.declaration, project.root)
    deployed, planned = (
        from_declaration(DeclaredTexts(project.root, project.declaration, texts, origin))
        for texts, origin in ((before, "AWS, as it is deployed"), (after, "AWS, as it would be deployed"))
    )
    return deployed, replace(planned, terms=terms)


def _assumptions(prepared: Collection[Prepared], other_accounts: Collection[str]) -> Iterator[PlanLine]:
    """Yield what iamgen has assumed about AWS."""
    if other_accounts:
        names = joined(other_accounts) if len(other_accounts) <= _FEW else f"{len(other_accounts):,} other accounts"
        yield PlanLine(f"this assumes that users.py declares what is deployed in {names}: it was not looked at", "!")
    if any(item.inspection for item in prepared):
        yield PlanLine("this compares templates: what was changed by hand, and is put right, is not in it", "!")
