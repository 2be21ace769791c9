"""The trust in pipelines: exactly the issuers, audiences and subjects that were granted, each until its end."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from awacs import awsencode
from hypothesis import given
from hypothesis import strategies as st

from iamgen.declaration.expiry import iso
from iamgen.declaration.naming import Naming
from iamgen.declaration.origin import Origin
from iamgen.declaration.resolved import Granted, Workload
from iamgen.synth.trust import Trust, TrustForm, compile_trust, literal, literal_role

HERE = Naming("infra", "aws", "222222222222")
START = datetime(2027, 1, 1, tzinfo=UTC)

workloads = st.builds(
    Workload,
    st.sampled_from(["https://token.actions.githubusercontent.com", "https://ci.example.com/oidc"]),
    st.sampled_from(["sts.amazonaws.com", "aws"]),
    st.sampled_from(
        ["repo:a/b:environment:x", "repo:a/b:ref:refs/heads/m", "organization:a:pipeline:b:*", "job:*", "job:1"]
    ),
)
grants = st.dictionaries(workloads, st.none() | st.integers(0, 2).map(lambda n: START + timedelta(days=n)), max_size=12)


def admitted(statement: dict[str, Any]) -> set[tuple[str, str, str, str | None]]:
    """Read who is admitted off a statement: issuer, audience, subject, before when."""
    assert (statement["Effect"], statement["Action"]) == ("Allow", ["sts:AssumeRoleWithWebIdentity"])
    issuer = statement["Principal"]["Federated"].removeprefix("arn:aws:iam::222222222222:oidc-provider/")
    condition = statement["Condition"]
    end = condition.pop("DateLessThan", {"aws:CurrentTime": None})["aws:CurrentTime"]
    audience = condition["StringEquals"].pop(f"{issuer}:aud")
    likes = condition.pop("StringLike", {}).pop(f"{issuer}:sub", [])
    equals = condition.pop("StringEquals").pop(f"{issuer}:sub", [])
    assert condition == {}
    assert bool(likes) != bool(equals)
    assert all(like.endswith(":*") and "*" not in like[:-1] for like in likes)
    assert not any("*" in equal for equal in equals)
    return {(issuer, audience, element, end) for element in (*likes, *equals)}


@given(grants, st.booleans(), st.booleans())
def test_it_admits_exactly_those_that_were_granted(
    drawn: dict[Workload, datetime | None], names: bool, own_session_name: bool
) -> None:
    items = tuple(Granted(principal, "dev", "OpsR", end, "", Origin("", 1)) for principal, end in drawn.items())
    form = TrustForm(names, own_session_name, Naming("infra", "aws", "111111111111"), HERE)
    document = compile_trust(Trust(items, (), form), literal(form), literal_role(form))
    statements = json.loads(json.dumps(document, cls=awsencode))["Statement"]
    if not items:
        assert [statement["Effect"] for statement in statements] == ["Deny"]
        return
    result = [admitted(statement) for statement in statements]
    expected = {
        (principal.issuer, principal.audience, principal.subject, iso(end) if end else None)
        for principal, end in drawn.items()
    }
    assert set().union(*result) == expected
    assert sum(map(len, result)) == len(expected)
