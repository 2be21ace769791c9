from __future__ import annotations

import pytest

from iamgen.check.engine import check_template
from iamgen.check.rule_context import Facts
from iamgen.check.rules import every_rule
from iamgen.check.rules._examples import ALICE, allow, policy, role, trust
from iamgen.iam.template import Template

BODY = {"Resources": {"R": role(trust(ALICE)), "P": policy(allow("*"))}}
TEMPLATE = Template.of(BODY, 100)


def test_a_finding_says_all_about_itself() -> None:
    facts = Facts(causes={"R": "users.py:12"})
    in_policy, in_trust = check_template(TEMPLATE, facts)
    assert (in_policy.rule, in_policy.name, in_policy.level) == ("E111", "full-power", "error")
    assert in_policy.cause == ""
    assert in_trust.name == "trust-without-mfa"
    assert in_trust.cause == "users.py:12"
    assert in_trust.line == 0
    assert in_trust.source.startswith("https://docs.aws.amazon.com/IAM/")
    assert in_trust.path[:2] == ("Resources", "R")


@pytest.mark.parametrize("ignored", ["E111", "full-power"])
def test_rules_are_ignored_by_id_and_by_name(ignored: str) -> None:
    assert [finding.rule for finding in check_template(TEMPLATE, Facts(), [ignored])] == ["E108"]


def test_nothing_is_found_twice() -> None:
    both = {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, {"Bool": {"aws:SecureTransport": "true"}}]}
    body = {"Resources": {"R": role(trust({"AWS": "111111111111"}, Condition=both))}}
    findings = check_template(Template.of(body, 0), Facts())
    assert len(findings) == len(set(findings))
    assert [finding.rule for finding in findings] == ["E102"]


def test_the_order_is_that_of_the_paths() -> None:
    listed = [f"s3:No{number}" for number in range(12)]
    findings = check_template(Template.of({"Resources": {"P": policy(allow(listed))}}, 0), Facts())
    assert [finding.path[-1] for finding in findings] == list(range(12))


def test_paths_are_plain_whatever_the_keys_are() -> None:
    class Key(str):
        __slots__ = ()

    body = {"Resources": {Key("R"): role({**trust({}), "Principal": {Key("AWS"): Key("*")}})}}
    for finding in check_template(Template.of(body, 0), Facts()):
        assert {type(step) for step in finding.path} <= {str, int}


def test_a_rule_that_fails_is_a_bug_and_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Template, "of_type", None)
    with pytest.raises(TypeError):
        check_template(TEMPLATE, Facts())


def test_the_rules_are_loaded_once() -> None:
    assert every_rule() is every_rule()
