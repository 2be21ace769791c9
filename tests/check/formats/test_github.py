from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.check.finding import Finding
from iamgen.check.formats._places import FindingsByPlace
from iamgen.check.formats.github import escape_message, escape_property, render
from iamgen.ui.printable import printable

GOLDEN = """\
::warning file=prod/infra.json,title=W128::Ümläut 100 %25%0Asecond line%0Aprod
::error file=users.py,line=12,title=E108 trust-without-mfa::alice may assume AdminR without MFA%0Aprod Resources/AdminR/Properties/AssumeRolePolicyDocument/Statement/2%0Ahttps://docs.example/mfa
::error file=users.py,line=12,title=E108 trust-without-mfa::alice may assume AdminR without MFA%0Aprod Resources/AdminR/Properties/AssumeRolePolicyDocument/Statement/10%0Ahttps://docs.example/mfa
::notice file=stacks/my app.yaml,line=7,title=I3042::a,b:c%0Astacks/my app.yaml Resources/Ä%0Ahttps://docs.example/i?a=b
"""

texts = st.text() | st.text("%\r\n:,25A0D3C")
escapes = pytest.mark.parametrize(
    ("escape", "forbidden"), [(escape_message, "\r\n"), (escape_property, "\r\n:,")], ids=["message", "property"]
)


def as_the_runner_reads(escaped: str) -> str:
    return re.sub("%(0D|0A|3A|2C|25)", lambda match: chr(int(match[1], 16)), escaped)


def as_displayed(text: str) -> str:
    """Return the text as the log shows it: in its lines, with escapes for what a terminal would obey."""
    return "".join(part if part in ("\r", "\n") else printable(part) for part in re.split("([\r\n])", text))


def test_golden(findings: FindingsByPlace) -> None:
    assert render(findings) == GOLDEN


def test_no_findings() -> None:
    assert render({"dev": (), "prod": ()}) == ""


def test_stack_has_a_name() -> None:
    assert render({"dev": (Finding("E1", "error", "m", (), 3),)}, "acme").startswith(
        "::error file=dev/acme.json,line=3"
    )


@escapes
@given(texts)
def test_round_trip(escape: Callable[[str], str], forbidden: str, text: str) -> None:
    escaped = escape(text)
    assert as_the_runner_reads(escaped) == as_displayed(text)
    assert escaped.isprintable()
    assert not set(forbidden) & set(escaped)


@given(texts, texts, texts)
def test_a_finding_is_one_command(message: str, place: str, rule: str) -> None:
    written = render({place: (Finding(rule, "error", message, (), 1),)})
    assert written.endswith("\n")
    assert not set("\r\n") & set(written[:-1])
    properties, _, data = written[:-1].removeprefix("::error ").partition("::")
    assert dict(part.split("=", 1) for part in properties.split(","))["line"] == "1"
    assert as_the_runner_reads(data).startswith(as_displayed(message))


def test_a_terminal_obeys_nothing_of_it() -> None:
    written = render({"a\x1b[2J": (Finding("E1\x07", "error", "m\x1b[31m\nx", ("\u202e",), 0, "s\x9b"),)})
    assert "m\\x1b[31m%0Ax" in written
    assert written[:-1].isprintable()


def test_half_a_character_can_be_printed() -> None:
    assert render({"dev": (Finding("E1", "error", "\ud800", (), 0),)}).encode().count(b"\\ud800") == 1
