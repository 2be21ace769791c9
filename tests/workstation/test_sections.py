"""What is a section is what the AWS CLI takes for one."""

from __future__ import annotations

import configparser
import os
import shlex
from pathlib import Path

import pytest
from botocore.configloader import load_config, raw_config_parse
from botocore.exceptions import ConfigParseError
from hypothesis import example, given
from hypothesis import strategies as st

from iamgen.workstation.sections import blocks, identity, is_readable

LINES = [
    "[default]", "[profile a]", '[profile "a b"]', "[ profile a ]", "  [indented]", "[a] # remark", "[a]b]", "[]",
    "key = value", "key: value", "key", " = x", "region=eu-west-1", "  more", "\tmore", "s3 =", "  [nested]",
    "# remark", "; remark", "  # remark", "", "   ", "é = ü", "\x0c", "\x1d", "a\u2028b = c",
]  # fmt: skip
FILES = st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(["\n", "\n", "\r\n", "\r"]))).map(
    lambda lines: "".join(map("".join, lines))
)
ANY_FILES = FILES | st.text() | FILES.map(lambda text: text.rstrip("\r\n"))


def parsed(text: str, tmp: Path) -> configparser.RawConfigParser:
    """Return the file as botocore reads it (botocore.configloader.raw_config_parse)."""
    tmp.write_bytes(text.encode("utf-8", "surrogateescape"))
    parser = configparser.RawConfigParser()
    parser.read([tmp], encoding="utf-8")
    return parser


@given(ANY_FILES)
def test_blocks_joined_are_the_file(text: str) -> None:
    result = blocks(text)
    assert "".join(line for block in result for line in block.lines) == text
    assert result[0].header is None
    assert all(block.header is not None for block in result[1:])
    assert all(block.lines == (*block.body, *block.rest) for block in result)


@example("[default]\ns3 =\n  [indented]\n")  # a line of the nested block, which has no `=`
@example("[default]\nkey = value\n  [indented]\n")  # a line of the value
@example("  [default]\n  s3 =\n  [profile a]\n")  # a header: it is indented as the option is
@example("[default]\ns3 =\n  a = 1\n\n  # remark\n  b = 2\n")  # a nested block that it reads
@example("[default]\n= value\n")  # an option without a name
@example("[default]\n: value\n")
@example("[default]\ns3 =\n  a\u2028b = c\n")  # two lines for botocore, the first without `=`
@given(FILES)
def test_sections_and_options_are_those_of_the_aws_cli(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    result = blocks(text)
    path = tmp_path_factory.getbasetemp() / f"sections of {os.getpid()}"
    try:
        parser = parsed(text, path)
        raw_config_parse(str(path))
    except (configparser.Error, ConfigParseError):
        headers = [block.header for block in result]
        assert len(set(headers)) < len(headers) or any(block.strays for block in result)
        return
    assert not any(block.strays for block in result)
    assert [block.header for block in result[1:]] == parser.sections()
    for block in result[1:]:
        assert list(block.options) == list(parser[str(block.header)])


@pytest.mark.parametrize(
    ("header", "kind", "same"),
    [
        ("profile a", "config", ("profile", "a")),
        ('profile "a"', "config", ("profile", "a")),
        ("profile  a", "config", ("profile", "a")),
        ('profile "a b"', "config", ("profile", "a b")),
        ("default", "config", ("profile", "default")),
        ("profile default", "config", ("profile", "default")),
        ("sso-session a", "config", ("sso-session", "a")),
        ("profile a b", "config", ("config", "profile a b")),
        ("profilex a", "config", ("profile", "a")),
        ("services a", "config", ("services", "a")),
        ("a", "config", ("config", "a")),
        ("default", "credentials", ("credentials", "default")),
        ("profile a", "credentials", ("credentials", "profile a")),
    ],
)
def test_which_headers_are_the_same(header: str, kind: str, same: tuple[str, ...]) -> None:
    assert identity(header, kind) == same  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a", "a b", "a'b", 'a"b', "+=,.@-_", "a\\b", "ä", "a#b", "$a"])
def test_a_profile_of_any_name_is_told_apart_as_the_aws_cli_does(name: str, tmp_path: Path) -> None:
    header = f"profile {shlex.quote(name)}"
    (tmp_path / "config").write_text(f"[{header}]\nregion = x\n", encoding="utf-8")
    assert load_config(str(tmp_path / "config"))["profiles"] == {name: {"region": "x"}}
    assert identity(header, "config") == ("profile", name)


@pytest.mark.parametrize(
    ("header", "readable"),
    [("default", True), ("profile a", True), ('profile "a b"', True), ("profile a b", False), ("profile 'a", False)],
)
def test_a_header_that_the_aws_cli_passes_over(header: str, readable: bool, tmp_path: Path) -> None:
    assert is_readable(header, "config") == readable
    (tmp_path / "config").write_text(f"[{header}]\nregion = x\n")
    assert bool(load_config(str(tmp_path / "config"))["profiles"]) == readable


def test_every_header_of_credentials_is_read() -> None:
    assert is_readable("profile a b", "credentials")
    assert is_readable("a b", "credentials")


def test_a_file_that_the_aws_cli_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[a]\nx = 1\n[a]\n")
    with pytest.raises(ConfigParseError):
        load_config(str(tmp_path / "config"))
