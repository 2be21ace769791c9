"""Write findings for people, for programs, for code scanning, and as annotations of a GitHub workflow.

Findings come by place: an account's name, or the path of a template that iamgen did not make.
"""

from __future__ import annotations

from typing import Literal, assert_never

from iamgen.check.formats import as_json, github, sarif, text
from iamgen.check.formats._places import FindingsByPlace

ReportFormat = Literal["text", "json", "sarif", "github"]


def render(form: ReportFormat, findings: FindingsByPlace, stack: str = "infra") -> str:
    """Return the findings in this format, in an order that depends on them alone.

    `findings` has every template that was checked, also those without a finding; `stack` is what an account's
    template file is called.
    """
    match form:
        case "text":
            return text.render(findings)
        case "json":
            return as_json.render(findings)
        case "sarif":
            return sarif.render(findings, stack)
        case "github":
            return github.render(findings, stack)
    assert_never(form)
