from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import IO

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from iamgen.declaration.constants import Constants
from iamgen.declaration.constants_file import LONGEST_VALUE, RESERVED_NAMES, parse, read
from iamgen.errors import Fault
from iamgen.source_place import SourcePlace, column_of

SEED = b"""\
GLOBAL_AWS_REGION=eu-west-1
DEV_AWS_ACCOUNT_ID=1234567890
DEV_AWS_ACCOUNT_NAME=myawsaccount
DEV_IAM_READ_ROLE=infra-ReadR-1234567890
"""


def accepted(text: str) -> dict[str, str]:
    constants, faults = parse(text.encode(), "CONST.inc")
    assert faults == ()
    assert not constants.faulty
    return dict(constants)


def only_fault(text: str | bytes) -> Fault:
    _, faults = parse(text if isinstance(text, bytes) else text.encode(), "CONST.inc")
    assert len(faults) == 1, faults
    return faults[0]


def test_the_seed() -> None:
    constants, faults = parse(SEED, "CONST.inc")
    assert faults == ()
    assert list(constants.by_name.values()) == [
        ("GLOBAL_AWS_REGION", "eu-west-1", 1),
        ("DEV_AWS_ACCOUNT_ID", "1234567890", 2),
        ("DEV_AWS_ACCOUNT_NAME", "myawsaccount", 3),
        ("DEV_IAM_READ_ROLE", "infra-ReadR-1234567890", 4),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("\n \t\n# a comment\n\t # another, with ${X} and 'quotes\n", {}),
        ("A=1", {"A": "1"}),
        ("_a1=x\n\nif=y\n", {"_a1": "x", "if": "y"}),
        ("A=\nB=''\nC=\"\"", {"A": "", "B": "", "C": ""}),
        ("export A=1\nexport \t B='2 3'\nexport=4", {"A": "1", "B": "2 3", "export": "4"}),
        ("A='a b'", {"A": "a b"}),
        ('A="it\'s 1; a|b ~"', {"A": "it's 1; a|b ~"}),
        ("A=1\nB='`x` \\ \"'", {"A": "1", "B": '`x` \\ "'}),
        ('A=1\nB=${A}$A-${A}x\nC="${A} $A"', {"A": "1", "B": "11-1x", "C": "1 1"}),
        ("A=a~b~~\nB=a,~", {"A": "a~b~~", "B": "a,~"}),
        ("A==b=:=c", {"A": "=b=:=c"}),
        ("A=münchen\nB='München, 東京'", {"A": "münchen", "B": "München, 東京"}),
        ("A=*?[a]{b}^!%@,+/.:-", {"A": "*?[a]{b}^!%@,+/.:-"}),
        ("export A='{a,b} *'", {"A": "{a,b} *"}),
        ("A=" + "x" * LONGEST_VALUE, {"A": "x" * LONGEST_VALUE}),
    ],
)
def test_understood(text: str, expected: dict[str, str]) -> None:
    assert accepted(text) == expected


def test_it_is_a_read_only_mapping_that_knows_its_lines() -> None:
    constants, _ = parse(b"\nB=1\n# c\nA=2\nC=a b\n", "some/CONST.inc")
    assert list(constants) == ["B", "A"]
    assert len(constants) == 2
    assert constants["A"] == constants.get("A") == "2"
    assert constants.get("C") is None
    assert constants.faulty == {"C"}
    assert constants.where("A") == "some/CONST.inc:4"
    assert constants.where("NONE") == "some/CONST.inc"
    with pytest.raises(TypeError):
        constants.by_name["A"] = constants.by_name["B"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        constants.path = "x"  # type: ignore[misc]


WRONG_LINES = [
    ("A=$(date)", "A: command substitution (column 3)", "write the result itself"),
    ('A="a $(date)"', "A: command substitution (column 6)", "write the result itself"),
    ("A=a`date`", "A: command substitution (column 4)", "write the result itself"),
    ('A="`date`"', "A: command substitution (column 4)", "write the result itself"),
    ("A=$((1+1))", "A: arithmetic", "write the result itself"),
    ("A=${X:-y}", "A: a parameter expansion other than ${NAME} (column 3)", "plain ${NAME}"),
    ("A=${#X}", "parameter expansion", "plain ${NAME}"),
    ("A=${X", "parameter expansion", "plain ${NAME}"),
    ("A=${}", "parameter expansion", "plain ${NAME}"),
    ("A=${1}", "parameter expansion", "plain ${NAME}"),
    ('A="${X%y}"', "parameter expansion", "plain ${NAME}"),
    ("A=a$", "A: a `$` that begins no ${NAME} (column 4)", "also within quotes"),
    ('A="5$"', "`$`", "also within quotes"),
    ("A=$1", "`$`", "also within quotes"),
    ("A=$$", "`$`", "also within quotes"),
    ("A=$?", "`$`", "also within quotes"),
    ("A=$'x'", "`$`", "also within quotes"),
    ('A=$"x"', "`$`", "also within quotes"),
    ("A=$[1]", "`$`", "also within quotes"),
    ("A=$Xé", "A: a letter that some shells take as part of the $NAME", "write ${NAME}"),
    ("A='a$b'", "A: a `$` within single quotes: sh leaves it alone, make replaces or runs", 'NAME="…${OTHER}…"'),
    ("A='$(shell id)'", "A: a `$` within single quotes", "remove it"),
    ("A='${BEFORE}'", "A: a `$` within single quotes", "remove it"),
    ("A='a#b'", "A: a `#` within quotes: make cuts the value there all the same (column 5)", "do without it"),
    ('A="a #b"', "A: a `#` within quotes: make cuts the value there all the same (column 6)", "do without it"),
    ("A=a b", "A: a blank in an unquoted value (column 4)", "NAME='…'"),
    ("A=a\tb", "blank in an unquoted value", "NAME='…'"),
    ("A=a\u00a0b", "blank in an unquoted value", "NAME='…'"),
    ("export A=1 B=2", "A: a blank in an unquoted value (column 11)", "NAME='…'"),
    ("A=a ", "A: a blank at the end of the line", "remove"),
    ("A=a\t \t", "a blank at the end of the line", "remove"),
    ("A= ", "a blank at the end of the line", "remove"),
    ("A='a' ", "a blank at the end of the line", "remove"),
    ("A= 1", "A: a blank after `=` (column 3)", "without blanks around ="),
    ("A =1", "A: a blank before `=` (column 2)", "without blanks around ="),
    ("A = 1", "A: a blank before `=`", "without blanks around ="),
    ("export A\t=1", "A: a blank before `=`", "without blanks around ="),
    (" A=1", "A: a blank before the name (column 1)", "begin the line with NAME="),
    ("\texport A=1", "A: a blank before the name", "begin the line with NAME="),
    ("A=1 # one", "A: a comment after the value (column 4)", "line of its own"),
    ("A='1'\t# one", "A: a comment after the value (column 6)", "line of its own"),
    ("A=1#", "A: a `#` in an unquoted value: make cuts", "do without it"),
    ("A=#1", "A: a `#` in an unquoted value: make cuts", "do without it"),
    ("A='a", "A: a quote that is not closed (column 3)", "same line"),
    ('A="a', "A: a quote that is not closed", "same line"),
    ("A='", "A: a quote that is not closed", "same line"),
    ("A=\"a'", "A: a quote that is not closed", "same line"),
    ("A='a'b", "A: text after the closing quote (column 6)", "whole value"),
    ("A=''''", "A: text after the closing quote", "whole value"),
    ('A="a" b', "A: text after the closing quote", "whole value"),
    ('A="a"${X}', "A: text after the closing quote", "whole value"),
    ("A=it's", "A: a quote in the middle of a value (column 5)", "whole value"),
    ('A=a"b"', "A: a quote in the middle of a value", "whole value"),
    ("A=a\\b", "A: a backslash (column 4)", "single quotes"),
    ("A=a\\", "A: a backslash", "single quotes"),
    ('A="a\\"', "A: a backslash (column 5)", "single quotes"),
    ('A="a\\"b"', "A: a backslash", "single quotes"),
    ('A="a\\\\"', "A: a backslash", "single quotes"),
    *(
        (f"A=a{element}b", "A: one of ; & | < > ( ) in an unquoted value (column 4)", "NAME='…'")
        for element in ";&|<>()"
    ),
    ("A=~/x", "A: a `~` that a shell replaces", "directory itself"),
    ("A=a:~/x", "A: a `~` that a shell replaces", "directory itself"),
    ("A=a=~/x", "A: a `~` that a shell replaces", "directory itself"),
    ("A:=1", "A: an assignment that sh and make do not share (column 2)", "= alone"),
    ("A::=1", "an assignment that sh and make do not share", "= alone"),
    ("A?=1", "an assignment that sh and make do not share", "= alone"),
    ("A+=1", "an assignment that sh and make do not share", "= alone"),
    ("A!=1", "an assignment that sh and make do not share", "= alone"),
    ("export A := 1", "A: an assignment that sh and make do not share", "= alone"),
    *(
        (line, "neither NAME=value nor a comment (column 1)", "a line is NAME=value, a # comment, or blank")
        for line in ("unset X", ". other", "include x", "set -e", "just words", "word", "readonly A=1", "A B=1")
    ),
    ("all: A", "neither NAME=value nor a comment", "commands of sh and directives of make"),
    ("ifeq (a,b)", "neither NAME=value nor a comment", "directives of make"),
    ("export A", "A: `export` without a value", "export NAME=value"),
    ("export", "neither NAME=value nor a comment", "a line is"),
    ("=x", "no name before `=`", "a line is NAME=value"),
    ("1X=x", "a name that begins with a digit (column 1)", "letters, digits and _ only"),
    ("export 1=x", "a name that begins with a digit (column 8)", "letters, digits and _ only"),
    ("A-B=x", "a character that a name cannot have (column 2)", "write A_B"),
    ("ÄB=x", "a character that a name cannot have (column 1)", "letters, digits and _ only"),
    ("AÄ=x", "a character that a name cannot have (column 2)", "letters, digits and _ only"),
    ("A[0]=x", "a character that a name cannot have (column 2)", "letters, digits and _ only"),
    ("A\u00a0=x", "a character that a name cannot have", "letters, digits and _ only"),
    ("A=a\x00b", "A: a control character (column 4)", "remove"),
    ("A='a\x1bb'", "A: a control character (column 5)", "remove"),
    ("A='a\x7fb'", "A: a control character", "remove"),
    ("A='a\u0085b'", "A: a control character", "remove"),
    ("A=a\x0c", "A: a control character", "remove"),
    ("# a\x00", "a control character (column 4)", "remove"),
    ("A=a\rb", "A: a carriage return in the middle of the line (column 4)", "ends with"),
    ("# a\rB=1", "a carriage return in the middle of the line", "ends with"),
    ("A='a\tb'", "A: a tab in a quoted value (column 5)", "blank"),
    ('A="a\tb"', "A: a tab in a quoted value", "blank"),
    ("A=dev\u200b", "A: an invisible character (column 6)", "remove"),
    ("A='\u202edev'", "A: an invisible character", "remove"),
    ("\ufeffA=1", "an invisible character (column 1)", "remove"),
    ("# c \\", "a comment that ends in a backslash", "without the backslash"),
    ("A=${X}", "A: no line above sets ${X} (column 3)", "only earlier lines of this file count"),
    ("A=$HOME", "A: no line above sets ${HOME}", "only earlier lines of this file count"),
    ("A=${A}", "A: no line above sets ${A}", "cannot refer to itself"),
    ("A=" + "x" * (LONGEST_VALUE + 1), "A: a value of over 4,096 characters", "a file of its own"),
    ("export A={a,b}", "A: exported without quotes though", 'export NAME="…"'),
    ("export A=a*", "A: exported without quotes though", 'export NAME="…"'),
    ("UID=1", "UID: a name that sh, make or the system uses itself", "another name"),
    ("export PATH=a b", "PATH: a name that sh, make or the system uses itself", "another name"),
    ("MAKEFLAGS=-k", "MAKEFLAGS: a name that sh, make or the system uses itself", "another name"),
]


@pytest.mark.parametrize(("line", "message", "hint"), WRONG_LINES)
def test_refused(line: str, message: str, hint: str) -> None:
    constants, faults = parse(f"BEFORE=1\n\n{line}\nAFTER=${{BEFORE}}".encode(), "CONST.inc")
    (fault,) = faults
    assert fault.where == "CONST.inc:3"
    assert message in f"{fault.problem} (column {column_of(fault.where)})"
    assert hint in fault.hint
    assert dict(constants) == {"BEFORE": "1", "AFTER": "1"}
    if named := re.match(r"\w+(?=: )", message):
        assert constants.faulty == {named[0]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\nB=2\nexport A=3", Fault("CONST.inc:3", "A: it is already set on line 1", "keep one of the two lines")),
        (
            "dev=1\nA=${DEV}",
            Fault(
                "CONST.inc:2", "A: no line above sets ${DEV}", "line 1 sets dev: capitals count, so write both alike"
            ),
        ),
        ("DEV=1\nA=${DEB}", Fault("CONST.inc:2", "A: no line above sets ${DEB}", "did you mean DEV?")),
        (
            "A=${B}\nB=1",
            Fault("CONST.inc:1", "A: no line above sets ${B}", "line 2 sets it: move that line up"),
        ),
        (
            "A=1\r",
            Fault(
                "CONST.inc:1",
                "A: a carriage return in the middle of the line",
                "remove it; a line ends with \\n alone",
            ),
        ),
        (b"A=1\nB=\xff\n", Fault("CONST.inc:2", "B: not UTF-8 (byte 3 of the line)", "save the file as UTF-8")),
        ("A=1\n".encode("utf-16"), Fault("CONST.inc", "the file is UTF-16", "save it as UTF-8")),
        (
            "B={a}\nexport A=${B}",
            Fault(
                "CONST.inc:2",
                "A: exported without quotes though the value has a blank, a backslash or one of * ? [ {",
                'shells differ there: put the value in quotes, export NAME="…"',
            ),
        ),
    ],
)  # fmt: skip
def test_refused_because_of_other_lines(text: str | bytes, expected: Fault) -> None:
    assert only_fault(text) == expected


@pytest.mark.parametrize(
    ("declared", "referred", "hint"),
    [
        ("SHOP_DEV", "SHPO_DEV", "did you mean SHOP_DEV_AWS_ACCOUNT_ID?"),
        ("SHOP_DEV", "SITE_DEV", "declare the account above: SITE_DEV_AWS_ACCOUNT_ID=…"),
        ("ACME_RETAIL_PROD", "ACME_RETAIL_DEV", "declare the account above: ACME_RETAIL_DEV_AWS_ACCOUNT_ID=…"),
        ("DEV", "PROD", "declare the account above: PROD_AWS_ACCOUNT_ID=…"),
    ],
)
def test_no_account_of_another_kind_or_project_is_suggested(declared: str, referred: str, hint: str) -> None:
    text = f"{declared}_AWS_ACCOUNT_ID=222222222222\nA=${{{referred}_AWS_ACCOUNT_ID}}"
    assert only_fault(text).hint == hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("B='22'\nA=${B}", "leave out the quotes on line 1"),
        ('B="22"\nA="x ${B} $B"', "leave out the quotes on line 1"),
        ("B=''\nA=${B}", "leave out the quotes on line 1"),
        ("B='a b'\nA=${B}", "write the value itself instead of ${B}"),
        ("B='a\\b'\nexport A=${B}", "write the value itself instead of ${B}"),
    ],
)
def test_no_line_refers_to_a_value_in_quotes(text: str, hint: str) -> None:
    _, faults = parse(text.encode(), "CONST.inc")
    quoted = [
        fault for fault in faults if "has quotes around it (line 1), which make keeps in the value" in fault.problem
    ]
    assert quoted
    assert {(fault.where, fault.hint) for fault in quoted} == {("CONST.inc:2", hint)}


def test_what_make_reads_differently_is_said_once_for_each_kind() -> None:
    constants, faults = parse(
        b"A=1\nAB=2\nB='a b'\nC=\"x\"\nD=$A\nE=$AB\nF=x${AB}\nG='y'\nH=$AB$AB\nI='a#b'\n", "CONST.inc"
    )
    assert [fault.where for fault in faults] == ["CONST.inc:10"]
    assert constants.quoted == {"B", "C", "G"}
    assert constants.notices == (
        Fault(
            "CONST.inc:3",
            "B: make keeps the quotes as part of the value, as on 2 more lines",
            "a recipe's shell takes them off again; leave them out where the value has no blank in it",
        ),
        Fault("CONST.inc:6", "E: make reads $AB as $(A)B, as on 2 more lines", "write ${AB}"),
    )
    assert parse(SEED, "CONST.inc")[0].notices == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            b"\xef\xbb\xbfA=1\n",
            Fault(
                "CONST.inc:1",
                "the file begins with a byte order mark, which sh takes for a part of the first line",
                "save it as UTF-8 without a byte order mark (BOM)",
            ),
        ),
        (
            b"A=1\nB=2\r\n\r\nC=3\r\n",
            Fault(
                "CONST.inc:2",
                "the line ends with a carriage return, as on Windows, which sh takes for a part of the value",
                "save the file with Unix line ends: \\n alone",
            ),
        ),
    ],
)
def test_what_an_editor_on_windows_adds_is_told_once(text: bytes, expected: Fault) -> None:
    assert only_fault(text) == expected


def test_every_fault_in_one_go_and_the_good_lines_stay() -> None:
    text = b"A=1\nB=a b\nC=${A}2\nunset X\nA=$(x)\nD=${U}${V}\nE='e'\n"
    constants, faults = parse(text, "CONST.inc")
    assert dict(constants) == {"A": "1", "C": "12", "E": "e"}
    assert constants.faulty == {"A", "B", "D"}
    assert [fault.where.removeprefix("CONST.inc:") for fault in faults] == ["2", "4", "5", "5", "6", "6"]


def test_a_reference_to_a_faulty_name_is_no_second_fault() -> None:
    constants, faults = parse(b"A=a b\nB=${A}\nC=x${B}\nPATH=1\nD=$PATH\n", "CONST.inc")
    assert [fault.where for fault in faults] == ["CONST.inc:1", "CONST.inc:4"]
    assert dict(constants) == {}
    assert constants.faulty == {"A", "B", "C", "D", "PATH"}


def test_of_a_name_set_twice_the_first_value_is_known_but_not_passed_on() -> None:
    constants, faults = parse(b"A=1\nA=2\nB=${A}\n", "CONST.inc")
    assert [fault.where for fault in faults] == ["CONST.inc:2"]
    assert dict(constants) == {"A": "1"}
    assert constants.faulty == {"A", "B"}


def test_doubling_ends_soon() -> None:
    text = "A0=xxxxxxxx\n" + "".join(f"A{n}=${{A{n - 1}}}${{A{n - 1}}}\n" for n in range(1, 500))
    fault = only_fault(text)
    assert fault.where == "CONST.inc:11"
    assert "over 4,096 characters" in fault.problem


@pytest.mark.parametrize("line", [line for line, _, _ in WRONG_LINES])
def test_no_message_repeats_a_value(line: str) -> None:
    name, _, value = line.partition("=")
    assume_secret = f"{name}=hunter2{value}" if value[:1] not in {"'", '"'} else f"{name}={value[0]}hunter2{value[1:]}"
    _, faults = parse(assume_secret.encode(), "CONST.inc")
    assert not any("hunter2" in part for fault in faults for part in fault)


def test_reading_a_file(tmp_path: Path) -> None:
    (tmp_path / "CONST.inc").write_bytes(SEED)
    assert read(tmp_path / "CONST.inc", "CONST.inc") == parse(SEED, "CONST.inc")


@pytest.mark.parametrize(
    ("name", "problem", "hint"),
    [
        ("missing", "there is no such file", "create it with lines such as DEV_AWS_ACCOUNT_ID=…"),
        ("folder", "this is a directory", "it should be a file of NAME=value lines"),
        ("file/x", "the file cannot be read: Not a directory", ""),
        ("loop", "the file cannot be read: Too many levels of symbolic links", ""),
    ],
)
def test_what_cannot_be_read_is_a_fault(tmp_path: Path, name: str, problem: str, hint: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    constants, (fault,) = read(tmp_path / name, "CONST.inc")
    assert fault == Fault("CONST.inc", problem, hint)
    assert constants == Constants("CONST.inc", {})


def test_a_file_without_an_end_is_a_fault() -> None:
    _, (fault,) = read(Path("/dev/zero"), "CONST.inc")
    assert fault == Fault("CONST.inc", "the file has over 16 MiB", "it should be a file of NAME=value lines")


class LockedFile(type(Path())):  # type: ignore[misc]  # which class that is depends on the system
    def open(self, *_: object, **__: object) -> IO[bytes]:
        raise PermissionError(13, "Permission denied")  # what chmod 0 does, except to root


def test_no_permission_is_a_fault() -> None:
    _, (fault,) = read(LockedFile("CONST.inc"), "CONST.inc")
    assert fault == Fault("CONST.inc", "no permission to read the file", "chmod u+r it")


# What follows asks the real bash, sh and make.

NAMES = st.sampled_from(["A", "B", "C1", "_x", "DEV_AWS_ACCOUNT_ID", "if", "export", "define", "endif", "a" * 40])
PLAIN = st.text("abzAZ019_-./:,+@%=~*?[]{}^!é東\u00e0\u0441", max_size=6)
NASTY = "AB1=$ \t{}'\"\\#~:*?[]()<>|&;!^%@,+-/.`\r\x0b\x0c\x00\x80\u00e9\u00a0\u200b\u0130\u2028"


@st.composite
def references(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["${%s}", "${%s}", "$%s"])) % draw(NAMES)


@st.composite
def values(draw: st.DrawFn) -> str:
    unquoted = "".join(draw(st.lists(st.one_of(PLAIN, references()), max_size=4)))
    match draw(st.sampled_from(["unquoted", "unquoted", "double", "single"])):
        case "double":
            return f'"{unquoted}{draw(st.sampled_from(["", " ;|", "~ &", "#", "$"]))}"'
        case "single":
            return f"'{unquoted}{draw(st.text(NASTY, max_size=6))}'"
    return unquoted


@st.composite
def lines(draw: st.DrawFn) -> str:
    return draw(raw_lines()).rstrip("\r")  # with \n it would be a line end, which only iamgen and make understand


@st.composite
def raw_lines(draw: st.DrawFn) -> str:
    line = draw(st.sampled_from(["", "", "export "])) + f"{draw(NAMES)}={draw(values())}"
    match draw(st.sampled_from(["good", "good", "mutated", "mutated", "noise", "comment"])):
        case "mutated":
            at, noise = draw(st.integers(0, len(line))), draw(st.text(NASTY, max_size=2))
            return line[:at] + noise + line[at + draw(st.integers(0, 2)) :]
        case "noise":
            return draw(st.text(NASTY, max_size=8))
        case "comment":
            return draw(st.sampled_from(["#", " \t#", ""])) + draw(st.text(NASTY, max_size=4))
    return line


def good_lines(text: list[str]) -> tuple[str, Constants]:
    """Return the lines that stay when all that the parser refuses are gone: most files have one such."""
    constants, faults = parse("\n".join(text).encode(), "C")
    gone = {int(fault.where.removeprefix("C:")) for fault in faults}
    remaining = {constant.line for constant in constants.by_name.values()}
    idle = {n for n, line in enumerate(text, 1) if n not in gone and re.match(r"[ \t]*(#|\Z)", line)}
    rest = "\n".join(line for n, line in enumerate(text, 1) if n in remaining | idle)
    again, none = parse(rest.encode(), "C")
    assert none == ()
    assert dict(again) == dict(constants)
    return rest, again


def records(output: bytes) -> dict[str, str]:
    return dict(part.decode().split("=", 1) for part in output.split(b"\0") if part)


def run(folder: Path, *command: str) -> bytes:
    """Return what the command prints, in an environment that has next to nothing."""
    path = f"PATH={os.environ['PATH']}"
    done = subprocess.run(
        ["env", "-i", path, "HOME=/home/somebody", *command], cwd=folder, capture_output=True, check=False
    )
    assert (done.stderr, done.returncode) == (b"", 0)
    return done.stdout


def sourced(shell: str, folder: Path, text: str) -> dict[str, str]:
    """Return what a shell has in its environment after it has read the file, and had not before."""
    (folder / "CONST.inc").write_bytes(text.encode())
    own = {"PATH", "HOME", "PWD", "OLDPWD", "SHLVL", "_"}
    result = records(run(folder, shell, "-c", "set -a; . ./CONST.inc; env -0"))
    return {name: value for name, value in result.items() if name not in own}


def raw_in_make(folder: Path, text: str, names: list[str]) -> dict[str, str]:
    """Return what make itself has as the values, as it would put them into anything but a recipe."""
    (folder / "CONST.inc").write_bytes(text.encode())
    write = "".join(f"$(file > {name}.value,$({name}))\n" for name in names)
    (folder / "Makefile").write_text(f"include CONST.inc\n{write}\n.PHONY: all\nall: ;@:\n")
    run(folder, "make", "-s", "SHELL=/bin/sh")
    return {name: (folder / f"{name}.value").read_bytes().decode().removesuffix("\n") for name in names}


def included(folder: Path, text: str, names: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what make passes to the shell of a recipe, alone and with a letter right behind it."""
    (folder / "CONST.inc").write_bytes(text.encode())
    show = [f'@v=$({name}); w=$({name})z; printf \'{name}=%s\\0{name}=%s\\0\' "$$v" "$$w"' for name in names]
    (folder / "Makefile").write_text(
        "include CONST.inc\n.PHONY: all\nall:\n\t@:\n" + "".join(f"\t{element}\n" for element in show)
    )
    shown = run(folder, "make", "-s", "SHELL=/bin/sh").split(b"\0")
    return records(b"\0".join(shown[0::2])), records(b"\0".join(shown[1::2]))


needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
needs_make = pytest.mark.skipif(not shutil.which("make"), reason="needs make")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shell")


@needs_bash
@given(text=st.lists(lines(), min_size=2, max_size=9))
@example(text=["A=~", "A=a:~", "A=", "B=${A}~/x"])
@example(text=["A=a>b", "_x=a&b", "B=1", "C1='${B}'"])
@example(text=["export A={a,b}", "B=$A\u00e9", "C1=\u0130"])
@example(text=["\x0cA=1", "A=1\x0b", "A=1\x00", "# \\", "B=2"])
def test_bash_and_sh_read_the_same(folder: Path, text: list[str]) -> None:
    remaining, constants = good_lines(text)
    assume(constants)
    assert sourced("bash", folder, remaining) == dict(constants)
    assert sourced("sh", folder, remaining) == dict(constants)


def braced_only(text: list[str]) -> list[str]:
    """Return the lines without those that have a $NAME, about which iamgen warns."""
    constants, _ = parse("\n".join(text).encode(), "C")
    return [line for line in text if not re.search(r"\$[A-Za-z_]", line)] if constants.notices else text


@needs_make
@example(text=["A='a b'", 'B="x;y"', "C1='a\\b'", 'DEV_AWS_ACCOUNT_ID="é~"'])
@example(text=["A='22'", 'B="infra-${A}"', "C1=${A}", "_x=1", 'if="a ${_x}"'])
@example(text=["A='$(shell exit 3)'", "B='${C1}'", "C1=1", 'if="a#b"', "_x='a#b'"])
@given(text=st.lists(lines(), min_size=3, max_size=12))
@example(text=["# \\", "A=1", "#\\\\", "B=2"])
@example(text=["A=1 ", "B=1#2", "C1=\x0b1", "if=${A}${B}"])
@example(text=["B=", "A=${B}~"])
def test_make_reads_the_same(folder: Path, text: list[str]) -> None:
    remaining, constants = good_lines(braced_only(text))
    assume(constants)
    raw = raw_in_make(folder, remaining, list(constants))
    for name, value in constants.items():
        assert raw[name] in ({f"'{value}'", f'"{value}"'} if name in constants.quoted else {value})
    alone, followed = included(folder, remaining, list(constants))
    assert alone == dict(constants)
    assert followed == {name: f"{value}z" for name, value in constants.items()}


@needs_bash
def test_no_name_that_bash_treats_in_its_own_way_is_accepted(folder: Path) -> None:
    for name in run(folder, "bash", "-c", "compgen -v").decode().split():
        text = f"{name}=7x\nB=${{{name}}}\n"
        constants, _ = parse(text.encode(), "C")
        if constants:
            assert sourced("bash", folder, text) == {name: "7x", "B": "7x"}


def test_the_names_that_would_break_a_shell_or_make_are_reserved() -> None:
    for name in RESERVED_NAMES:
        assert "uses itself" in only_fault(f"{name}=1").problem
    assert not {"AWS_DEFAULT_REGION", "CC", "TZ", "BASH_AWS_ACCOUNT_ID", "MAKE_AWS_ACCOUNT_ID"} & RESERVED_NAMES


@given(
    st.one_of(
        st.binary(max_size=60), st.lists(lines(), max_size=6).map(lambda drawn_list: "\n".join(drawn_list).encode())
    )
)
def test_no_bytes_make_it_raise(text: bytes) -> None:
    constants, faults = parse(text, "C")
    assert all(fault.where.split(":")[0] == "C" and fault.problem and fault.hint for fault in faults)
    assert constants.faulty.isdisjoint(constants) or any("already set" in fault.problem for fault in faults)


@given(st.lists(lines(), min_size=1, max_size=6))
def test_a_byte_order_mark_and_windows_line_ends_are_refused_and_hide_no_other_fault(text: list[str]) -> None:
    plain = "\n".join([*text, ""])
    assume("\r\n" not in plain and not plain.startswith("\ufeff"))
    constants, faults = parse(plain.encode(), "C")
    again, more = parse(b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode(), "C")
    assert again == constants
    assert more[-len(faults) :] == faults or not faults
    assert len(more) == len(faults) + 2


@pytest.mark.parametrize(
    "line",
    [
        "TOKEN=hunter2 and more",
        "TOKEN='hunter2'hunter2",
        "TOKEN='hunter2",
        "export TOKEN=hun$ter2",
        "TOKEN = hunter2",
        "TOKEN: hunter2",
    ],
)
def test_the_line_that_is_shown_has_no_secret(line: str) -> None:
    fault = only_fault(line)
    assert isinstance(fault.where, SourcePlace)
    assert "TOKEN" in fault.where.span.text
    assert not re.search("[hunter2]", fault.where.span.text.split("TOKEN")[1])
    constants, _ = parse(b"TOKEN=hunter2", "CONST.inc")
    for place in (constants.where("TOKEN"), constants.where("TOKEN", "name")):
        assert isinstance(place, SourcePlace)
        assert place.span == ("TOKEN=\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7", 1, 5, 0)


@pytest.mark.parametrize("line", ["hunter2", "hunter2 and more", "hunter2: x", "# hunter2 \\"])
def test_a_line_without_a_name_is_not_shown(line: str) -> None:
    fault = only_fault(line)
    assert isinstance(fault.where, SourcePlace)
    assert fault.where.span.text == ""
