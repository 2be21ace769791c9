"""A yes to a pattern is a yes to each of its resources, and a no a no: on random policies, resource by resource."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iamgen.questions.can import AccessQuestion, Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.template_source import AccountFile, from_templates
from tests.questions.conftest import DEV, NOW, document, user

START = "arn:aws:s3:::"
OBJECTS = [f"{START}{bucket}/{key}" for bucket, key in product(("a", "ab", "b", "ba"), ("a", "b", "ab"))]
globs = st.builds(lambda bucket, key: f"{START}{bucket}/{key}", *[st.text("ab*?", min_size=1, max_size=3)] * 2)
elements = st.sampled_from(["Resource", "NotResource"])
effects = st.sampled_from(["Allow", "Allow", "Deny"])
conditions = st.sampled_from([{}, {}, {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}])


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    resource = draw(st.one_of(st.just("*"), st.lists(globs, min_size=1, max_size=2)))
    element = "Resource" if resource == "*" else draw(elements)
    condition = draw(conditions)
    block = {"Effect": draw(effects), "Action": "s3:GetObject", element: resource}
    return {**block, "Condition": condition} if condition else block


def asker(listed: list[dict[str, Any]], boundary: list[dict[str, Any]]) -> Asker:
    limit = {"ManagedPolicyName": "limit", "PolicyDocument": document(*boundary)}
    resources = {"Limit": {"Type": "AWS::IAM::ManagedPolicy", "Properties": limit}} if boundary else {}
    more = {"PermissionsBoundary": {"Ref": "Limit"}} if boundary else {}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "t.json"
        file.write_text(json.dumps({"Resources": {**resources, "Alice": user("alice", *listed, **more)}}))
        return Asker(from_templates([AccountFile(DEV, file, "dev")], "aws"))


def level(of: Asker, resource: str) -> str:
    return of.answer(AccessQuestion("alice", "s3:GetObject", Circumstances(NOW), resource)).level


@settings(max_examples=min(150, 2 * settings().max_examples))
@given(st.lists(statements(), max_size=4), st.lists(statements(), max_size=2), globs)
def test_all_and_nothing(listed: list[dict[str, Any]], boundary: list[dict[str, Any]], glob: str) -> None:
    from iamgen.access.patterns import pattern

    of = asker(listed, boundary)
    whole = level(of, glob)
    meant = [item for item in OBJECTS if pattern(glob, variables=False).matches(item)]
    levels = {level(of, item) for item in meant}
    if whole != "depends":
        assert levels <= {whole}
    assert len(levels) < 2 or whole == "depends"
