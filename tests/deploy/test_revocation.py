"""The policies that take access away: what they deny, and that no repair undoes one while it has an effect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamgen.deploy.authorization_details import ROLE, USER, PrincipalState
from iamgen.deploy.iam_drift import beside
from iamgen.deploy.revocation import (
    LONGEST_SESSION,
    denied_since,
    deny_everything,
    is_in_force,
    revocation,
    revoke_sessions,
)
from iamgen.deploy.stack import StackResource
from iamgen.deploy.undeclared import of_people

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def test_a_policy_says_what_it_is() -> None:
    assert denied_since(deny_everything(NOW)) == NOW
    for every_session in (False, True):
        ended = revocation("bob", revoke_sessions("bob", NOW, every_session=every_session))
        assert ended
        assert (ended.until, ended.every_session) == (NOW, every_session)
    assert revocation("bob", revoke_sessions("alice", NOW, every_session=False)) is None


@pytest.mark.parametrize("document", [ALLOW, {}, {"Statement": {}}, {"Statement": [{"Sid": "OffboardedAt1"}]}])
def test_a_policy_that_somebody_has_changed_is_none_of_iamgens(document: dict[str, Any]) -> None:
    assert denied_since(document) is None
    assert revocation("bob", document) is None
    assert not is_in_force("iamgen-offboarded", document)
    assert not is_in_force("iamgen-revoked-bob", document)


def test_a_revocation_is_in_force_as_long_as_a_session_can_be_left() -> None:
    document = revoke_sessions("bob", NOW, every_session=False)
    assert is_in_force("iamgen-revoked-bob", document, NOW + LONGEST_SESSION - timedelta(seconds=1))
    assert not is_in_force("iamgen-revoked-bob", document, NOW + LONGEST_SESSION)
    assert not is_in_force("iamgen-revoked-alice", document, NOW)
    assert not is_in_force("by-hand", document, NOW)
    assert is_in_force("iamgen-offboarded", deny_everything(NOW), NOW + timedelta(days=400))


def drift(policies: dict[str, Any]) -> list[str]:
    role = StackResource("OpsR", "infra-OpsR-222222222222", ROLE, "", "")
    has = {(ROLE, role.physical_id): PrincipalState(inline=policies)}
    return [difference.value for difference in beside([role], {"OpsR": PrincipalState()}, has)]


def test_drift_leaves_a_revocation_alone_while_it_is_in_force() -> None:
    now = datetime.now(UTC)
    fresh = revoke_sessions("bob", now, every_session=False)
    over = revoke_sessions("eve", now - timedelta(hours=13), every_session=False)
    policies = {"iamgen-revoked-bob": fresh, "iamgen-revoked-eve": over, "iamgen-revoked-mallory": ALLOW, "x": ALLOW}
    assert drift(policies) == ["iamgen-revoked-eve", "iamgen-revoked-mallory", "x"]


def test_a_repair_does_not_let_somebody_in_again_who_was_offboarded() -> None:
    has = {(USER, "bob"): PrincipalState(inline={"iamgen-offboarded": deny_everything(NOW), "x": ALLOW})}
    assert [difference.value for difference in of_people(["bob"], [], has)] == ["x"]
    has = {(USER, "bob"): PrincipalState(inline={"iamgen-offboarded": ALLOW})}
    assert [difference.value for difference in of_people(["bob"], [], has)] == ["iamgen-offboarded"]
