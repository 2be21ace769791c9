from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from awacs import awsencode, sts
from awacs.aws import PolicyDocument
from hypothesis import given
from hypothesis import strategies as st

from iamgen.aws import quotas
from iamgen.check.quota_table import plain, table
from iamgen.check.quota_usage.headroom import Headroom, fullest, headroom, notable
from iamgen.check.rule_context import Facts
from iamgen.declaration.naming import Naming
from iamgen.declaration.origin import Origin
from iamgen.declaration.resolved import Granted, Machine, Person
from iamgen.errors import Fault
from iamgen.iam.template import Template
from iamgen.synth.statements import allow, document
from iamgen.synth.trust import Trust, TrustForm, compile_trust, literal, literal_role, trust_size

EXPECTED = Path(__file__).parents[1] / "golden" / "expected"
PEOPLE, HERE = Naming("infra", "aws", "111111111111"), Naming("infra", "aws", "222222222222")
EVERY_GOLDEN = sorted(EXPECTED.glob("*/*.json"))


def rows_of(case: str, account: str, people: int = 0) -> dict[tuple[str, str], Headroom]:
    written = (EXPECTED / case / f"{account}.json").read_text("utf-8")
    result = headroom(account, Template.of(json.loads(written), len(written.encode())), Facts(), people)
    rows = {(row.subject, row.unit if row.limit != quotas.TEMPLATE else "bytes from S3"): row for row in result}
    assert len(rows) == len(result)
    return rows


def of(resources: dict[str, Any], **facts: Any) -> list[Headroom]:
    body = {"Resources": {name: {"Type": kind, "Properties": given} for name, (kind, given) in resources.items()}}
    return list(headroom("dev", Template.of(body, 100), Facts(**facts)))


def only(rows: list[Headroom], message: str, unit: str = "characters") -> Headroom:
    (row,) = (row for row in rows if (row.subject, row.unit) == (message, unit))
    return row


def policy(result: PolicyDocument) -> Any:
    return json.loads(json.dumps(result, cls=awsencode))


@pytest.mark.parametrize(
    ("message", "unit", "used", "limit", "then"),
    [
        ("AdminR trust policy", "characters", 205, 2_048, "47 more users fit"),
        ("OpsP", "characters", 204, 6_144, "312 more actions fit"),
        ("OpsR", "managed policies", 2, 20, "18 more managed policies fit"),
        ("CIUserCiG", "managed policies", 1, 10, "9 more managed policies fit"),
        ("ci", "groups", 1, 10, "9 more groups fit"),
        ("longest role name", "characters", 25, 64, "39 more characters fit"),
        ("template", "resources", 7, 500, "493 more resources fit"),
        ("template without S3", "bytes", 5_045, 51_200, "46,155 more bytes fit"),
        ("template", "bytes from S3", 5_045, 1_000_000, "994,955 more bytes fit"),
        ("account", "roles", 3, 1_000, "997 more roles fit"),
        ("account", "customer policies", 2, 1_500, "1,498 more customer policies fit"),
        ("account", "users", 1, 5_000, "4,999 more users fit"),
    ],
)
def test_numbers_of_the_example(message: str, unit: str, used: int, limit: int, then: str) -> None:
    row = rows_of("example", "dev")[message, unit]
    assert (row.used, row.limit, row.next) == (used, limit, then)


def test_who_else_is_in_the_account_counts() -> None:
    assert rows_of("example", "user-only", 4)["account", "users"].used == 4
    assert rows_of("users-in-stack", "user-only")["account", "users"].used == 2


def test_people_in_the_stack() -> None:
    rows = rows_of("users-in-stack", "user-only")
    assert rows["alice", "groups"].next == "7 more groups fit"
    assert rows["alice", "tags"].used == 2
    assert ("bob", "tags") not in rows
    assert rows["longest path", "characters"].used == len("/team/blue/")
    assert rows["longest tag value", "characters"].used == len("core")
    assert rows["AssumeRoleP", "characters"].next == "98 more roles fit"


def test_trust_of_nobody() -> None:
    assert rows_of("users-in-stack", "dev")["OpsR trust policy", "characters"].next == "nobody is trusted yet"


@pytest.mark.parametrize("file", EVERY_GOLDEN, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_row_of_every_template_makes_sense(file: Path) -> None:
    for row in rows_of(file.parent.name, file.stem).values():
        assert 0 < row.used <= row.limit
        assert row.next
        assert 0 <= row.percent <= 100


def test_references_count_as_what_they_become() -> None:
    user = ("AWS::IAM::User", {"UserName": "alice", "Path": "/a/"})
    written = {"AWS": ["arn:aws:iam::222222222222:user/a/alice"]}
    referring = {"AWS": [{"Fn::GetAtt": ["Alice", "Arn"]}]}
    result = [
        only(
            of({"R": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": trust(principal)}), "Alice": user}),
            "R trust policy",
        )
        for principal in (written, referring)
    ]
    assert result[0] == result[1]


def trust(principal: Any) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}],
    }


FITS = re.compile("(no|[0-9,]+) more users fit|1 more user fits")
names = st.text("abcXYZ019+=,.@_-", min_size=1, max_size=24)


@given(
    st.lists(names, min_size=1, max_size=12, unique_by=str.casefold),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([quotas.TRUST_POLICY, quotas.TRUST_POLICY_RAISED]),
)
def test_so_many_more_users_fit(given_names: list[str], by_name: bool, own: bool, ci: bool, quota: int) -> None:
    form = TrustForm(by_name, own, PEOPLE, HERE)
    granted = [grant(Person(name, "/", False, None, ())) for name in given_names]
    granted += [grant(Machine("c"))] if ci else []
    row = trust_row(granted, form, quota)
    assert row.used == trust_size(Trust(tuple(granted), (), form))
    assert FITS.fullmatch(row.next)
    more = int(row.next.split()[0].replace("no", "0").replace(",", ""))
    like = grant(Person(max(given_names, key=len), "/", False, None, ()))
    assert trust_size(Trust((*granted, *[like] * more), (), form)) <= quota
    assert trust_size(Trust((*granted, *[like] * (more + 1)), (), form)) > quota


def grant(principal: Person | Machine) -> Granted:
    return Granted(principal, "dev", "OpsR", None, "", Origin("", 1))


def trust_row(granted: list[Granted], form: TrustForm, quota: int) -> Headroom:
    result = policy(compile_trust(Trust(tuple(granted), (), form), literal(form), literal_role(form)))
    rows = of({"OpsR": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": result})}, trust_policy_quota=quota)
    return only(rows, "OpsR trust policy")


@pytest.mark.parametrize(
    ("more", "then"),
    [(-2, "2 too many"), (0, "no more users fit"), (41, "no more users fit"), (42, "1 more user fits")],
)
def test_at_the_very_end(more: int, then: str) -> None:
    people = [grant(Person("x" * 8, "/", False, None, ()))] * 30
    form = TrustForm(False, False, PEOPLE, HERE)
    assert len('"arn:aws:iam::111111111111:user/xxxxxxxx",') == 42
    row = trust_row(people, form, trust_size(Trust(tuple(people), (), form)) + more)
    assert row.next == then


def test_trust_of_others_is_filled_by_statements() -> None:
    statement = trust({"Service": "ec2.amazonaws.com"})["Statement"][0]
    document = {"Version": "2012-10-17", "Statement": [statement]}
    empty, element = (len(json.dumps(doc, separators=(",", ":"))) for doc in ({**document, "Statement": []}, document))
    row = only(of({"R": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": document})}), "R trust policy")
    assert row.used == element
    more = int(row.next.split()[0])
    assert row.next == f"{more} more statements fit"
    assert element + more * (element - empty + 1) <= 2_048 < element + (more + 1) * (element - empty + 1)


def test_a_policy_that_another_goes_on_with_is_full_for_good() -> None:
    def assume(account: str, count: int) -> Any:
        roles = [f"arn:aws:iam::{account}:role/infra-R{number}" for number in range(count)]
        return {"PolicyDocument": policy(document(allow("Assume", [sts.AssumeRole], roles)))}

    both = [{"Ref": "AssumeRoleP"}, {"Ref": "AssumeRole2P"}]
    rows = of(
        {
            "AssumeRoleG": ("AWS::IAM::Group", {"ManagedPolicyArns": both}),
            "AssumeRoleP": ("AWS::IAM::ManagedPolicy", assume("111111111111", 100)),
            "AssumeRole2P": ("AWS::IAM::ManagedPolicy", assume("222222222222", 2)),
        }
    )
    assert [row.subject for row in rows if row.subject.startswith("AssumeRole")] == ["AssumeRole2P", "AssumeRoleG"]
    assert only(rows, "AssumeRole2P").next.endswith("more roles fit")


def test_inline_policies_and_attachments_of_every_kind() -> None:
    inline = {"PolicyName": "e", "PolicyDocument": trust("*")}
    rows = of(
        {
            "R": ("AWS::IAM::Role", {"Policies": [inline, inline], "ManagedPolicyArns": [{"Ref": "AP"}, "arn:x"]}),
            "AP": ("AWS::IAM::ManagedPolicy", {"PolicyDocument": trust("*"), "Roles": [{"Ref": "R"}]}),
            "BP": ("AWS::IAM::ManagedPolicy", {"PolicyDocument": trust("*"), "Roles": [{"Ref": "R"}]}),
            "Gitlab": ("AWS::IAM::OIDCProvider", {"Url": "https://gitlab.com"}),
        }
    )
    row = only(rows, "R inline policies")
    assert (row.used, row.limit) == (2 * len(json.dumps(trust("*"), separators=(",", ":"))), 10_240)
    assert only(rows, "R", "managed policies").used == 3
    assert only(rows, "account", "OIDC providers").next == "99 more OIDC providers fit"


ROWS = [
    Headroom("dev", "OpsP", 79, 100, "characters", "5 more actions fit"),
    Headroom("prod", "AdminR trust policy", 1_864, 2_048, "characters", "3 more users fit"),
    Headroom("dev", "OpsR", 8, 10, "managed policies", "2 more managed policies fit"),
]
TABLE = """\
prod AdminR trust policy  1,864 / 2,048  91 %  3 more users
dev OpsR                      8 /    10  80 %  2 more managed policies
dev OpsP                     79 /   100  79 %  5 more actions
"""


def test_notable() -> None:
    assert notable(ROWS) == (ROWS[1], ROWS[2])
    assert ROWS[1].warning == Fault("prod AdminR trust policy", "1,864 of 2,048 characters, 91 %", "3 more users fit")


def test_the_fullest_are_those_that_something_fills() -> None:
    name = Headroom("dev", "longest role name", 78, 100, "characters", "22 more characters fit", grows=False)
    long_name = Headroom("dev", "longest role name", 80, 100, "characters", "20 more characters fit", grows=False)
    assert fullest([*ROWS, name], 4) == (ROWS[1], ROWS[2], ROWS[0])
    assert fullest([*ROWS, long_name], 4) == (ROWS[1], ROWS[2], long_name, ROWS[0])
    assert fullest(ROWS, 1) == (ROWS[1],)
    assert "grows" not in name.plain()


def test_percent_is_100_only_when_full() -> None:
    assert [Headroom("", "", used, 1_000, "", "").percent for used in (999, 1_000, 1_001, 2_000)] == [99, 100, 100, 200]


def test_table() -> None:
    assert table(ROWS) == TABLE
    assert table([]) == ""


def test_json() -> None:
    assert plain(ROWS)[0] == {
        "account": "prod",
        "what": "AdminR trust policy",
        "used": 1_864,
        "limit": 2_048,
        "unit": "characters",
        "next": "3 more users fit",
        "percent": 91,
    }


def test_tags_that_a_condition_may_take_away_do_not_count() -> None:
    tag = {"Key": "team", "Value": "ops"}
    choice = {"Fn::If": ["InProd", {"Key": "cost", "Value": "1"}, {"Key": "cost", "Value": "2"}]}
    rows = of({"Alice": ("AWS::IAM::User", {"UserName": "alice", "Tags": [tag, choice]})})
    assert only(rows, "alice", "tags").used == 1
