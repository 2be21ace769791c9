"""No merge harms a profile: what the AWS CLI reads is held against what it read before, or nothing is written."""

from __future__ import annotations

from configparser import Error, RawConfigParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamgen.errors import Fault, IamgenError
from iamgen.workstation.aws_reading import UnreadableError, damage, sections
from iamgen.workstation.merge import File, WantedSection, merged, steps
from iamgen.workstation.sections import identity

STRAY = (
    "the AWS CLI cannot read this file: the line is neither [section], NAME = VALUE nor comment, "
    "or says again what another says"
)
OWNER = "bob@111111111111/infra"
OLD = "[default]\nregion = x\n\n[profile ours]\nrole_arn = old\nregion = x\n\n[profile gone]\nrole_arn = stale\n"
NEW = "# ours\n[default]\nregion = eu-west-1\ns3 =\n  max_queue_size = 1000\n\n[profile ours]\nrole_arn = new\n"


def written(text: str, wanted: str = NEW) -> str:
    """Return the file as `--write` leaves it. Raises IamgenError where it refuses."""
    file, new = (
        File(text, "~/.aws/config", "config"),
        WantedSection(wanted, OWNER, lambda o: o.get("role_arn") == "stale"),
    )
    taken = steps(file, new)
    after = merged(file, new, taken)
    faults = damage(file, after, new, taken) if after != text else ()
    if faults:
        raise IamgenError(faults)
    return after


def indented(text: str, blanks: str) -> str:
    return "".join(blanks + line if line.strip() else line for line in text.splitlines(keepends=True))


INDENTED = "  [default]\n  region = us-east-1\n\n  [profile work]\n  output = json\n"


def test_an_indented_file_keeps_its_other_profiles() -> None:
    once = written(INDENTED)
    assert once.startswith(
        "  [default]\n  # iamgen bootstrap bob@111111111111/infra 0e1855dd\n  region = eu-west-1\n  s3 =\n"
        "    max_queue_size = 1000\n\n  [profile work]\n  output = json\n"
    ), once
    assert sections(once) == {**sections(NEW), "profile work": {"output": "json"}}
    assert written(once) == once
    newer = NEW.replace("eu-west-1", "eu-west-2")
    twice = written(once, newer)
    assert sections(twice) == {**sections(newer), "profile work": {"output": "json"}}
    assert written(twice, newer) == twice


@pytest.mark.parametrize("blanks", ["", " ", "  ", "\t", " \t "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_of_ours_that_was_indented_is_still_known(blanks: str, end: str) -> None:
    before = indented(written("", OLD), blanks).replace("\n", end)
    file, new = File(before, "config", "config"), WantedSection(NEW, OWNER, lambda o: o.get("role_arn") == "stale")
    assert [step.kind for step in steps(file, new)] == ["update", "update", "remove"]
    assert sections(written(before)) == sections(NEW)


def test_a_header_that_stands_right_of_a_section_without_options() -> None:
    after = written("[default]\n\n   [profile work]\n   output = json\n")
    assert sections(after) == {**sections(NEW), "profile work": {"output": "json"}}


def test_what_would_swallow_a_profile_is_refused() -> None:
    """What stands between a section and one further right cannot go: the second would go on with the first."""
    ours = written("", "[profile gone]\nrole_arn = stale\n")
    before = f"[a]\nx = 1\n{indented(ours, '  ').replace('  [', '[')}  [b]\n  y = 1\n"
    assert sections(before)["b"] == {"y": "1"}
    with pytest.raises(IamgenError) as caught:
        written(before)
    hint = "nothing was written; write every line of the file without an indent, or put the sections in by hand"
    assert caught.value.faults == (
        Fault("~/.aws/config:1", "the AWS CLI would read [a] otherwise than now", hint),
        Fault("~/.aws/config:6", "the AWS CLI would read [b] otherwise than now", hint),
    )


@pytest.mark.parametrize(
    ("text", "where", "problem", "hint"),
    [
        ("x = 1\n[a]\n", "~/.aws/config:1", STRAY, "mend it, or remove it; nothing was written"),
        ("[a]\ns3 =\n  junk\n", "~/.aws/config:3", STRAY, "mend it, or remove it; nothing was written"),
        ("[a]\nx = 1\nX = 2\n", "~/.aws/config:3", STRAY, "mend it, or remove it; nothing was written"),
        (
            "[a]\n[b]\n[a]\n", "~/.aws/config:3",
            "the AWS CLI cannot read this file: [a] stands on line 1 already", "keep one of the two; nothing was written",
        ),
        (
            "\ufeff[a]\nx = 1\n", "~/.aws/config:1",
            "the AWS CLI cannot read this file: it begins with a byte order mark",
            "save it as UTF-8 without one; nothing was written",
        ),
        (
            "[DEFAULT]\nregion = x\n", "~/.aws/config", "the AWS CLI would not read [profile ours] as it is to be",
            "nothing was written; look at how it is indented, and at what stands in [DEFAULT]",
        ),
    ],
)  # fmt: skip
def test_what_the_aws_cli_cannot_read_is_not_written_to(text: str, where: str, problem: str, hint: str) -> None:
    with pytest.raises(IamgenError) as caught:
        written(text)
    assert caught.value.faults[0] == (where, problem, hint)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[a]\n[a]\n", "a section stands there twice (line 2)"),
        ("[a]\nx = 1\nx = 2\n", "an option stands twice in one section (line 3)"),
        ("x = 1\n[a]\n", "something stands before the first section (line 1)"),
        ("[a]\ns3 =\n  junk\n", "a line of a nested block is not NAME = VALUE"),
        ("[a]\njunk\n", "a line is neither [section], NAME = VALUE nor comment (line 2)"),
    ],
)
def test_why_a_file_cannot_be_read(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        sections(text)
    assert str(caught.value) == reason


def test_the_reason_has_no_secret() -> None:
    with pytest.raises(UnreadableError) as caught:
        sections("[a]\naws_secret_access_key\n  wJalrXUtnFEMI\n")
    assert "wJal" not in str(caught.value)
    assert "line 2" in str(caught.value)


def test_nothing_stays_of_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sections("[a]\nx = 1\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["nowhere", "$HOME"])
def test_without_a_temporary_folder_nothing_is_proven(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "$HOME").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / folder))
    with pytest.raises(IamgenError) as caught:
        sections("[a]\nx = 1\n")
    (fault,) = caught.value.faults
    assert fault.where == "TMPDIR"
    assert fault.problem.startswith("there is no temporary folder to prove in what would be written: ")
    assert fault.hint == "name a folder in which you may write; nothing was written"
    assert list((tmp_path / "$HOME").iterdir()) == []


# a person's file, indented, commented and ended at random

HEADERS = ["default", "profile theirs", "profile ours", 'profile "ours"', "other", "profile gone"]
LINES = ["region = eu-west-1", "output=json", "s3 =", "x = 1", "y : 2", "# remark", "; remark", "", "junk", "x = a=b"]
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
BLANKS = st.sampled_from(["", "", "", " ", "  ", "   ", "\t", "      "])
LINE = st.builds(lambda blanks, text, end: blanks + text + end, BLANKS, st.sampled_from(LINES), ENDS)
HEADER = st.builds(lambda blanks, text, end: f"{blanks}[{text}]{end}", BLANKS, st.sampled_from(HEADERS), ENDS)
OURS = st.builds(indented, st.just(written("", OLD)), BLANKS)
# Most files are what a person may have: sections, each once, with options, each once, behind one indent.
TIDY = st.builds(
    lambda blanks, some: "".join(
        indented(f"[{header}]\n" + "".join(f"{line}\n" for line in lines), blanks) for header, lines in some
    ),
    BLANKS,
    st.lists(
        st.tuples(st.sampled_from(HEADERS), st.lists(st.sampled_from(LINES), max_size=4, unique=True)),
        unique_by=lambda one: one[0],
        max_size=4,
    ),
)
PARTS = st.one_of(LINE, HEADER, OURS, TIDY)
FILES = st.builds(
    lambda mark, parts, cut: mark + "".join(parts).rstrip("\r\n" if cut else ""),
    st.sampled_from(["", "", "", "", "\ufeff", "# caf\udce9\n"]),
    st.one_of(st.lists(PARTS, max_size=12), st.lists(TIDY, max_size=1)),
    st.booleans(),
)
OPTIONS = ["region = x", "s3 =\n  a = 1\n  b = 2", "# remark", "role_arn = new", "# a\noutput = json", "x = 1\n  2"]
NEWS = st.lists(
    st.tuples(st.sampled_from(HEADERS[:4]), st.lists(st.sampled_from(OPTIONS), unique=True, max_size=4), BLANKS),
    unique_by=lambda one: identity(one[0], "config"),
    max_size=3,
).map(lambda some: "\n".join(indented(f"[{h}]\n" + "".join(f"{o}\n" for o in opts), b) for h, opts, b in some))


def by_configparser(text: str) -> dict[str, dict[str, str]] | None:
    parser = RawConfigParser()
    try:
        parser.read_string(text.replace("\r\n", "\n").replace("\r", "\n"))
    except Error:
        return None
    return {name: dict(parser[name]) for name in parser.sections()}


@settings(max_examples=500, deadline=None)
@given(FILES, NEWS)
def test_every_profile_of_theirs_reads_as_before_or_nothing_is_written(text: str, wanted: str) -> None:
    try:
        new = sections(wanted)
        once = written(text, wanted)
    except (IamgenError, UnreadableError):
        return
    ours = {identity(header, "config") for header in new} | {("profile", "gone")}
    if once == text:  # nothing to do, perhaps in a file that the AWS CLI cannot read
        return
    before, after = sections(text), sections(once)
    theirs = {header: options for header, options in before.items() if identity(header, "config") not in ours}
    assert {header: after[header] for header in theirs} == theirs
    made = {identity(header, "config"): options for header, options in new.items()}
    read = {key: after[header] for header in after if (key := identity(header, "config")) in made}
    assert read.keys() == made.keys()
    assert {key: {**options, **made[key]} for key, options in read.items()} == read
    plain = by_configparser(text), by_configparser(once)
    if plain[0] is not None:
        assert plain[1] is not None
        assert {header: plain[1][header] for header in theirs} == {header: plain[0][header] for header in theirs}
    assert written(once, wanted) == once
    assert written(written(once, wanted), wanted) == once


@settings(max_examples=200, deadline=None)
@given(TIDY)
def test_a_tidy_file_is_never_refused(text: str) -> None:
    """However far it is indented as a whole."""
    try:
        sections(text)
    except UnreadableError:
        return
    if "gone" not in text and text.count("ours") < 2:
        assert written(written(text)) == written(text)
