"""The trust compiler: whom the policy admits, under which condition, is exactly what was granted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from awacs import awsencode
from hypothesis import given
from hypothesis import strategies as st

from iamgen.declaration.expiry import iso
from iamgen.declaration.load import load
from iamgen.declaration.naming import Naming
from iamgen.declaration.origin import Origin
from iamgen.declaration.resolved import Granted, Machine, Person
from iamgen.synth.build import build
from iamgen.synth.statements import size
from iamgen.synth.template_text import text
from iamgen.synth.trust import Trust, TrustForm, compile_trust, literal, literal_role, trust_size

PEOPLE, HERE = Naming("infra", "aws", "111111111111"), Naming("infra", "aws", "222222222222")
START = datetime(2027, 1, 1, tzinfo=UTC)

names = st.text("abcXYZ019+=,.@_-", min_size=1, max_size=12)
ends = st.none() | st.integers(0, 3).map(lambda days: START + timedelta(days=days))
grants = st.lists(
    st.tuples(names, st.booleans(), ends, st.sampled_from(["/", "/team/", "/a/b/"])),
    max_size=30,
    unique_by=lambda grant: (grant[0].casefold(), grant[1]),
)
forms = st.builds(TrustForm, st.booleans(), st.booleans(), st.just(PEOPLE), st.just(HERE), st.booleans())


def no_document(*_: object) -> dict[str, Any]:
    raise AssertionError


def granted(drawn: list[tuple[str, bool, datetime | None, str]]) -> list[Granted]:
    return [
        Granted(
            Machine(name) if machine else Person(name, path, False, None, ()), "dev", "OpsR", end, "", Origin("", 1)
        )
        for name, machine, end, path in drawn
    ]


def trust_document(items: list[Granted], form: TrustForm) -> Any:
    return compile_trust(Trust(tuple(items), (), form), literal(form), literal_role(form))


def compiled(items: list[Granted], form: TrustForm) -> list[dict[str, Any]]:
    document = trust_document(items, form)
    plain = json.loads(json.dumps(document, cls=awsencode))
    assert plain["Version"] == "2012-10-17"
    return list(plain["Statement"])


def admitted(statement: dict[str, Any], form: TrustForm) -> set[tuple[str, bool, str | None]]:
    """Read who is admitted off a statement: their ARN (or name), with MFA or not, before when."""
    assert (statement["Effect"], statement["Action"]) == ("Allow", ["sts:AssumeRole"])
    condition = dict(statement.get("Condition", {}))
    end = condition.pop("DateLessThan", {"aws:CurrentTime": None})["aws:CurrentTime"]
    mfa = condition.pop("Bool", None)
    assert mfa in (None, {"aws:MultiFactorAuthPresent": "true"})
    equals = condition.pop("StringEquals", {})
    assert equals.pop("sts:RoleSessionName", None) == ("${aws:username}" if form.own_session_name else None)
    assert condition == {}
    principal = statement["Principal"]["AWS"]
    if "aws:username" in equals:
        assert principal == [PEOPLE.arn("root")]
        principal = equals.pop("aws:username")
    assert equals == {}
    return {(element, mfa is not None, end) for element in principal}


@given(grants, forms)
def test_it_admits_exactly_those_who_were_granted(
    drawn: list[tuple[str, bool, datetime | None, str]], form: TrustForm
) -> None:
    items = granted(drawn)
    statements = compiled(items, form)
    if not items:
        assert statements == [{"Action": ["sts:AssumeRole"], "Effect": "Deny", "Principal": {"AWS": ["*"]}}]
        return
    expected = {
        (
            HERE.user_arn(grant.principal.name)
            if isinstance(grant.principal, Machine)
            else (
                grant.principal.name
                if form.names
                else PEOPLE.user_arn(grant.principal.name, getattr(grant.principal, "path", "/"))
            ),
            form.mfa and isinstance(grant.principal, Person),
            iso(grant.until) if grant.until else None,
        )
        for grant in items
    }
    result = [admitted(statement, form) for statement in statements]
    assert set().union(*result) == expected
    assert sum(map(len, result)) == len(expected)
    assert len(statements) == len({(isinstance(grant.principal, Machine), grant.until) for grant in items})


@given(grants, forms, st.randoms())
def test_the_order_of_grants_with_the_same_end_is_kept_and_that_of_statements_is_fixed(
    drawn: list[tuple[str, bool, datetime | None, str]], form: TrustForm, random: Any
) -> None:
    ordered = sorted(granted(drawn), key=lambda grant: grant.principal.name)
    by_end = sorted(ordered, key=lambda grant: (grant.until is None, str(grant.until)))
    assert compiled(ordered, form) == compiled(by_end, form)


@given(grants, forms)
def test_its_size_is_that_of_its_text_without_white_space(
    drawn: list[tuple[str, bool, datetime | None, str]], form: TrustForm
) -> None:
    items = granted(drawn)
    text = json.dumps(json.loads(json.dumps(trust_document(items, form), cls=awsencode)))
    assert trust_size(Trust(tuple(items), (), form)) == len(text.replace(" ", ""))


@pytest.mark.parametrize(("names_form", "most"), [(False, 44), (True, 165)])
def test_some_forty_people_fit_by_arn_and_four_times_as_many_by_name(names_form: bool, most: int) -> None:
    form = TrustForm(names_form, False, PEOPLE, HERE)
    people = granted([(f"user{n:04}", False, None, "/") for n in range(500)])
    fit = max(n for n in range(1, 500) if size(trust_document(people[:n], form)) <= 2048)
    assert fit == most


TOOL, PARTNER = "arn:aws:iam::999999999999:user/tool", "arn:aws:iam::999999999999:role/Partner"
MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}


@pytest.mark.parametrize("names_form", [False, True])
@pytest.mark.parametrize(
    ("assumed_by", "mfa", "expected"),
    [
        # a user may be a person, so MFA is demanded unless the role says that it is none
        ((TOOL,), True, [({"AWS": [TOOL]}, MFA)]),
        ((TOOL,), False, [({"AWS": [TOOL]}, {})]),
        # services and roles cannot have MFA, and never need it
        (("lambda.amazonaws.com",), True, [({"Service": ["lambda.amazonaws.com"]}, {})]),
        (("ec2.amazonaws.com.cn",), True, [({"Service": ["ec2.amazonaws.com.cn"]}, {})]),
        (
            ("WorkerR", PARTNER),
            True,
            [({"AWS": ["arn:aws:iam::222222222222:role/infra-WorkerR-222222222222", PARTNER]}, {})],
        ),
        (
            ("lambda.amazonaws.com", PARTNER, TOOL, "ec2.amazonaws.com"),
            True,
            [
                ({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}, {}),
                ({"AWS": [PARTNER]}, {}),
                ({"AWS": [TOOL]}, MFA),
            ],
        ),
    ],
)
def test_whom_a_declared_role_trusts_besides(
    assumed_by: tuple[str, ...], mfa: bool, expected: list[tuple[Any, Any]], names_form: bool
) -> None:
    form = TrustForm(names_form, False, PEOPLE, HERE, mfa)
    document = compile_trust(Trust((), assumed_by, form), literal(form), literal_role(form))
    assert json.loads(json.dumps(document, cls=awsencode))["Statement"] == [
        {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": principal, **condition}
        for principal, condition in expected
    ]


def test_services_that_tag_their_sessions_may_do_so() -> None:
    form = TrustForm(False, False, PEOPLE, HERE)
    services = ("lambda.amazonaws.com", "pods.eks.amazonaws.com", "rolesanywhere.amazonaws.com")
    document = compile_trust(Trust((), services, form), literal(form), literal_role(form))
    actions = {
        statement["Principal"]["Service"][0]: statement["Action"]
        for statement in json.loads(json.dumps(document, cls=awsencode))["Statement"]
    }
    assert actions == {
        "lambda.amazonaws.com": ["sts:AssumeRole"],
        "pods.eks.amazonaws.com": ["sts:AssumeRole", "sts:TagSession"],
        "rolesanywhere.amazonaws.com": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }


def test_a_role_of_the_same_template_is_made_first_also_where_its_arn_is_written(
    make_repo: Callable[..., Path],
) -> None:
    arns = [f"arn:aws:iam::{account}:role/infra-BbR-{account}" for account in ("222222222222", "333333333333")]
    roles = f'Role("AaR", assumed_by=("BbR", *{arns})), Role("BbR", assumed_by=("lambda.amazonaws.com",))'
    declaration = load(
        make_repo(f"from iamgen import Role\nOPS_SERVICES = ('s3',)\nUSERS = ()\nROLES = ({roles})\n"), START
    ).declaration
    trusted = {
        name: json.loads(text(build(declaration, declaration.accounts[name], no_document)))["Resources"]["AaR"]
        for name in ("dev", "prod")
    }
    own = {"Fn::GetAtt": ["BbR", "Arn"]}
    assert _trusted_by(trusted["dev"]) == [own, arns[1]]
    assert _trusted_by(trusted["prod"]) == [own, arns[0]]


def _trusted_by(role: dict[str, Any]) -> list[Any]:
    return list(role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"])


def test_a_role_without_mfa_demands_none_of_people() -> None:
    form = TrustForm(False, False, PEOPLE, HERE, mfa=False)
    (statement,) = compiled(granted([("alice", False, None, "/")]), form)
    assert "Condition" not in statement
