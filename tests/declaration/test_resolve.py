"""What a whole declaration comes to: every principal, in an order that does not depend on how users.py is sorted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from iamgen.aws.services import list_date
from iamgen.declaration.load import load
from iamgen.declaration.resolved import Account
from iamgen.errors import Fault

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONST = """\
GLOBAL_AWS_REGION=us-gov-west-1
GLOBAL_AWS_PARTITION=aws-us-gov
DEV_AWS_ACCOUNT_ID=222222222222
DEV_AWS_ACCOUNT_NAME='my dev'
PROD_AWS_ACCOUNT_ID=333333333333
"""
USERS = """\
from iamgen import *
OPS_SERVICES = ("s3", "ec2", "s3", "brandnew")
USERS = (
    User("Bob", {"dev": "OpsR"}, tags={"b": "2", "a": "1"}),
    User("alice", {"*": ("ReadR", Grant("OpsR", until="2026-12-31", reason="x"), Grant("OpsR", until="2027-01-31"))},
         power=True, email="a@b.de", path="/x/"),
)
CI_USERS = (CIUser("zed", {"prod": "ReadR"}), CIUser("ci", {"dev": Grant("OpsR", until="2026-01-31")}))
PIPELINES = (
    Pipeline("github", repository="b/b", branch="m", access={"dev": "ReadR"}),
    Pipeline("github", repository="a/b", branch="m", access={"dev": "ReadR"}),
    Pipeline("github", repository="b/b", branch="m", access={"dev": "OpsR"}),
)
GROUPS = (
    Group("ZebraG", members=("alice",)),
    Group("AuditG", members=("alice", "Bob", "alice"), managed_policies=("Two", "One", "Two"), policies=("BbP", "AaP", "BbP")),
)
POLICIES = (Policy("BbP", "b.json.j2", vars={"x": 1}), Policy("AaP", "a.json.j2", accounts=("prod", "dev")))
ROLES = (
    Role("ZebraR", accounts="prod"),
    Role("WorkR", services=("s3", "ec2", "s3", "evennewer"), managed_policies=("Two", "One", "Two"), session_hours=3, mfa=False,
         assumed_by=("OpsR", "ec2.amazonaws.com", "OpsR"), description="works", boundary="One"),
)
SETTINGS = Settings(session_hours={"OpsR": 3}, stack="acme")
"""


def test_everything_that_is_declared(make_repo: Callable[..., Path]) -> None:
    declaration = load(make_repo(USERS, CONST), NOW).declaration
    assert (declaration.region, declaration.partition) == ("us-gov-west-1", "aws-us-gov")
    assert dict(declaration.accounts) == {
        "dev": Account("dev", "222222222222", "dev", "my dev", holds_people=True),
        "prod": Account("prod", "333333333333", "prod", "prod"),
    }
    assert dict(declaration.aliases) == {"user-only": "dev"}
    assert declaration.settings.stack == "acme"
    assert dict(declaration.session_hours) == {"AdminR": 1, "OpsR": 3, "ReadR": 12}
    assert declaration.ops_services == ("brandnew", "ec2", "s3")
    assert [(person.name, person.path, person.power, person.email, person.tags) for person in declaration.people] == [
        ("alice", "/x/", True, "a@b.de", ()),
        ("Bob", "/", False, None, (("a", "1"), ("b", "2"))),
    ]
    assert [machine.name for machine in declaration.machines] == ["ci", "zed"]
    assert [workload.subject for workload in declaration.workloads] == [
        "repo:a/b:ref:refs/heads/m",
        "repo:b/b:ref:refs/heads/m",
    ]


def test_who_is_granted_what(make_repo: Callable[..., Path]) -> None:
    declaration = load(make_repo(USERS, CONST), NOW).declaration
    february = datetime(2027, 2, 1, tzinfo=UTC)
    assert [
        (grant.principal.name, grant.account, grant.role, grant.until, grant.reason) for grant in declaration.granted
    ] == [
        ("alice", "dev", "ReadR", None, ""),
        ("alice", "prod", "ReadR", None, ""),
        ("alice", "dev", "OpsR", february, ""),
        ("alice", "prod", "OpsR", february, ""),
        ("Bob", "dev", "OpsR", None, ""),
        ("zed", "prod", "ReadR", None, ""),
        ("repo:a/b:ref:refs/heads/m", "dev", "ReadR", None, ""),
        ("repo:b/b:ref:refs/heads/m", "dev", "ReadR", None, ""),
        ("repo:b/b:ref:refs/heads/m", "dev", "OpsR", None, ""),
    ]
    assert [(grant.principal.name, grant.role) for grant in declaration.ended] == [("ci", "OpsR")]


def test_roles_groups_and_policies_of_ones_own(make_repo: Callable[..., Path]) -> None:
    declaration = load(make_repo(USERS, CONST), NOW).declaration
    work, zebra = declaration.roles
    assert (zebra.name, set(zebra.accounts)) == ("ZebraR", {"prod"})
    assert (work.name, set(work.accounts), work.services) == ("WorkR", {"dev", "prod"}, ("ec2", "evennewer", "s3"))
    assert (work.managed_policies, work.policies, work.boundary) == (("Two", "One"), (), "One")
    assert (work.assumed_by, work.session_hours, work.mfa) == (("OpsR", "ec2.amazonaws.com"), 3, False)
    assert (work.description, work.emergency, work.ended_emergency) == ("works", None, None)
    audit, _ = declaration.groups
    assert (audit.name, audit.members) == ("AuditG", ("Bob", "alice"))
    assert (audit.managed_policies, audit.policies) == (("Two", "One"), ("BbP", "AaP"))
    assert [
        (policy.name, policy.template, dict(policy.vars), set(policy.accounts)) for policy in declaration.policies
    ] == [
        ("AaP", "a.json.j2", {}, {"dev", "prod"}),
        ("BbP", "b.json.j2", {"x": 1}, {"dev"}),
    ]


def test_what_is_worth_a_warning(make_repo: Callable[..., Path]) -> None:
    warnings = load(make_repo(USERS, CONST), NOW).warnings
    shorter = "does not end at the end of 2026-12-31 (UTC): line 5 grants it until the end of 2027-01-31 (UTC)"
    unlisted = f"is not in the list of AWS's services of {list_date()}"
    newer = "if AWS has had it since, all is well; if not, OpsR or the role gets no power from it"
    assert [fault for fault in warnings if fault.where.startswith("users.py")] == [
        Fault("users.py:5", f"alice's OpsR in dev, prod {shorter}", "remove one of the two"),
        Fault("users.py:8", "ci's OpsR in dev ended at the end of 2026-01-31 (UTC): left out", "remove the grant"),
        Fault("users.py:2", f"OPS_SERVICES: 'brandnew' {unlisted}", newer),
        Fault("users.py:21", f"Role 'WorkR': 'evennewer' {unlisted}", newer),
    ]
