"""What the evaluator prepares and remembers changes no answer: it is held against a plain and slow one.

The plain one looks at every statement for every request, in the words of the IAM User Guide ("Policy evaluation logic", and the
pages on Action, Resource and Principal), and translates each pattern into a regular expression anew. Conditions are
answered by the operators of `iamgen.access.conditions`, which have tests of their own, in a context of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.access.action_matrix import action_matrix
from iamgen.access.answers import NO, YES, Answer, all_of, any_of, certain, unknown
from iamgen.access.beyond_policies import NOT_UP_TO_POLICIES, permitted_anyway, refused_anyway
from iamgen.access.conditions import answer_of_all
from iamgen.access.context import UNSAID, Context, ContextKeys, ContextValue
from iamgen.access.documents import Effect, Principal, Statement, parse
from iamgen.access.entities import AttachedPolicy, IamGroup, IamRole, IamUser
from iamgen.access.errors import AccessError, located, undecided
from iamgen.access.evaluate import Evaluation, Outcome, Request, Side, evaluate
from iamgen.access.known_actions import UNLISTED, UNLISTED_SERVICE, KnownActions
from iamgen.access.partial_reading import parse_partly
from iamgen.access.patterns import Pattern, Wildcard, pattern, plain_segments
from iamgen.access.principals import Caller, role_session, verdict_on, with_keys
from iamgen.access.resource_lists import ResourceList, compared_resource
from iamgen.access.statement_index import IndexedStatements, StatementIndex
from iamgen.errors import Fault

ANY_SERVICE = unknown(
    [
        Fault(
            "*:*",
            "has a wildcard for the service, which AWS does not document",
            "write * for every action of every service",
        )
    ]
)


def plain_evaluate(statements: Iterable[Statement], request: Request, side: Side = "identity") -> Evaluation:
    listed = tuple(statements)
    if side != "trust":
        refused = refused_anyway(request.facts)
        if refused.no:
            return Evaluation(side, allow=refused)
        if permitted_anyway(request.facts):
            return Evaluation(side, allow=YES)
    deny, denied_by = of_effect("Deny", listed, request)
    if deny.yes:
        return Evaluation(side, deny, denied_by=denied_by)
    allow, allowed_by = of_effect("Allow", listed, request)
    return Evaluation(side, deny, allow, allowed_by=allowed_by)


def of_effect(effect: Effect, statements: Iterable[Statement], request: Request) -> tuple[Answer, Statement | None]:
    doubtful: list[Answer] = []
    for statement in statements:
        if statement.effect == effect:
            answer = applies(statement, request)
            if answer.yes:
                return answer, statement
            doubtful.append(answer)
    return any_of(doubtful), None


def applies(statement: Statement, request: Request) -> Answer:
    place = f"{statement.origin or 'policy'}, statement {statement.sid or 'without Sid'}"
    names = bool(statement.principals or statement.not_principals)
    if names != bool(request.principals):
        with located(place):
            raise undecided(
                "Principal",
                "is named, and the request does not say who is asking"
                if names
                else "is not named where the question is who may",
            )
    return all_of(elements(statement, request)).located(lambda: place)


def elements(statement: Statement, request: Request) -> Iterator[Answer]:
    context = Context.of(dict(request.context))
    yield about_action(statement, request.action.lower())
    yield about_principal(statement, request.principals)
    yield about_resource(statement, request.resource, context)
    yield answer_of_all(statement.conditions, context)
    yield unknown(statement.unread) if statement.unread else YES


def about_action(statement: Statement, action: str) -> Answer:
    entries = statement.not_actions or statement.actions
    if any(
        re.fullmatch(translated(entry.lower()), action)
        for entry in entries
        if entry.partition(":")[0] != "*" or entry == "*"
    ):
        matched = YES
    else:
        matched = ANY_SERVICE if any(entry.startswith("*:") for entry in entries) else NO
    return matched.opposite() if statement.not_actions else matched


def translated(text: str) -> str:
    return "(?s:" + "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in text) + ")"


def about_principal(statement: Statement, names: frozenset[Principal]) -> Answer:
    if statement.not_principals:
        return unknown([Fault("NotPrincipal", "is not evaluated", "use Principal * and aws:PrincipalArn")])
    return certain(
        not statement.principals
        or any(principal.name == "*" or principal in names for principal in statement.principals)
    )


def about_resource(statement: Statement, resource: str, context: Context) -> Answer:
    entries = statement.not_resources or statement.resources
    if not entries:
        return YES
    matched = any_of(like_entry(entry, resource, context, variables=statement.variables) for entry in entries)
    return matched.opposite() if statement.not_resources else matched


def like_entry(entry: str, resource: str, context: Context, *, variables: bool) -> Answer:
    parsed = pattern(entry, variables=variables)
    written = (parsed if entry == "*" else parsed.completed()).within_arn(run_on=True)
    if written.has_early_variables():
        return NO
    exact = like_pattern(written, resource, context)
    if entry == "arn" and exact.yes:
        return unknown([Fault(entry, "AWS does not document whether it is completed to an ARN")])
    if not exact.no:
        return exact
    if like_pattern(written.with_plain_segments(), plain_segments(resource), context).no:
        return NO
    message = f"matches {resource!r}, which differs in upper and lower case before the fifth colon"
    return unknown([Fault(entry, f"AWS does not document whether it {message}")])


def like_pattern(written: Pattern, text: str, context: Context) -> Answer:
    try:
        resolved = written.resolved(context)
    except AccessError as error:
        return unknown(error.faults) if re.fullmatch(expression(written), text) else NO
    return certain(resolved is not None and bool(re.fullmatch(expression(resolved), text)))


def expression(written: Pattern) -> str:
    """Return the pattern as a regular expression, in which a variable stands for any text."""
    return "(?s:" + "".join(map(part_expression, written.parts)) + ")"


def part_expression(part: object) -> str:
    if isinstance(part, str):
        return re.escape(part)
    if not isinstance(part, Wildcard):
        return ".*"
    return ("." if part.colons else "[^:]") + ("*" if part.many else "")


# Random policies, and random requests about them.

USER = "arn:aws:iam::123456789012:user/alice"
OTHER = "arn:aws:iam::123456789012:role/other"
ACTIONS = ["*", "*:*", "iam:*", "iam:Get*", "IAM:getuser", "iam:?etUser", "iam:*User*", "s3:Get*Acl", "sqs:*", "sts:*"]
RESOURCES = [
    "*",
    "arn",
    "arn:aws:iam",
    "arn:aws:IAM::*:user/alice",
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:iam::${aws:PrincipalAccount}:user/*",
    "arn:aws:iam::123456789012:*/a?ice",
    "arn:*:user/alice",
    "arn:aws:s*:::bucket/*",
    "arn:aws:s3:::buck?t/*/x*y",
    "arn:aws:s3:::bucket/${*}",
]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "StringLike": {"aws:username": "a*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/${aws:username}"}},
    {"ForAnyValue:StringNotEqualsIfExists": {"aws:TagKeys": "team"}},
    {"StringEquals": {"aws:TagKeys": "team"}},
]
REQUESTED = ["iam:GetUser", "iam:getuser", "iam:DeleteUser", "s3:GetBucketAcl", "sts:GetCallerIdentity",
             "sts:GetSessionToken", "iam:UpdateAssumeRolePolicy", "sqs:ReceiveMessage", "new:Thing"]  # fmt: skip
ABOUT = [
    "*",
    USER,
    "arn:aws:s3:::bucket/a/xy",
    "arn:aws:s3:::bucket/*/xy".replace("*", "b"),
    "arn:AWS:s3:::bucket/a",
    "arn:aws:iam::123456789012:role/aws-reserved/x",
]
KEYS: dict[str, list[ContextValue]] = {
    "aws:username": ["alice", "bob", "", UNSAID, ()],
    "aws:MultiFactorAuthPresent": ["true", "false", UNSAID, ()],
    "aws:SourceIp": ["10.1.1.1", "2001:db8::1", UNSAID, ()],
    "aws:TagKeys": [("team",), ("team", "cost"), UNSAID, ()],
    "aws:PrincipalArn": [USER, OTHER, UNSAID],
    "aws:TokenIssueTime": [UNSAID, ()],
}
PRINCIPALS = ["*", {"AWS": USER}, {"AWS": [OTHER, "123456789012"]}, {"Service": "ec2.amazonaws.com"}]

contexts = st.fixed_dictionaries({key: st.sampled_from(values) for key, values in KEYS.items()})
effects = st.sampled_from(["Allow", "Deny"])


def lists(entries: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(entries), min_size=1, max_size=3)


def statement_of(effect: str, *elements: Any) -> dict[str, Any]:
    (action, actions), (resource, resources), condition, is_readable = elements
    block = {"Effect": effect, action: actions, resource: resources, "Condition": condition}
    return block if is_readable else {**block, "Condition": {"Unheard": {"of": "it"}}}


identity_blocks = st.builds(
    statement_of,
    effects,
    st.tuples(st.sampled_from(["Action", "Action", "NotAction"]), lists(ACTIONS)),
    st.tuples(st.sampled_from(["Resource", "Resource", "NotResource"]), lists(RESOURCES)),
    st.sampled_from(CONDITIONS),
    st.sampled_from([True, True, True, False]),
)
trust_blocks = st.builds(
    lambda effect, element, principal, action, condition: {
        "Effect": effect,
        element: principal,
        "Action": action,
        "Condition": condition,
    },
    effects,
    st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"]),
    st.sampled_from(PRINCIPALS),
    st.sampled_from(["sts:AssumeRole", "sts:*", "sts:TagSession"]),
    st.sampled_from(CONDITIONS),
)
versions = st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"])


def read(version: str, blocks: list[dict[str, Any]], name: str = "policy", *, trust: bool = False) -> Any:
    return parse_partly({"Version": version, "Statement": blocks}, name, trust=trust)


identity_policies = st.builds(read, versions, st.lists(identity_blocks, min_size=1, max_size=4))
trust_policies = st.builds(
    lambda *read_from: read(*read_from, trust=True), versions, st.lists(trust_blocks, min_size=1, max_size=4)
)
requests = st.builds(Request, st.sampled_from(REQUESTED), st.sampled_from(ABOUT), contexts)


def outcome_of(ask: Any, *arguments: Any) -> object:
    """Return the evaluation, or what the error says."""
    try:
        return ask(*arguments)
    except AccessError as error:
        return error.faults


def fast(statements: Iterable[Statement], request: Request, side: Side = "identity") -> Evaluation:
    return evaluate(statements, request, side=side)


@given(st.lists(identity_policies, min_size=1, max_size=3), st.lists(requests, min_size=1, max_size=4))
def test_policies_of_an_identity(policies: list[tuple[Statement, ...]], several: list[Request]) -> None:
    """The second time everything is remembered; a plain tuple of statements is the same as the policies' indexes."""
    together = tuple(statement for policy in policies for statement in policy)
    indexed = IndexedStatements.of(map(StatementIndex.of, policies))
    assert indexed == together
    for request in several * 2:
        expected = plain_evaluate(together, request)
        assert evaluate(indexed, request) == expected
        assert evaluate(together, request) == expected


@given(st.lists(identity_policies, min_size=1, max_size=2), contexts, st.lists(st.sampled_from(REQUESTED), min_size=2))
def test_requests_that_share_their_context(
    policies: list[tuple[Statement, ...]], context: dict[str, ContextValue], actions: list[str]
) -> None:
    indexed, shared = IndexedStatements.of(map(StatementIndex.of, policies)), ContextKeys(context)
    for action in actions:
        for resource in ABOUT:
            expected = plain_evaluate(indexed, Request(action, resource, context))
            assert evaluate(indexed, Request(action, resource, shared)) == expected


@given(trust_policies, contexts, st.sampled_from([USER, OTHER]), st.sampled_from(["sts:AssumeRole", "sts:TagSession"]))
def test_trust_policies(
    policy: tuple[Statement, ...], context: dict[str, ContextValue], name: str, action: str
) -> None:
    request = Request(action, OTHER, context, frozenset({Principal("AWS", name)}))
    assert evaluate(policy, request, side="trust") == plain_evaluate(policy, request, "trust")


@given(identity_policies, trust_policies, requests, st.booleans(), st.randoms())
def test_policies_of_the_wrong_kind_are_refused_alike(
    identity: tuple[Statement, ...], trust: tuple[Statement, ...], request: Request, named: bool, random: Any
) -> None:
    mixed = [*identity, *trust]
    random.shuffle(mixed)
    names = frozenset({Principal("AWS", USER)} if named else ())
    asked = Request(request.action, request.resource, request.context, names)
    assert outcome_of(fast, mixed, asked) == outcome_of(plain_evaluate, mixed, asked)


texts = st.text(alphabet="ab:/*?$", max_size=12)


@given(texts, st.text(alphabet="ab:/*?\n", max_size=14), st.booleans(), st.booleans())
def test_patterns_are_those_of_regular_expressions(written: str, text: str, wildcards: bool, within_arn: bool) -> None:
    for run_on in (True, False):
        parsed = pattern(written, variables=False, wildcards=wildcards)
        parsed = parsed.within_arn(run_on=run_on) if within_arn else parsed
        assert parsed.matches(text) is bool(re.fullmatch(expression(parsed), text))


@given(st.sampled_from(["*", "a*", "", "${aws:username}"]), st.text(alphabet="a*$", max_size=5))
def test_the_value_of_a_variable_has_no_wildcards(value: str, text: str) -> None:
    context = Context.of({"aws:username": value or "x"})
    resolved = pattern("${aws:username}*", variables=True).resolved(context)
    assert resolved
    assert resolved.matches(text) is text.startswith(value or "x")


# All known actions at once.

LISTED = [
    *REQUESTED,
    "iam:ListUsers",
    "iam:GetRole",
    "s3:GetObjectAcl",
    "s3:PutObject",
    "sqs:SendMessage",
    "ec2:RunInstances",
]
KNOWN = KnownActions.with_unlisted(LISTED)


def attached(statements: Iterable[Statement]) -> AttachedPolicy:
    return AttachedPolicy("policy", tuple(statements))


def user_with(own: Any, groups: Any, boundary: Any) -> IamUser:
    group = IamGroup("G", "G", "arn:aws:iam::123456789012:group/G", "/", (attached(groups),))
    limit = attached(boundary) if boundary else None
    return IamUser("alice", "alice", USER, "/", (attached(own),), groups=(group,), boundary=limit)


@given(
    st.builds(user_with, identity_policies, identity_policies, st.none() | identity_policies),
    st.sampled_from(ABOUT),
    contexts,
)
def test_a_matrix_says_of_each_action_what_a_request_for_it_is_answered(
    user: IamUser, resource: str, context: dict[str, ContextValue]
) -> None:
    caller = Caller(user, context)
    matrix = action_matrix(caller, KNOWN, resource, ContextKeys(context))
    outcomes: tuple[Outcome, ...] = ("allowed", "denied", "unknown")
    by_outcome = {outcome: set(KNOWN.named(matrix.with_outcome(outcome))) for outcome in outcomes}
    assert sum(len(names) for names in by_outcome.values()) == len(KNOWN.names)
    for action in KNOWN.names:
        verdict = verdict_on(caller, Request(action, resource, context))
        assert action in by_outcome[verdict.outcome]
    for item in matrix.classes:
        for action in set(KNOWN.named(item.actions)):
            verdict = verdict_on(caller, Request(action, resource, context))
            assert (verdict.by, verdict.side, verdict.explicit) == (
                item.verdict.by, item.verdict.side, item.verdict.explicit
            )  # fmt: skip


def test_the_unlisted_actions_keep_wildcards_more_than_the_actions_of_today() -> None:
    statements = parse(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
                {
                    "Effect": "Allow",
                    "Action": ["iam:GetUser", "iam:List*", "IAM:?etRole", "gone:Get*"],
                    "Resource": "*",
                },
            ],
        }
    )
    (all_of_s3, of_iam) = KNOWN.of_policy(StatementIndex.of(statements))
    assert set(KNOWN.named(all_of_s3.certain)) == {name for name in KNOWN.names if name.startswith("s3:")}
    assert f"s3:{UNLISTED}" in set(KNOWN.named(all_of_s3.certain))
    assert all_of_s3.certain == KNOWN.of_service("s3")
    assert set(KNOWN.named(of_iam.certain)) == {"iam:getuser", "iam:listusers", "iam:getrole"}
    assert KNOWN.of_service("gone") == 0
    assert f"{UNLISTED_SERVICE}:{UNLISTED}" in KNOWN.names


def test_what_policies_do_not_decide_is_decided_action_by_action() -> None:
    assert "sts:getsessiontoken" in NOT_UP_TO_POLICIES
    user = IamUser("alice", "alice", USER, "/", ())
    role = IamRole("r", "r", "arn:aws:iam::123456789012:role/r", "/", ())
    for caller, allowed in (
        (with_keys(user), {"sts:getcalleridentity", "sts:getsessiontoken"}),
        (role_session(role), {"sts:getcalleridentity"}),
    ):
        matrix = action_matrix(caller, KNOWN, "*", caller.context)
        assert set(KNOWN.named(matrix.with_outcome("allowed"))) == allowed


def test_keys_that_are_read_once_are_a_mapping_that_never_changes() -> None:
    written: dict[str, ContextValue] = {"aws:UserName": "alice"}
    keys = ContextKeys(written)
    written["aws:UserName"] = "bob"
    assert (dict(keys), len(keys), keys["aws:UserName"]) == ({"aws:UserName": "alice"}, 1, "alice")
    assert Context.of(keys) is Context.of(keys)
    assert "alice" in repr(keys)
    assert keys.with_more({}) is keys
    assert dict(keys.with_more({"AWS:username": "bob"})) == {"AWS:username": "bob"}
    with pytest.raises(AccessError, match="twice"):
        Context.of(ContextKeys({"aws:username": "a", "AWS:UserName": "b"}))


_SEGMENTS = st.sampled_from(("arn", "Arn", "aws", "*", "s3", "S3", "", "1", "${aws:username}"))
_BEHIND = st.text("aB:*?/", max_size=4)


@st.composite
def resource_entries(draw: st.DrawFn) -> str:
    written = ":".join((*draw(st.lists(_SEGMENTS, min_size=5, max_size=5)), draw(_BEHIND)))
    return f"arn{written.removeprefix('Arn').removeprefix('arn')}"


@given(st.lists(resource_entries(), min_size=1, max_size=6), resource_entries())
def test_a_long_list_of_resources_answers_as_its_entries_do(entries: list[str], entry: str) -> None:
    resource = compared_resource(entry.replace("*", "x").replace("?", "y").replace("${aws:username}", "alice"))
    context = Context.of({"aws:username": "alice"})
    listed = ResourceList.of(entries, variables=True)
    one_by_one = any_of(item.matches(resource, context) for item in listed.patterns)
    answer = listed.matches(resource, context)
    assert (answer.value, set(answer.reasons)) == (one_by_one.value, set(one_by_one.reasons))
