"""What is set once, as CloudFormation's own schemas have it."""

from __future__ import annotations

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from iamgen.aws.cloudformation import SET_ONCE, is_replaced


def test_every_type_of_iam_is_known() -> None:
    types = PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1")
    assert set(SET_ONCE) == {type_ for type_ in types if type_.startswith("AWS::IAM::")}


@pytest.mark.parametrize("kind", SET_ONCE)
def test_what_is_set_once(kind: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    assert {f"/properties/{name}" for name in SET_ONCE[kind]} == set(schema.get("createOnlyProperties", ()))
    assert "conditionalCreateOnlyProperties" not in schema


def test_one_such_property_suffices() -> None:
    assert is_replaced("AWS::IAM::Role", {"Description", "Path"})
    assert not is_replaced("AWS::IAM::Role", {"Description"})
    assert not is_replaced("AWS::SNS::Topic", {"TopicName"})
