from __future__ import annotations

from typing import get_args

import pytest

from iamgen.check.formats import ReportFormat, as_json, github, render, sarif, text
from iamgen.check.formats._places import FindingsByPlace


def test_each_format_by_its_name(findings: FindingsByPlace) -> None:
    written = [render(form, findings, "acme") for form in get_args(ReportFormat)]
    assert written == [
        text.render(findings),
        as_json.render(findings),
        sarif.render(findings, "acme"),
        github.render(findings, "acme"),
    ]


@pytest.mark.parametrize("form", get_args(ReportFormat))
def test_ends_in_a_newline(form: ReportFormat, findings: FindingsByPlace) -> None:
    assert render(form, findings).endswith("\n")
