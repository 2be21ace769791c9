"""The documents of AWS managed policies: those that iamgen brings, those that were fetched, and which are read."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from moto import mock_aws
from moto.iam.aws_managed_policies import aws_managed_policies_data

from iamgen.aws.managed_policies import FILE, ManagedPolicyDocuments, keep, managed_documents, refreshed_file
from iamgen.aws.managed_policy_archive import ManagedPolicy, PolicyArchive, PolicyListOrigin, archived, readable_archive
from iamgen.aws.managed_policy_requests import ListedPolicy, fetched_policies, is_known, listed_policies

TODAY = PolicyListOrigin("From a test.", "2099-01-31", "aws")
BODY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
POLICIES = [ManagedPolicy(f"job-function/P{number}", "v1", {**BODY, "Id": str(number)}) for number in range(250)]


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    managed_documents.cache_clear()
    yield tmp_path
    managed_documents.cache_clear()


def test_iamgen_brings_every_policy_that_moto_knows() -> None:
    documents = managed_documents()
    published: dict[str, Any] = json.loads(aws_managed_policies_data)
    assert documents.source.startswith("From moto ")
    assert documents.partition == "aws"
    assert documents.date == max(str(item.get("UpdateDate") or item["CreateDate"]) for item in published.values())[:10]
    assert len(documents) == len(published) > 1_500
    for name, document in documents.items():
        expected = published[name.rpartition("/")[2]]
        assert expected["Path"].lstrip("/") + name.rpartition("/")[2] == name
        assert (document, documents.version(name)) == (expected["Document"], expected["DefaultVersionId"])


def test_the_file_is_small_and_a_single_document_is_read_from_a_single_part() -> None:
    assert FILE.stat().st_size < 600_000
    archive = PolicyArchive.of(FILE.read_bytes())
    assert archive.document("AdministratorAccess")["Statement"] == [{"Action": "*", "Effect": "Allow", "Resource": "*"}]
    with zipfile.ZipFile(FILE) as parts:
        assert len(parts.namelist()) == 1 + -(-len(archive.policies) // 100)
        sizes = [info.file_size for info in parts.infolist()]
    assert max(sizes) < sum(sizes) / 5


def test_what_is_not_there_is_not_known() -> None:
    documents = managed_documents()
    assert "NoSuchPolicy" not in documents
    assert documents.get("NoSuchPolicy") is None
    assert "ViewOnlyAccess" not in documents, "its path belongs to its name"
    with pytest.raises(KeyError):
        documents["NoSuchPolicy"]


def test_equal_policies_make_equal_files() -> None:
    content = archived(POLICIES, TODAY)
    assert archived(reversed(POLICIES), TODAY) == content
    archive = PolicyArchive.of(content)
    assert archive.origin == TODAY
    assert {name: archive.document(name) for name in archive.policies} == {
        policy.name: policy.document for policy in POLICIES
    }


def test_the_newer_documents_are_read(cache_folder: Path) -> None:
    before = managed_documents()
    assert "job-function/P7" not in before
    file = keep(POLICIES, TODAY)
    assert file == refreshed_file("aws")
    assert cache_folder in file.parents
    assert [item.name for item in file.parent.iterdir()] == [file.name]
    after = managed_documents()
    assert (after.date, len(after), after["job-function/P7"]["Id"]) == ("2099-01-31", 250, "7")
    assert "AdministratorAccess" not in after, "what AWS no longer lists is gone"


def test_older_documents_are_not_read() -> None:
    keep(POLICIES, PolicyListOrigin("From a test.", "2001-01-01", "aws"))
    assert managed_documents().source.startswith("From moto ")


def test_each_partition_has_documents_of_its_own() -> None:
    keep(POLICIES, PolicyListOrigin("From a test.", "2099-01-31", "aws-cn"))
    assert managed_documents("aws-cn").date == "2099-01-31"
    assert managed_documents("aws").source.startswith("From moto ")
    assert managed_documents("../aws").source.startswith("From moto ")


def test_documents_of_another_partition_are_not_read() -> None:
    keep(POLICIES, PolicyListOrigin("From a test.", "2099-01-31", "aws-cn")).rename(refreshed_file("aws"))
    managed_documents.cache_clear()
    assert managed_documents("aws").source.startswith("From moto ")


def damaged(content: bytes) -> Iterator[bytes]:
    yield b""
    yield b"no archive"
    yield content[:-100]
    yield content[:200] + bytes(100) + content[300:]
    for index in (
        {},
        {"policies": {"X": ["v1"]}},
        {"policies": {"X": ["v1", 9]}, **dict.fromkeys(("source", "date", "partition"), "x")},
    ):
        whole = BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("index.json", json.dumps(index))
        yield whole.getvalue()


def test_a_damaged_file_is_as_none(tmp_path: Path) -> None:
    file = tmp_path / "some.zip"
    assert readable_archive(file) is None
    content = archived(POLICIES, TODAY)
    for spoilt in damaged(content):
        file.write_bytes(spoilt)
        assert readable_archive(file) is None
    file.write_bytes(content)
    assert readable_archive(file)


def test_a_file_that_cannot_be_written_leaves_nothing_behind(cache_folder: Path) -> None:
    refreshed_file("aws").mkdir(parents=True)
    with pytest.raises(OSError, match="managed-policies-aws"):
        keep(POLICIES, TODAY)
    assert [item.name for item in (cache_folder / "iamgen").iterdir()] == ["managed-policies-aws.zip"]


class Iam:
    """A client of IAM that has a few policies, and says which documents it was asked for."""

    def __init__(self, policies: dict[str, str], *, as_text: bool = False) -> None:
        self.policies, self.as_text, self.asked = policies, as_text, list[tuple[str, str]]()

    def get_paginator(self, operation: str) -> Iam:
        assert operation == "list_policies"
        return self

    def paginate(self, **options: str) -> Iterator[dict[str, Any]]:
        assert options == {"Scope": "AWS"}
        for arn, version in self.policies.items():
            yield {"Policies": [{"Arn": arn, "DefaultVersionId": version}]}

    def get_policy_version(self, **which: str) -> dict[str, Any]:
        self.asked.append((which["PolicyArn"], which["VersionId"]))
        return {"PolicyVersion": {"Document": quote(json.dumps(BODY)) if self.as_text else BODY}}


ARN = "arn:aws:iam::aws:policy"


@pytest.mark.parametrize("as_text", [False, True])
def test_only_versions_that_are_not_known_are_fetched(as_text: bool) -> None:
    known = ManagedPolicyDocuments(PolicyArchive.of(archived(POLICIES, TODAY)))
    iam = Iam({f"{ARN}/job-function/P1": "v1", f"{ARN}/job-function/P2": "v2", f"{ARN}/New": "v1"}, as_text=as_text)
    listed, shown = listed_policies(iam), list[str]()
    assert [is_known(policy, known) for policy in listed] == [True, False, False]
    fetched = list(fetched_policies(iam, listed, known, shown.append))
    assert iam.asked == [(f"{ARN}/job-function/P2", "v2"), (f"{ARN}/New", "v1")]
    assert shown == ["job-function/P2", "New"]
    assert fetched == [
        ManagedPolicy("job-function/P1", "v1", {**BODY, "Id": "1"}),
        ManagedPolicy("job-function/P2", "v2", BODY),
        ManagedPolicy("New", "v1", BODY),
    ]


def test_a_document_of_another_partition_is_not_taken_for_known() -> None:
    known = ManagedPolicyDocuments(PolicyArchive.of(archived(POLICIES, TODAY)))
    assert not is_known(ListedPolicy("arn:aws-cn:iam::aws:policy/job-function/P1", "v1"), known)


@mock_aws(config={"iam": {"load_aws_managed_policies": True}})
def test_the_client_of_boto3_answers_as_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    iam = boto3.client("iam", region_name="us-east-1")
    known = managed_documents()
    listed = listed_policies(iam)
    assert {policy.name for policy in listed} == set(known)
    few = tuple(policy for policy in listed if policy.name in ("ReadOnlyAccess", "job-function/ViewOnlyAccess"))
    unknown = ManagedPolicyDocuments(PolicyArchive.of(archived((), TODAY)))
    fetched = {policy.name: policy.document for policy in fetched_policies(iam, few, unknown, print)}
    assert fetched == {name: known[name] for name in fetched}
    assert len(fetched) == 2
