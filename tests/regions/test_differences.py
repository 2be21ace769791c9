"""Pairs of policies of which it is known how their access differs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from iamgen.access.documents import Principal, parse
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Verdict
from iamgen.access.known_actions import UNLISTED, UNLISTED_SERVICE, KnownActions
from iamgen.access.partial_reading import parse_partly
from iamgen.access.patterns import pattern
from iamgen.errors import Fault
from iamgen.questions.mentioned_actions import action_entries, mentioned_actions
from iamgen.regions import search
from iamgen.regions.comparison import ComparisonScope, ResourceForms, compare
from iamgen.regions.difference import NotDecided, PolicySet, Witness, difference
from iamgen.regions.normal_conditions import KnownCaller
from iamgen.regions.statement_formulas import Viewpoint

ACTION = "s3:getobject"
B = "arn:aws:s3:::b/"
MFA = "aws:MultiFactorAuthPresent"


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> PolicySet:
    return PolicySet(parse({"Version": version, "Statement": list(statements)}, "p"))


def allow(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:*", "Resource": "*"} | elements


def deny(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "s3:*", "Resource": "*"} | elements


def beside(action: str) -> dict[str, Any]:
    return {"Effect": "Allow", "NotAction": action, "Resource": "*"}


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def witness(before: PolicySet, after: PolicySet, action: str = ACTION, viewpoint: Viewpoint | None = None) -> Any:
    """Return the request by its resource and keys, None where it is proven that there is none."""
    result = difference(before, after, action, viewpoint) if viewpoint else difference(before, after, action)
    if result is None:
        return None
    assert isinstance(result, Witness), result
    assert before.verdict(result.request).outcome == "denied"
    assert after.verdict(result.request).outcome == "allowed"
    return result.request.resource, dict(result.request.context)


@pytest.mark.parametrize(
    ("before", "after", "gain", "loss"),
    [
        (policy(allow(Resource=[f"{B}*", f"{B}x/*"])), policy(allow(Resource=f"{B}*")), None, None),
        (policy(allow(), deny(Resource=f"{B}secret/*")), policy(allow(), deny(Resource=f"{B}secret/?*/*")),
         (f"{B}secret/", {}), None),
        (policy(allow(Resource=f"{B}a?")), policy(allow(Resource=f"{B}a*")), (f"{B}a", {}), None),
        (policy(allow(**when("Bool", MFA, "true"))), policy(allow(**when("BoolIfExists", MFA, "true"))), ("*", {}), None),
        (policy(allow(), deny(**when("BoolIfExists", MFA, "false"))), policy(allow(), deny(**when("Bool", MFA, "false"))),
         ("*", {}), None),
        (policy(allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))),
         policy(allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/9", "10.128.0.0/9"))), None, None),
        (policy(allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/9", "10.128.0.0/10"))),
         policy(allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))), ("*", {"aws:SourceIp": "10.255.255.255"}), None),
        (policy(allow(**when("NotIpAddress", "aws:SourceIp", "0.0.0.0/0", "::/0"))),
         policy(allow(**when("Null", "aws:SourceIp", "true"))), None, None),
        (policy(allow(Action="*"), deny()), policy({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}), None, None),
        (policy(allow(), deny(Resource=f"{B}*")), policy({"Effect": "Allow", "Action": "s3:*", "NotResource": f"{B}*"}),
         None, None),
        (policy(allow(), {"Effect": "Deny", "Action": "s3:*", "NotResource": f"{B}*"}), policy(allow(Resource=f"{B}*")),
         None, None),
        (policy(allow(**when("DateLessThan", "aws:CurrentTime", "2027-01-01"))),
         policy(allow(**when("DateLessThanEquals", "aws:CurrentTime", "2027-01-01T00:00:00Z"))),
         ("*", {"aws:CurrentTime": "2027-01-01T00:00:00Z"}), None),
        (policy(allow(**when("NumericLessThan", "aws:MultiFactorAuthAge", "100"))),
         policy(allow(**when("NumericLessThan", "aws:MultiFactorAuthAge", "100.01"))),
         ("*", {"aws:MultiFactorAuthAge": "100"}), None),
        (policy(allow(**when("StringEquals", "aws:username", "bob"))),
         policy(allow(**when("StringEqualsIgnoreCase", "aws:username", "bob"))), ("*", {"aws:username": "BOB"}), None),
        (policy(allow(**when("StringEquals", "aws:username", "bob"))),
         policy(allow(**when("StringEquals", "AWS:UserName", "bob", "al"))), ("*", {"AWS:UserName": "al"}), None),
        (policy(allow(**when("StringLike", "aws:username", "?*"))), policy(allow(**when("Null", "aws:username", "false"))),
         None, None),
        (policy(allow(**when("ForAllValues:StringEquals", "aws:TagKeys", "a"))),
         policy(allow(**when("ForAllValues:StringEquals", "aws:TagKeys", "a", "b"))), ("*", {"aws:TagKeys": "b"}), None),
        (policy(allow(), deny(**when("ForAnyValue:StringEquals", "aws:TagKeys", "a")),
                deny(**when("ForAnyValue:StringEquals", "aws:TagKeys", "b"))),
         policy(allow(), deny(Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringLike": {"aws:TagKeys": "b"}})),
         ("*", {"aws:TagKeys": "a"}), None),
        (policy(allow(**when("ForAnyValue:StringEquals", "aws:TagKeys", "a"))),
         policy(allow(Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringLike": {"aws:TagKeys": "b"}})),
         None, ("*", {"aws:TagKeys": "a"})),
        (policy(allow(**when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::1*:role/x"))),
         policy(allow(**when("StringLike", "aws:PrincipalArn", "arn:aws:iam::1*:role/x"))),
         ("*", {"aws:PrincipalArn": "arn:aws:iam::1::role/x"}), None),
        (policy(allow(Resource="arn:aws:s3:::home/${aws:username}/*")), policy(allow(Resource="arn:aws:s3:::home/*")),
         ("arn:aws:s3:::home/", {}), None),
        (policy(allow(Resource="arn:aws:s3:::home/${aws:username}/*")), policy(allow(Resource="arn:aws:s3:::h/*")),
         ("arn:aws:s3:::h/", {}), ("arn:aws:s3:::home/name/", {"aws:username": "name"})),
        (policy(allow(Resource=f"{B}${{aws:username}}")), policy(allow(Resource=f"{B}${{aws:username}}"), version="2008-10-17"),
         (f"{B}${{aws:username}}", {"aws:username": "name"}), (f"{B}name", {"aws:username": "name"})),
        (policy(allow(**when("StringEquals", "aws:SecureTransport", "true"))), policy(allow(**when("Bool", "aws:SecureTransport", "true"))),
         ("*", {"aws:SecureTransport": "truE"}), None),
    ],
)  # fmt: skip
def test_known_differences(before: PolicySet, after: PolicySet, gain: Any, loss: Any) -> None:
    assert (witness(before, after), witness(after, before)) == (gain, loss)


def test_a_set_of_several_values_can_be_the_only_witness() -> None:
    both = {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringLike": {"aws:TagKeys": "b"}}
    resource, keys = witness(policy(deny()), policy(allow(Condition=both)))
    assert (resource, sorted(keys["aws:TagKeys"])) == ("*", ["a", "b"])


def test_a_boundary_cuts_both_sides() -> None:
    wide, narrow = parse({"Statement": allow()}), parse({"Statement": allow(Resource=f"{B}*")})
    assert witness(PolicySet(wide, narrow), PolicySet(narrow, wide)) is None
    assert witness(PolicySet(wide, narrow), PolicySet(wide, wide)) == ("*", {})
    assert witness(PolicySet(wide, wide), PolicySet(wide, narrow)) is None


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (allow(**when("StringEquals", "aws:TagKeys", "a")), allow(**when("StringEquals", "aws:TagKeys", "a", "b")),
         "aws:tagkeys may have several values, and is compared without ForAllValues or ForAnyValue"),
        (allow(Condition={"StringEquals": {"aws:EpochTime": "1"}, "NumericLessThan": {"aws:EpochTime": "5"}}), allow(),
         "aws:epochtime is compared as values of different types"),
        (allow(Action="s3:Put*"), allow(Action="*:*"), "has a wildcard for the service, which AWS does not document"),
        (allow(Resource=f"{B}a"), allow(Resource=[f"{B}a", "arn:aws:S3:::b/x"]),
         "arn:aws:S3:::b/x has capital letters before the fifth colon, of which AWS does not document what they match"),
        (allow(Resource=f"{B}a"), allow(Resource=[f"{B}a", f"{B}${{*}}"]), f"{B}${{*}} is about a resource with a * in its name"),
        (allow(Resource=f"{B}a"), allow(Resource=[f"{B}a", "arn"]), "arn is completed to an ARN, which AWS does not document"),
        (allow(**when("StringEqualsIgnoreCase", "aws:username", "é")), allow(**when("StringEqualsIgnoreCase", "aws:username", "É")),
         "compares letters beyond ASCII without case"),
        (allow(**when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::1:user/x")),
         allow(**when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::${aws:username}:user/x")),
         "arn:aws:iam::${aws:username}:user/x has a policy variable before the fifth colon of an ARN"),
        (allow(Resource=f"{B}a"), allow(Resource=f"{B}${{aws:TagKeys}}"),
         f"{B}${{aws:TagKeys}} has a policy variable whose value is not the same in every request"),
    ],
)  # fmt: skip
def test_what_is_not_decided_is_named_and_still_equal_to_itself(
    before: dict[str, Any], after: dict[str, Any], reason: str
) -> None:
    results = [difference(policy(before), policy(after), ACTION), difference(policy(after), policy(before), ACTION)]
    problems = {fault.problem for item in results if isinstance(item, NotDecided) for fault in item.reasons}
    assert problems == {reason}
    assert {fault.where for item in results if isinstance(item, NotDecided) for fault in item.reasons} == {
        "statement 1 of p"
    }
    for same in (before, after):
        assert difference(policy(same), policy(same), ACTION) is None


def test_a_statement_that_could_not_be_read_is_not_decided() -> None:
    unread = PolicySet(parse_partly({"Version": "2012-10-17", "Statement": allow(Action="s3:Get*", Sort="x")}, "p"))
    result = difference(policy(deny()), unread, ACTION)
    assert isinstance(result, NotDecided)
    assert result.reasons[0].problem.startswith("is not known: ")


def test_a_search_that_takes_too_long_is_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "BRANCHES", 1)
    result = difference(policy(allow(), deny(Resource=f"{B}*")), policy(allow(), deny(Resource=f"{B}a*")), ACTION)
    assert isinstance(result, NotDecided)
    assert result.reasons[0].problem == "there are too many ways in which statements may meet"


def test_a_request_that_the_evaluator_decides_otherwise_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = policy(deny()), policy(allow())
    monkeypatch.setattr(PolicySet, "verdict", lambda _policies, _request: Verdict("denied"))
    result = difference(before, after, ACTION)
    assert isinstance(result, NotDecided)
    assert [fault.problem for fault in result.reasons] == ["the evaluator decides the request otherwise"]


def trust(*principals: str, element: str = "Principal", **condition: Any) -> PolicySet:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", element: {"AWS": list(principals)}, **condition}
    return PolicySet(parse({"Version": "2012-10-17", "Statement": statement}, "trust"))


ALICE, BOB = (f"arn:aws:iam::123456789012:user/{name}" for name in ("alice", "bob"))


def seen_by(arn: str) -> Viewpoint:
    return Viewpoint(KnownCaller({"aws:username": arn.rpartition("/")[2]}), frozenset({Principal("AWS", arn)}))


def test_trust_policies_are_compared_for_a_caller() -> None:
    name = when("StringEquals", "sts:RoleSessionName", "${aws:username}")
    before, after = trust(ALICE, **name), trust(ALICE, BOB, **name)
    assert witness(before, after, "sts:assumerole", seen_by(ALICE)) is None
    assert witness(before, after, "sts:assumerole", seen_by(BOB)) == (
        "*",
        {"aws:username": "bob", "sts:RoleSessionName": "bob"},
    )
    every_session = witness(before, trust(ALICE), "sts:assumerole", seen_by(ALICE))
    assert every_session == ("*", {"aws:username": "alice"})
    doubt = difference(before, trust(ALICE, element="NotPrincipal"), "sts:assumerole", seen_by(BOB))
    assert isinstance(doubt, NotDecided)
    assert doubt.reasons[0].problem == "has NotPrincipal, which is not evaluated"
    with pytest.raises(AccessError, match="does not say who is asking"):
        difference(before, after, "sts:assumerole")


def test_what_aws_decides_by_itself_is_no_difference() -> None:
    nothing, everything = policy(deny(Action="*")), policy(allow(Action="*"))
    assert difference(nothing, everything, "sts:getcalleridentity") is None
    federation = policy(allow(Action="sts:GetFederationToken", **when("Null", "aws:TokenIssueTime", "false")))
    assert difference(nothing, federation, "sts:getfederationtoken") is None
    reserved = policy(allow(Action="iam:DeleteRole", Resource="arn:aws:iam::*:role/aws-reserved/*"))
    assert difference(nothing, reserved, "iam:deleterole") is None
    assert witness(
        nothing, policy(allow(Action="iam:*", Resource="arn:aws:iam::*:role/aws-service-role/*")), "iam:tagrole"
    )


KNOWN = KnownActions.with_unlisted(["s3:GetObject", "s3:PutObject", "sqs:SendMessage"])


def test_a_wildcard_stays_more_than_the_actions_of_today() -> None:
    listed = policy(allow(Action=["s3:GetObject", "s3:PutObject"]))
    compared = compare(listed, policy(allow(Action="s3:*")), KNOWN)
    assert [list(KNOWN.named(item.actions)) for item in compared.gains] == [[f"s3:{UNLISTED}"]]
    assert not compared.losses
    services = compare(policy(allow(Action=["s3:*", "sqs:*"])), policy(allow(Action="*")), KNOWN)
    assert [list(KNOWN.named(item.actions)) for item in services.gains] == [[f"{UNLISTED_SERVICE}:{UNLISTED}"]]
    same = compare(
        policy(allow(Action=["s3:*", "s3:Get*"])), policy(allow(Action="s3:*"), allow(Action="s3:PutObject")), KNOWN
    )
    assert same.is_proven_equal


def known_beside(*policies: PolicySet) -> KnownActions:
    mentioned = mentioned_actions(entry for item in policies for entry in action_entries(item.identity))
    return KnownActions.with_unlisted(["s3:GetObject", "s3:ListBucket", "sqs:SendMessage"], mentioned)


@pytest.mark.parametrize(
    ("before", "after", "gained"),
    [
        (
            (allow(Action="s3:*Get*"), deny(Action="s3:*Object")),
            (allow(Action="s3:*Get*"), deny(Action="s3:Get*Object")),
            ["s3:-getobject"],
        ),
        ((allow(Action="s3:*"), deny(Action="s3:*List*")), (allow(Action="s3:*"),), ["s3:-list", "s3:listbucket"]),
        ((allow(Action="s3:Get?"),), (allow(Action="s3:Ge??"),), ["s3:gex-", "s3:gexx"]),
        ((beside("new:*"),), (beside("new:*Get*"),), ["new:-"]),
        (
            (allow(Action="s3:*Get*"), deny(Action="s3:*Acl")),
            (allow(Action="s3:*Get*"), deny(Action="s3:*Get*Acl")),
            [],
        ),
    ],
)
def test_new_actions_are_compared_in_each_way_in_which_patterns_mean_them(
    before: tuple[dict[str, Any], ...], after: tuple[dict[str, Any], ...], gained: list[str]
) -> None:
    first, second = policy(*before), policy(*after)
    known = known_beside(first, second)
    compared = compare(first, second, known)
    assert [name for item in compared.gains for name in known.named(item.actions)] == gained
    assert compared.is_proven_equal is not bool(gained)


def test_nothing_is_proven_of_new_actions_that_too_many_patterns_may_mean() -> None:
    many = allow(Action=[f"s3:*{letter}*" for letter in "abcdefghijklmnopqrst"])
    before, queues = policy(many), policy(many, allow(Action="sqs:*"))
    known = known_beside(before, queues)
    assert not compare(before, queues, known).doubts
    (doubt,) = compare(before, policy(many, allow(Action="s3:*ab*")), known).doubts
    assert [*known.named(doubt.actions)] == ["s3:-"]
    assert doubt.reasons == (
        Fault("s3", "too many patterns overlap for every action to be compared that AWS may add to it"),
    )


def test_the_request_that_is_shown_is_one_that_the_action_has() -> None:
    before, after = policy(deny()), policy(allow(Resource=f"{B}*"))
    none = ResourceForms(lambda _action, _resource: False, lambda _: frozenset())
    usual = compare(
        before, after, KNOWN, ComparisonScope(replace(none, has=lambda action, _: action == "s3:putobject"))
    )
    assert [(item.witness.request.action, item.is_usual) for item in usual.gains] == [("s3:putobject", True)]
    example = frozenset({pattern(f"{B}?*/?*", variables=False)})
    searched = compare(before, after, KNOWN, ComparisonScope(replace(none, examples=lambda _: example)))
    assert [(item.witness.request.resource, item.is_usual) for item in searched.gains] == [(f"{B}x/x", True)]
    elsewhere = frozenset({pattern("arn:aws:sqs:::?*", variables=False)})
    unusual = compare(before, after, KNOWN, ComparisonScope(replace(none, examples=lambda _: elsewhere)))
    assert [(item.witness.request.resource, item.is_usual) for item in unusual.gains] == [(B, False)]
