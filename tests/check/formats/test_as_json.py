from __future__ import annotations

import json

from iamgen.check.finding import from_plain
from iamgen.check.formats._places import FindingsByPlace
from iamgen.check.formats.as_json import render

GOLDEN = """\
{
  "templates": [
    "dev"
  ],
  "counts": {
    "error": 0,
    "warning": 0,
    "info": 0
  },
  "findings": []
}
"""


def test_no_findings() -> None:
    assert render({"dev": ()}) == GOLDEN


def test_findings(findings: FindingsByPlace) -> None:
    written = render(findings)
    read = json.loads(written)
    assert written.isascii()
    assert read["templates"] == ["dev", "prod", "stacks/my app.yaml"]
    assert read["counts"] == {"error": 2, "warning": 1, "info": 1}
    assert [item.pop("column") for item in read["findings"]] == [0, 0, 0, 0]
    places = [(item.pop("place"), from_plain(item)) for item in read["findings"]]
    large, earlier, mfa = (findings["prod"][index] for index in (1, 2, 0))
    assert places == [
        ("prod", large),
        ("prod", earlier),
        ("prod", mfa),
        ("stacks/my app.yaml", findings["stacks/my app.yaml"][0]),
    ]


def test_order_is_that_of_the_findings_alone(findings: FindingsByPlace) -> None:
    turned = {place: result[::-1] for place, result in reversed([*findings.items()])}
    assert render(turned) == render(findings)
