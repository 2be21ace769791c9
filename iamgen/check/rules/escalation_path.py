"""The rule about roles and users that reach more power than they were granted in several steps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from iamgen.aws.escalation import ON_IAM
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule, escalation_by_target, undeclared_escalation
from iamgen.check.rules._escalation import escalating, of_aws
from iamgen.check.rules._examples import allow, policy, role, template, trust
from iamgen.iam.attachments import holders
from iamgen.iam.statements import ReadStatement
from iamgen.iam.syntax import Path
from iamgen.iam.template import Template
from iamgen.ui.listing import first_of

if TYPE_CHECKING:
    from iamgen.questions.escalation import EscalationPath, EscalationSearch
    from iamgen.questions.model import KnownEntity, ModelAccount

_ASSUME = "sts:AssumeRole"
_OWN_USER = "${aws:username}"
_ANY_ACCOUNT = "000000000000"
_IAM_ACCOUNT = re.compile(r":iam::(\d{12}):")
_LISTED = 4


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    declared = facts.iam_roles | facts.admin_roles
    if not any(_takes_a_step(template, declared)):
        return
    search = facts.escalation() if facts.escalation else _search_of(template, facts)
    account = _account(search, facts)
    named_already = _named_by_others(template, facts)
    for path, alike in _paths(search, account, declared | _names(template, declared)):
        where = _where(path, template)
        if len(path.moves) != 1 or where[-1] not in named_already:
            yield Problem(where, _message(path, alike, search))


def _takes_a_step(template: Template, declared: frozenset[str]) -> Iterator[bool]:
    """Yield whether each undeclared holder of policies has an action that leads on: most templates have none, and
    then no search is begun."""
    for holder in holders(template):
        if holder.resource.logical_id not in declared:
            yield any(map(of_aws, holder.aws))
            for document in holder.documents:
                if document.owner not in declared:
                    yield any(map(_leads_on, document.statements))


def _leads_on(statement: ReadStatement) -> bool:
    """Return whether a statement allows an action by which power can be gained, which one's own credentials are not."""
    if not statement.allows:
        return False
    actions = {*escalating(statement), *(action.text for action in statement.actions if not action.text.strip("*:"))}
    about_oneself = bool(statement.resources) and all(_OWN_USER in resource.text for resource in statement.resources)
    return bool(actions - {_ASSUME} - (_OF_CREDENTIALS if about_oneself else frozenset()))


_OF_CREDENTIALS = frozenset(action for action in ON_IAM if action.endswith(("AccessKey", "LoginProfile")))


def _search_of(template: Template, facts: Facts) -> EscalationSearch:
    """Return the search over one template. Its account is the one that it was made for, or that its policies name."""
    from iamgen.questions.circumstances import Circumstances
    from iamgen.questions.escalation import EscalationSearch
    from iamgen.questions.template_source import of_one_template

    texts = (resource.text for item in template.documents for part in item.statements for resource in part.resources)
    accounts = Counter(match for text in texts for match in _IAM_ACCOUNT.findall(text))
    likely = next((account for account, _ in accounts.most_common(1)), _ANY_ACCOUNT)
    model = of_one_template(template, facts.account_id or likely, facts.partition)
    return EscalationSearch.over(model, Circumstances(datetime.now(UTC)))


def _account(search: EscalationSearch, facts: Facts) -> ModelAccount:
    model = search.moves.reacher.model
    return model.account_by_id.get(facts.account_id or "", model.accounts[0])


def _named_by_others(template: Template, facts: Facts) -> set[str | int]:
    """Return the resources about which another rule says that they gain power in one step."""
    everywhere = (problem.path[-1] for problem in undeclared_escalation.RULE.check(template, facts))
    return {*everywhere, *escalation_by_target.holders_with_problems(template, facts)}


def _names(template: Template, logical_ids: frozenset[str]) -> frozenset[str]:
    """Return the names of resources, as the model of the accounts has them."""
    return frozenset(template.names.by_id[name].name for name in logical_ids if name in template.names.by_id)


def _paths(
    search: EscalationSearch, account: ModelAccount, declared: frozenset[str]
) -> Iterator[tuple[EscalationPath, tuple[str, ...]]]:
    """Yield the paths that begin in an account with more than to assume a role, and who can take each: users with
    the same policies and groups are looked at once."""
    alike: dict[tuple[object, ...], list[KnownEntity]] = {}
    for known in (*search.moves.roles.get(account.id, ()), *search.moves.users.get(account.id, ())):
        if known.entity.logical_id not in declared:
            alike.setdefault(search.moves.likeness(known), []).append(known)
    for several in alike.values():
        path = search.path(several[0], declared)
        if path and (not path.moves or path.moves[0].is_step):
            yield path, tuple(known.entity.name for known in several[1:])


def _where(path: EscalationPath, template: Template) -> Path:
    """Return the resource that the finding is about: who takes the path, or the group or policy that lets them."""
    from iamgen.questions.model import holder_of

    known = path.start
    names = [known.entity.logical_id]
    for need in path.moves[0].needs if path.moves else ():
        holder = holder_of(known, need.statement) if need.statement else None
        names += [holder[0].logical_id] if holder and holder[0] else []
    ids = {resource.logical_id for resource in template.resources}
    return next((("Resources", name) for name in names if name in ids), ("Resources",))


def _message(path: EscalationPath, alike: tuple[str, ...], search: EscalationSearch) -> str:
    from iamgen.questions.escalation import MOST_STATES, path_in_words
    from iamgen.questions.escalation_moves import named

    name = named(path.start) + (f" (and, with the same policies, {_listed(alike)})" if alike else "")
    if not path.is_decided:
        problem = f"it is not decided whether {name} may gain more power: more than {MOST_STATES} users and roles"
        return f"{problem} are within its reach: narrow what it may assume or change"
    doubts = f", if {' and if '.join(path.doubts)}" if path.doubts else ""
    holders = _listed(search.holders(path.start))
    through = f". So may {holders}, by acting as it" if holders else ""
    steps = "1 step" if len(path.moves) == 1 else f"{len(path.moves)} steps"
    problem = f"{name} may {path.gain} in {steps}{doubts}: {path_in_words(path)}{through}"
    return f"{problem}. Narrow one of these statements, so that it leaves its target out, or declare that it may"


def _listed(names: Iterable[str]) -> str:
    return first_of(tuple(names), _LISTED)


_BATCH = "arn:aws:iam::111111111111:role/BatchR"
_RUN = allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "arn:aws:lambda:*:*:function:app-*")

RULE = Rule(
    id="W160",
    name="escalation-path",
    level="warning",
    summary="A role or user can reach more power than it was granted in several steps, through other roles or accounts",
    why=(
        "Each step looks harmless by itself: for example, a role is passed to a function, and that role may change "
        "the policy of a third role. The rule searches all users and roles of all accounts. It decides each step "
        "for the exact role, policy, group or user that the step is about, with conditions and permissions "
        "boundaries. It reports the shortest path to an administrator in effect, or to full power over a service. "
        "If a step depends on something that is not written here, such as an existing function, the message says "
        "so with an `if`. Power that OPS_SERVICES, `services` and `power=True` declare counts as granted, and so "
        "do roles that trust policies let somebody assume. W118 and W119 report the cases of a single step that "
        "they know. If the rule gets a single template, it searches that template by itself, and calls resources "
        "without a name by their logical ids."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    check=_check,
    good=(
        template(
            AppR=role(RoleName="AppR"),
            BatchR=role(RoleName="BatchR"),
            AppP=policy(allow("iam:PassRole", _BATCH), _RUN, Roles=[{"Ref": "AppR"}]),
            BatchP=policy(allow("s3:GetObject", "arn:aws:s3:::data/*"), Roles=[{"Ref": "BatchR"}]),
        ),
        template(
            AppR=role(RoleName="AppR"),
            BatchR=role(trust({"Service": "ec2.amazonaws.com"}), RoleName="BatchR"),
            AppP=policy(allow("iam:PassRole", _BATCH), _RUN, Roles=[{"Ref": "AppR"}]),
            BatchP=policy(allow("iam:PutRolePolicy", _BATCH), Roles=[{"Ref": "BatchR"}]),
        ),
    ),
    bad=(
        template(
            AppR=role(RoleName="AppR"),
            BatchR=role(RoleName="BatchR"),
            AppP=policy(allow("iam:PassRole", _BATCH), _RUN, Roles=[{"Ref": "AppR"}]),
            BatchP=policy(allow("iam:PutRolePolicy", _BATCH), Roles=[{"Ref": "BatchR"}]),
        ),
    ),
)
