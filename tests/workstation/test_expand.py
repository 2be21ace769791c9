"""Expansion is what GNU envsubst does, except that a name without a value is an error."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.declaration.constants_file import read
from iamgen.errors import IamgenError
from iamgen.workstation.expand import FileTemplate, expand, names

needs_envsubst = pytest.mark.skipif(
    shutil.which("envsubst") is None, reason="there is no envsubst: install gettext (Debian: gettext-base)"
)
NAMES = ("A", "AB", "_", "A_1", "b", "GLOBAL_AWS_REGION")


def envsubst(text: bytes, values: dict[str, str]) -> bytes:
    return subprocess.run(["envsubst"], input=text, env=os.environ | values, capture_output=True, check=True).stdout


def expanded(text: str, values: dict[str, str]) -> str:
    return expand(FileTemplate(text, "x.tpl"), values).text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("${A}", "1"),
        ("$A", "1"),
        ("$A-$AB", "1-12"),
        ("${A}B", "1B"),
        ("$$A", "$1"),
        ("$${A}", "$1"),
        ("$", "$"),
        ("$$", "$$"),
        ("${}", "${}"),
        ("${A", "${A"),
        ("${A-b}", "${A-b}"),
        ("${A${A}}", "${A1}"),
        ("${$A}", "${1}"),
        ("$1", "$1"),
        ("${ A}", "${ A}"),
        ("$Aé", "1é"),
        ("\\$A", "\\1"),
        ("a\r\n$A\r\n", "a\r\n1\r\n"),
        ("'$A'", "'1'"),
        ("no end", "no end"),
    ],
)
@needs_envsubst
def test_as_envsubst_does_it(text: str, result: str) -> None:
    values = {"A": "1", "AB": "12"}
    assert expanded(text, values) == result
    assert envsubst(text.encode(), values) == result.encode()


@needs_envsubst
@given(
    st.lists(
        st.sampled_from(["$", "{", "}", "${", " ", "\n", "\r\n", "-", "é", "\\", "'", "1", *NAMES])
        | st.sampled_from([f"${{{name}}}" for name in NAMES])
    ).map("".join),
    st.fixed_dictionaries(
        {name: st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=5) for name in NAMES}
    ),
)
def test_any_text_is_as_envsubst_makes_it(text: str, values: dict[str, str]) -> None:
    try:
        result = expanded(text, values)
    except IamgenError as exc:
        assert all(fault.problem.startswith("nothing defines ") for fault in exc.faults)
    else:
        assert result.encode() == envsubst(text.encode(), values)


@needs_envsubst
def test_bytes_that_are_no_utf_8_stay() -> None:
    text = b"\xff\xfe$A\x80\n"
    result = expanded(text.decode("utf-8", "surrogateescape"), {"A": "1"})
    assert result.encode("utf-8", "surrogateescape") == envsubst(text, {"A": "1"}) == b"\xff\xfe1\x80\n"


@needs_envsubst
def test_constants_are_what_a_shell_makes_of_them(tmp_path: Path) -> None:
    (tmp_path / "CONST.inc").write_text("A=1\nB='two words'\nexport C=\"${A} and $A\"\nD=${A}$A\n# E=4\n")
    text = "$A|${B}|${C}|$D|\n"
    by_shell = subprocess.run(
        ["sh", "-c", "set -a; . ./CONST.inc; envsubst"],
        cwd=tmp_path,
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    constants, faults = read(tmp_path / "CONST.inc", "CONST.inc")
    assert faults == ()
    assert expanded(text, dict(constants)) == by_shell.stdout


def test_values_are_not_looked_into() -> None:
    assert expanded("$A ${B}", {"A": "${B}", "B": "$A"}) == "${B} $A"


def test_every_name_without_a_value_is_told_with_its_line() -> None:
    with pytest.raises(IamgenError) as caught:
        expanded("# $A\n${DEV_AWS_ACOUNT_ID}\n\n$HOME ${NOPE}", {"A": "1", "DEV_AWS_ACCOUNT_ID": "2"})
    assert [" | ".join(fault) for fault in caught.value.faults] == [
        "x.tpl:2 | nothing defines DEV_AWS_ACOUNT_ID | did you mean DEV_AWS_ACCOUNT_ID?",
        "x.tpl:4 | nothing defines HOME | define it in CONST.inc; the environment does not count",
        "x.tpl:4 | nothing defines NOPE | define it in CONST.inc; the environment does not count",
    ]


def test_a_hint_goes_before_the_nearest_name() -> None:
    with pytest.raises(IamgenError) as caught:
        expand(FileTemplate("$AWS_KEY", "x.tpl"), {"AWS_KEYS": "1"}, {"AWS_KEY": "give the key"})
    assert caught.value.faults[0].hint == "give the key"


def test_each_line_knows_where_it_came_from() -> None:
    expanded_text = expand(FileTemplate("a\n$A\n$A b\n", "x.tpl"), {"A": "1\n2"})
    assert expanded_text.text == "a\n1\n2\n1\n2 b\n"
    assert [expanded_text.where(line) for line in range(1, 8)] == [f"x.tpl:{line}" for line in (1, 2, 2, 3, 3, 4, 4)]


def test_the_names_that_a_template_has() -> None:
    assert names(FileTemplate("$A ${B} $$ ${} ${C", "x.tpl")) == {"A", "B"}
