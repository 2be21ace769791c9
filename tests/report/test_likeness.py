"""Users and roles share a class only where they have equal power: what tells them apart keeps them apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iamgen.access.documents import parse
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.holders import HolderSearch, admin_demand
from iamgen.report.likeness import Likenesses, name_marks
from iamgen.report.power_classes import PowerClasses
from iamgen.report.prepared_questions import PREPARED
from tests.conftest import NOW
from tests.questions.conftest import golden

DEV, OPS = "222222222222", "999999999999"
Modelled = Callable[..., Asker]


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any], name: str = "own") -> list[dict[str, Any]]:
    return [{"PolicyName": name, "PolicyDocument": document(*statements)}]


def role(*statements: dict[str, Any], trusted: str = DEV, **more: Any) -> dict[str, Any]:
    trust = document({"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"})
    properties = {"AssumeRolePolicyDocument": trust, "Policies": policy(*statements), **more}
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def user(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "AWS::IAM::User", "Properties": {"UserName": name, "Policies": policy(*statements)}}


def classes(asker: Asker) -> dict[str, int]:
    """Return the class of each user and role, by its ARN."""
    likenesses, seen_so_far = Likenesses(), dict[Any, int]()
    listed = [(known, "role") for known in asker.model.roles]
    listed += [(actor.known, actor.kind) for actor in asker.model.actors if actor.known]
    return {
        known.entity.arn: seen_so_far.setdefault(likenesses.of(known, kind), len(seen_so_far)) for known, kind in listed
    }


def test_roles_of_two_accounts_are_alike_where_each_names_its_own(modelled: Modelled) -> None:
    def named(account: str) -> dict[str, Any]:
        return {"R": role(allow("s3:*", f"arn:aws:s3:::logs-{account}/*"), RoleName="app")}

    assert len(set(classes(modelled({DEV: named(DEV), OPS: named(OPS)})).values())) == 1
    assert len(set(classes(modelled({DEV: named(DEV), OPS: named(DEV)})).values())) == 2


def test_an_action_is_never_taken_for_a_name(modelled: Modelled) -> None:
    """A role called s3 that may do s3:*, and one called sqs that may do sqs:*, have nothing in common."""
    result = classes(modelled({DEV: {
        "A": role(allow("s3:*"), RoleName="s3"), "B": role(allow("sqs:*"), RoleName="sqs"),
    }}))  # fmt: skip
    assert len(set(result.values())) == 2


def test_a_boundary_and_a_trust_that_lets_tags_in_tell_roles_apart(modelled: Modelled) -> None:
    result = classes(modelled({DEV: {
        "A": role(allow("s3:*")), "B": role(allow("s3:*"), PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess"),
    }}))  # fmt: skip
    assert len(set(result.values())) == 2


def test_users_of_one_policy_are_alike_but_for_those_it_names(modelled: Modelled) -> None:
    own = allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}")
    deny = {"Effect": "Deny", "Action": "iam:*", "Resource": ["arn:aws:iam::*:user/eve", "arn:aws:iam::*:user/x-*"]}
    users = {name: user(name, own, deny) for name in ("alice", "bob", "eve", "x-1", "x-2")}
    result = {arn.rpartition("/")[2]: number for arn, number in classes(modelled({DEV: users})).items()}
    assert result["alice"] == result["bob"]
    assert result["x-1"] == result["x-2"]
    assert len({result["alice"], result["eve"], result["x-1"]}) == 3


def test_a_wildcard_that_spans_the_beginning_of_a_name_keeps_all_apart() -> None:
    own = allow("iam:*", "arn:aws:iam::*:user/${aws:username}")
    plain = name_marks(parse(document(own, allow("iam:Get*", "arn:aws:iam::*:role/app-*"))))
    assert plain.of("alice") == plain.of("bob")
    spanning = name_marks(parse(document(own, {**allow("iam:*", "arn:aws:iam::*:u*b"), "Effect": "Deny"})))
    assert spanning.of("alice") != spanning.of("bob")
    arn = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:u*b"}}
    by_condition = name_marks(parse(document(allow("iam:*", Condition=arn))))
    assert by_condition.of("alice") != by_condition.of("bob")


def test_a_condition_on_the_name_tells_those_apart_whom_it_means() -> None:
    condition = {"StringLike": {"aws:username": ["admin-*", "eve"]}}
    marks = name_marks(parse(document(allow("iam:*", Condition=condition))))
    assert marks.of("alice") == marks.of("bob")
    assert len({marks.of("alice"), marks.of("admin-1"), marks.of("eve")}) == 3
    assert marks.of("admin-1") == marks.of("admin-2")


def test_administrators_are_those_whom_who_can_names() -> None:
    """Once for each class gives the same answer as asking everybody one by one."""
    asker, circumstances = Asker(golden("example")), Circumstances(NOW)
    question = next(item for item in PREPARED if item.is_admin)
    listed = HolderSearch(asker, admin_demand(""), circumstances, is_admin=True).run().holders
    expected = {(item.attempt.way.acting.known.entity.arn, item.level) for item in listed}
    collected = set()
    powers = PowerClasses(asker, circumstances)
    for actor in asker.model.actors:
        for way in asker.reach(actor, circumstances).ways:
            known = way.acting.known
            answer = powers.answer(known, "role" if way.hops else actor.kind, question)
            if answer.level != "no":
                collected.add((known.entity.arn, answer.level))
    assert collected == expected
