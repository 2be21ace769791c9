"""The iamgen that runs, as a line of requirements.txt: from whatever the installer has kept about it."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.jinja.requirements import requirement_of
from iamgen.new_repository.own_requirement import own_requirement, requirement_from

GIT = {
    "url": "https://git.example.com/iamgen",
    "vcs_info": {"vcs": "git", "commit_id": "ab" * 20, "requested_revision": "main"},
}
ARCHIVE = {"url": "https://example.com/iamgen.tar.gz", "archive_info": {"hash": "sha256=12ab"}}
FOLDER = {"url": "file:///home/ann/iamgen", "dir_info": {}}


@pytest.mark.parametrize(
    ("origin", "line", "warning"),
    [
        (GIT, f"iamgen @ git+https://git.example.com/iamgen@{'ab' * 20}", ""),
        (ARCHIVE, "iamgen @ https://example.com/iamgen.tar.gz#sha256=12ab", ""),
        (
            FOLDER,
            "iamgen @ file:///home/ann/iamgen",
            "iamgen is installed from this machine, file:///home/ann/iamgen, which CI and your colleagues do not have",
        ),
        ({}, "iamgen==1.2.3", "iamgen==1.2.3 is taken from whatever package index pip asks, in CI as well"),
    ],
)
def test_it_installs_the_same(origin: Any, line: str, warning: str) -> None:
    own = requirement_from(origin, "1.2.3")
    assert (own.line, [fault.problem for fault in own.warnings]) == (line, [warning] if warning else [])
    hints = {fault.hint for fault in own.warnings}
    assert hints <= {
        "before you push, write a line such as iamgen @ git+https://…@v1.2.3, the version that you have looked at"
    }
    requirement = requirement_of("requirements.txt", own.line)
    assert requirement
    assert requirement.is_pinned


def test_an_archive_that_nothing_pins_is_seen_as_one() -> None:
    requirement = requirement_of("-", requirement_from({"url": "https://example.com/iamgen.zip"}, "1.2.3").line)
    assert requirement
    assert not requirement.is_pinned


def test_the_iamgen_that_runs_is_known() -> None:
    assert own_requirement().line.startswith("iamgen")
