"""All of a pattern, part of it, or nothing: of resources and of actions; and what decides beside identity policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from iamgen.aws.data.services import actions as actions_of
from iamgen.errors import IamgenError
from iamgen.questions.can import AccessAnswer, Asker
from iamgen.questions.circumstances import Circumstances, acting_user
from iamgen.questions.decisions import Decider, actions_alike
from iamgen.questions.demands import ResourceScope
from iamgen.questions.explanation import conditions, missing
from iamgen.questions.model import AccessModel
from iamgen.questions.path_steps import last_steps
from tests.questions.conftest import DEV, NOW, OPS, role, statement, user

Modelled = Callable[[dict[str, dict[str, Any]]], Asker]
Ask = Callable[..., AccessAnswer]

ASKED = (
    *("iam:CreateAccessKey", "iam:ListUsers", "iam:PassRole", "iam:UpdateAssumeRolePolicy", "kms:Decrypt"),
    *("s3:GetObject", "s3:DeleteBucket", "sts:AssumeRole", "sts:GetCallerIdentity", "sts:GetSessionToken"),
)
"""Actions of every kind: with a resource and without, of which the caller's name, a trust policy or AWS decides."""
BUCKET = "arn:aws:s3:::acme-*"
SECRET = statement("Deny", "s3:*", "arn:aws:s3:::acme-secret/*")


@pytest.mark.parametrize(
    ("statements", "resource", "level"),
    [
        ((statement("Allow", "s3:GetObject"),), "*", "yes"),
        ((statement("Allow", "s3:GetObject"),), "arn:aws:s3:::acme-*/*", "yes"),
        ((statement("Allow", "s3:GetObject", "arn:aws:s3:::*/*"),), "arn:aws:s3:::acme-*/*", "yes"),
        ((statement("Allow", "s3:GetObject", "arn:aws:s3:::acme-*"),), "arn:aws:s3:::acme-*/*", "yes"),
        ((statement("Allow", "s3:GetObject", "arn:aws:s3:::acme-?*/*"),), "arn:aws:s3:::acme-*/*", "depends"),
        ((statement("Allow", "s3:GetObject", "arn:aws:s3:::acme-a/*"),), "arn:aws:s3:::acme-*/*", "depends"),
        ((statement("Allow", "s3:GetObject", "arn:aws:s3:::other/*"),), "arn:aws:s3:::acme-*/*", "no"),
        ((statement("Allow", "s3:GetObject"), SECRET), "arn:aws:s3:::acme-*/*", "depends"),
        ((statement("Allow", "s3:GetObject"), SECRET), "arn:aws:s3:::acme-secret/*", "no"),
        ((statement("Allow", "s3:GetObject"), SECRET), "arn:aws:s3:::acme-secrets/*", "yes"),
        ((statement("Allow", "s3:GetObject"), SECRET), "*", "depends"),
        ((statement("Allow", "s3:GetObject"), statement("Deny", "s3:*")), "*", "no"),
        ((statement("Allow", "s3:Get*", "arn:aws:s3:::a/*"),), "arn:aws:s3:::b/*", "no"),
        (({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::acme-secret/*"},), "*", "depends"),
        (({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},), "*", "yes"),
        (
            (statement("Allow", "s3:*", "arn:aws:s3:::a*/*"), statement("Allow", "s3:*", "arn:aws:s3:::b/*")),
            "arn:aws:s3:::?/*",
            "depends",
        ),
        (
            (statement("Allow", "s3:*", "arn:aws:s3:::a/*"), statement("Allow", "s3:*", "arn:aws:s3:::a*/*")),
            "arn:aws:s3:::a?/*",
            "yes",
        ),
    ],
)
def test_a_pattern_is_allowed_only_as_a_whole(
    modelled: Modelled, ask: Ask, statements: Any, resource: str, level: str
) -> None:
    asker = modelled({DEV: {"Alice": user("alice", *statements)}})
    assert ask(asker, "alice", "s3:GetObject", resource).level == level


def test_a_part_says_which(modelled: Modelled, ask: Ask) -> None:
    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", "s3:GetObject", "arn:aws:s3:::a/*"))}})
    assert conditions(ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::*/*")) == (
        "allowed on arn:aws:s3:::a/*",
        "not allowed on others, such as arn:aws:s3:::x/x",
    )


def test_own_users_by_variable_are_a_part(modelled: Modelled, ask: Ask) -> None:
    own = statement("Allow", "iam:CreateAccessKey", f"arn:aws:iam::{DEV}:user/${{aws:username}}")
    asker = modelled({DEV: {"Alice": user("alice", own), "Bob": user("bob", own)}})
    assert ask(asker, "alice", "iam:CreateAccessKey").level == "depends"
    assert ask(asker, "alice", "iam:CreateAccessKey", f"arn:aws:iam::{DEV}:user/alice").level == "yes"
    assert ask(asker, "alice", "iam:CreateAccessKey", f"arn:aws:iam::{DEV}:user/bob").level == "no"


def test_a_boundary_cuts(modelled: Modelled, ask: Ask) -> None:
    from tests.questions.conftest import document

    limit = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
        "ManagedPolicyName": "limit", "PolicyDocument": document(statement("Allow", "s3:GetObject", "arn:aws:s3:::a/*"))}}  # fmt: skip
    alice = user("alice", statement("Allow", "s3:*"), PermissionsBoundary={"Ref": "Limit"})
    asker = modelled({DEV: {"Limit": limit, "Alice": alice}})
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::a/k").level == "yes"
    outside = ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k")
    assert outside.level == "no"
    assert missing(outside.attempts[0]) == ("the permissions boundary does not allow it",)
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::*/*").level == "depends"


def test_a_pattern_of_actions(modelled: Modelled, ask: Ask) -> None:
    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", ["sqs:SendMessage", "sns:*"]))}})
    sqs = ask(asker, "alice", "sqs:*Message*")
    assert sqs.level == "depends"
    assert sqs.by_level["yes"] == ("sqs:SendMessage",)
    assert "sqs:ReceiveMessage" in sqs.by_level["no"]
    assert ask(asker, "alice", "sns:*").level == "yes"
    assert ask(asker, "alice", "sqs:Delete*").level == "no"


def test_keys_and_other_accounts_are_allowed_by_identity(modelled: Modelled, ask: Ask) -> None:
    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", "*"))}, OPS: {}})
    key = ask(asker, "alice", "kms:Decrypt", f"arn:aws:kms:eu-west-1:{DEV}:key/1")
    assert key.level == "depends"
    assert conditions(key) == (
        "the key policy, by naming the caller or by leaving it to IAM policies, must allow it as well",
    )
    queue = f"arn:aws:sqs:eu-west-1:{OPS}:queue"
    assert ask(asker, "alice", "sqs:SendMessage", queue).level == "depends"
    assert conditions(ask(asker, "alice", "sqs:SendMessage", queue)) == (
        f"{queue} is in account {OPS}: the resource's own policy must allow it as well",
    )
    assert ask(asker, "alice", "sqs:SendMessage", queue.replace(OPS, DEV)).level == "yes"
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k").level == "yes"


def test_an_unknown_policy_of_aws_is_a_hole(modelled: Modelled, ask: Ask) -> None:
    unknown = ["arn:aws:iam::aws:policy/NotKnownHere"]
    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", "s3:GetObject"), ManagedPolicyArns=unknown)}})
    for action in ("s3:GetObject", "sqs:SendMessage"):
        answer = ask(asker, "alice", action)
        assert answer.level == "depends"
        assert any("is none of the AWS managed policies of 20" in text for text in conditions(answer))


def test_a_deny_that_is_unread_may_deny(modelled: Modelled, ask: Ask) -> None:
    deny = statement("Deny", "s3:*", Condition={"StringSomething": {"aws:x": "y"}})
    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", "*"), deny)}})
    assert ask(asker, "alice", "s3:GetObject").level == "depends"
    assert ask(asker, "alice", "sqs:SendMessage").level == "yes"


def test_what_needs_no_permission(modelled: Modelled, ask: Ask) -> None:
    asker = modelled({DEV: {"Alice": user("alice", statement("Deny", "*"))}})
    assert ask(asker, "alice", "sts:GetCallerIdentity").level == "yes"
    assert ask(asker, "alice", "sts:GetAccessKeyInfo").level == "no"


def test_requests_by_a_service_are_named_as_not_looked_at(modelled: Modelled, ask: Ask) -> None:
    from iamgen.questions.limits import not_looked_at

    via = statement("Allow", "s3:*", Condition={"StringEquals": {"aws:CalledViaFirst": "cloudformation.amazonaws.com"}})
    for listed, expected in ((via, True), (statement("Allow", "s3:*"), False)):
        asker = modelled({DEV: {"Alice": user("alice", listed)}})
        answer = ask(asker, "alice", "s3:GetObject")
        assert answer.level == ("no" if expected else "yes")
        texts = not_looked_at(asker.model, answer.demand, answer.attempts)
        assert expected is (
            "requests that an AWS service makes on somebody's behalf: some policies treat them in another way" in texts
        )


def test_a_resource_that_nobody_named_is_not_called_by_a_name(modelled: Modelled, ask: Ask) -> None:
    from iamgen.questions.limits import not_looked_at

    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", "s3:*"))}})
    for asked, name in (("*", "the resource"), ("arn:aws:s3:::bucket/key", "arn:aws:s3:::bucket/key")):
        answer = ask(asker, "alice", "s3:GetObject", asked)
        texts = not_looked_at(asker.model, answer.demand, answer.attempts)
        (text,) = (text for text in texts if "another account" in text)
        assert text == f"if {name} is in another account, the resource's own policy must allow it as well"


def test_notes_say_how_a_question_was_taken(modelled: Modelled, ask: Ask) -> None:
    from iamgen.questions.can_json import notes

    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", "*"))}})
    assert notes(ask(asker, "alice", "iam:ListUsers", f"arn:aws:iam::{DEV}:user/alice")) == (
        "iam:ListUsers has no resource of its own, so it is decided on *",
    )
    assert notes(ask(asker, "alice", "iam:*User", f"arn:aws:iam::{DEV}:user/alice")) == ()
    assert notes(ask(asker, "alice", "iam:*Users", f"arn:aws:iam::{DEV}:user/alice")) == (
        "iam:ListUsers has no resource of its own, so it is decided on *",
    )
    (note,) = notes(ask(asker, "alice", "iam:*Group*", f"arn:aws:iam::{DEV}:user/alice"))
    assert note.endswith("actions are never asked about such a resource")
    assert notes(ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::bucket/key")) == ()


@pytest.mark.parametrize(
    ("action", "resource", "form"),
    [
        ("s3:GetObject", "arn:aws:iam::222222222222:user/alice", "arn:PARTITION:s3:::BUCKETNAME/OBJECTNAME"),
        ("s3:GetObject", "arn:aws:s3:::bucket", "arn:PARTITION:s3:::BUCKETNAME/OBJECTNAME"),
        ("s3:GetObject", "arn:aws:sqs:*:*:*", "arn:PARTITION:s3:::BUCKETNAME/OBJECTNAME"),
        ("iam:DeleteU*", "arn:aws:iam::222222222222:role/*", "arn:PARTITION:iam::ACCOUNT:user/USERNAMEWITHPATH"),
        ("kms:Decrypt", "arn:aws:kms:eu-west-1:222222222222:alias/a", "arn:PARTITION:kms:REGION:ACCOUNT:key/KEYID"),
        ("s3:ListBucket", "arn:aws:s3:::bucket/key", "name arn:aws:s3:::bucket, or one of the form"),
        ("s3:ListBucket", "arn:aws:s3:::buck*/logs/*", "name arn:aws:s3:::buck*, or one of the form"),
        (
            "dynamodb:GetItem",
            f"arn:aws:dynamodb:eu-west-1:{DEV}:table/t/index/i",
            "name arn:aws:dynamodb:eu-west-1:222222222222:table/t, or one",
        ),
    ],
)
def test_no_action_is_asked_about_resources_of_another_form(
    modelled: Modelled, ask: Ask, action: str, resource: str, form: str
) -> None:
    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", "*"))}})
    with pytest.raises(IamgenError) as caught:
        ask(asker, "alice", action, resource)
    (fault,) = caught.value.faults
    assert fault.where == resource
    assert fault.problem.startswith(f"there is no such request: {action} is about resources of another form")
    assert form in fault.hint


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3::222222222222:accesspoint/alias.mrap/object/key"),
        ("ssm:GetParameter", "arn:aws:ssm:eu-west-1::parameter/aws/service/ami"),
        ("ssm:SendCommand", "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"),
        ("execute-api:Invoke", "arn:aws:execute-api:eu-west-1:222222222222:abc/prod/GET/"),
        ("backup:DescribeRecoveryPoint", "arn:aws:ec2:eu-west-1::snapshot/snap-1"),
        ("ssm:GetParameter", "arn:aws:ssm:*::parameter/aws/*"),
    ],
)
def test_arns_with_empty_fields_are_asked_about_though_the_list_does_not_show_them(
    modelled: Modelled, ask: Ask, action: str, resource: str
) -> None:
    accounts = {"Ann": user("ann", statement("Allow", action, resource)), "Ben": user("ben", statement("Allow", "x:*"))}
    asker = modelled({DEV: accounts})
    assert ask(asker, "ann", action, resource).level == "yes"
    assert ask(asker, "ben", action, resource).level == "no"


def test_nothing_within_a_bucket_is_taken_for_a_bucket(modelled: Modelled, ask: Ask) -> None:
    """A statement about objects alone allows nothing about buckets."""
    objects = statement("Allow", ["s3:ListBucket", "s3:GetObject"], "arn:aws:s3:::data/*")
    both = statement("Allow", "s3:ListBucket", ["arn:aws:s3:::data*", "arn:aws:s3:::data/x"])
    asker = modelled({DEV: {"Ann": user("ann", objects), "Ben": user("ben", both)}})
    levels = [ask(asker, "ann", "s3:ListBucket", on).level for on in ("*", "arn:aws:s3:::data", "arn:aws:s3:::*")]
    assert levels == ["no", "no", "no"]
    assert ask(asker, "ann", "s3:GetObject", "arn:aws:s3:::data/*").level == "yes"
    assert ask(asker, "ben", "s3:ListBucket", "arn:aws:s3:::data*").level == "yes"
    assert ask(asker, "ben", "s3:ListBucket", "*").level == "depends"


def test_actions_without_resources_are_not_asked_about_any(modelled: Modelled, ask: Ask) -> None:
    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", "*"))}})
    with pytest.raises(IamgenError, match=r"there is no such request: the actions ec2:DescribeR\*s have no resource"):
        ask(asker, "alice", "ec2:DescribeR*s", f"arn:aws:iam::{DEV}:user/alice")


def test_everything_that_is_not_known_is_told_in_one_go(modelled: Modelled, ask: Ask) -> None:
    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", "*"))}})
    with pytest.raises(IamgenError) as caught:
        ask(asker, "alicia", "s3:GetObjekt", "arn:aws-x:s3:::bucket/key", "nowhere", via="NoR")
    assert [fault.where for fault in caught.value.faults] == [
        "alicia", "s3:GetObjekt", "arn:aws-x:s3:::bucket/key", "nowhere", "NoR",
    ]  # fmt: skip


def test_who_and_what_is_decided_alike_is_decided_as_it_would_be_alone(every_model: AccessModel) -> None:
    """Every user and role is asked about actions of every kind, by one who has decided everything else before and by
    one who has decided nothing."""
    asker = Asker(every_model)
    shared = Decider(asker.reacher.known_roles)
    circumstances = Circumstances(NOW)
    known = {known.entity.arn: known for known in every_model.roles}
    actings = [asker.reacher.session(role, name, circumstances) for role in known.values() for name in ("", "alice")]
    actings += [acting_user(actor.known, actor.kind, circumstances) for actor in every_model.actors if actor.known]
    for acting in actings:
        for action in ASKED:
            alone = Decider(asker.reacher.known_roles).outcome(acting, action, ResourceScope())
            together = shared.outcome(acting, action, ResourceScope())
            assert together.samples == alone.samples, (acting.known.entity.arn, action)
            assert (together.action, together.is_complete) == (action, alone.is_complete)


def test_actions_of_a_group_are_decided_like_its_first(example: Asker) -> None:
    (bob,) = (actor for actor in example.model.actors if actor.name == "bob")
    actings = [way.acting for way in example.reach(bob, Circumstances(NOW)).ways]
    actions = tuple(
        f"{service}:{name}" for service in ("iam", "s3", "sts", "kms") for name in actions_of(service).values()
    )
    groups = actions_alike(actings, actions)
    assert sorted(action for group in groups for action in group) == sorted(actions)
    assert len(groups) < len(actions) / 2
    decider = Decider(example.reacher.known_roles)
    for acting in actings:
        for group in groups:
            outcomes = [decider.outcome(acting, action, ResourceScope()) for action in (group[0], group[-1])]
            alone = Decider(example.reacher.known_roles).outcome(acting, group[-1], ResourceScope())
            assert outcomes[0].samples == outcomes[1].samples == alone.samples
            assert [item.action for item in outcomes] == [group[0], group[-1]]


def test_ways_that_may_allow_all_of_it_together_are_named(modelled: Modelled, ask: Ask) -> None:
    words = "whether several ways allow all of it together, which is not worked out: each is decided by itself"
    first = role("FirstR", {"AWS": f"arn:aws:iam::{DEV}:user/alice"}, statement("Allow", "s3:GetObject", f"{BUCKET}/*"))
    rest = {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": f"{BUCKET}/*"}
    second = role("SecondR", {"AWS": f"arn:aws:iam::{DEV}:user/alice"}, rest)
    own = user("alice", statement("Allow", "sts:AssumeRole"))
    both = ask(modelled({DEV: {"Alice": own, "First": first, "Second": second}}), "alice", "s3:GetObject")
    assert both.level == "depends"
    assert words in conditions(both)
    alone = ask(modelled({DEV: {"Alice": own, "First": first}}), "alice", "s3:GetObject")
    assert alone.level == "depends"
    assert words not in conditions(alone)


@pytest.mark.parametrize("mfa", ["usual", "present", "false", "absent"])
def test_users_may_what_takes_an_access_key_however_they_signed_in(modelled: Modelled, ask: Ask, mfa: str) -> None:
    resources = {
        "U": user("alice", statement("Allow", "sts:GetFederationToken")),
        "R": role("R", {"AWS": f"arn:aws:iam::{DEV}:user/alice"}, statement("Allow", "sts:*")),
    }
    asker = modelled({DEV: resources})
    for action in ("sts:GetSessionToken", "sts:GetFederationToken"):
        assert ask(asker, "alice", action, mfa=mfa).level == "yes"
        assert conditions(ask(asker, "alice", action, mfa=mfa))[0] == (
            "with an access key: temporary credentials are refused"
        )
        assert ask(asker, "role/R", action, mfa=mfa).level == "no"


def test_with_an_access_key_nobody_shows_mfa(modelled: Modelled, ask: Ask) -> None:
    with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    asker = modelled({DEV: {"U": user("alice", statement("Allow", "sts:*", Condition=with_mfa))}})
    answer = ask(asker, "alice", "sts:GetFederationToken", mfa="present")
    assert answer.level == "no"
    assert missing(answer.attempts[0]) == ("own allows it only with MFA",)
    assert ask(asker, "alice", "sts:GetSessionToken", mfa="present").level == "yes"


def test_what_needs_no_permission_is_explained_by_no_statement(modelled: Modelled, ask: Ask) -> None:
    without_mfa = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    statements = (statement("Allow", "s3:*"), statement("Deny", "*", Condition=without_mfa))
    answer = ask(modelled({DEV: {"U": user("alice", *statements)}}), "alice", "sts:GetCallerIdentity")
    assert answer.level == "yes"
    assert conditions(answer) == ("AWS asks no policy about it, so that no Deny prevents it",)
    assert [step.kind for step in last_steps(answer.attempts[0])] == []


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        ("ForAnyValue:StringEquals", "a value of aws:TagKeys is team"),
        ("ForAnyValue:StringEqualsIfExists", "a value of aws:TagKeys is team"),
        ("ForAllValues:StringEquals", "every value of aws:TagKeys is team, or is absent"),
        ("ForAllValues:StringNotEquals", "every value of aws:TagKeys is not team, or is absent"),
    ],
)
def test_words_say_whether_a_set_operator_holds_without_the_key(
    modelled: Modelled, ask: Ask, operator: str, words: str
) -> None:
    tagged = statement("Allow", "ec2:*", Condition={operator: {"aws:TagKeys": "team"}})
    answer = ask(modelled({DEV: {"U": user("alice", tagged)}}), "alice", "ec2:RunInstances")
    assert conditions(answer) == (f"allowed by own if {words}",)


def test_a_condition_that_cannot_be_decided_though_its_key_is_known_says_why(modelled: Modelled, ask: Ask) -> None:
    tagged = statement("Allow", "ec2:*", Condition={"StringEquals": {"aws:TagKeys": "team"}})
    asker = modelled({DEV: {"U": user("alice", tagged)}})
    answer = ask(asker, "alice", "ec2:RunInstances", context={"aws:TagKeys": "team"})
    assert conditions(answer) == (
        "allowed by own if aws:TagKeys is team, which cannot be decided: aws:TagKeys is a multivalued key, and has a "
        "meaning under a set operator only",
    )
