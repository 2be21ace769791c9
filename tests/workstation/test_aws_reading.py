"""No merge harms a profile: what the AWS CLI reads is held against what it read before, or nothing is written."""

from __future__ import annotations

from configparser import Error, RawConfigParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamgen.errors import Fault, IamgenError
from iamgen.workstation import aws_reading
from iamgen.workstation.aws_reading import UnreadableError, damage, sections
from iamgen.workstation.merge import File, MergeStep, WantedSection, merged, steps
from iamgen.workstation.sections import identity

STRAY = (
    "the AWS CLI cannot read this file: the line is neither [section], NAME = VALUE nor comment, "
    "or says again what another says"
)
OWNER = "bob@111111111111/infra"
OLD = "[default]\nregion = x\n\n[profile ours]\nrole_arn = old\nregion = x\n\n[profile gone]\nrole_arn = stale\n"
NEW = "# ours\n[default]\nregion = eu-west-1\ns3 =\n  max_queue_size = 1000\n\n[profile ours]\nrole_arn = new\n"


def written(text: str, requested: str = NEW) -> str:
    """Return the file as `--write` leaves it. Raises IamgenError where it refuses."""
    file, new = (
        File(text, "~/.aws/config", "config"),
        WantedSection(requested, OWNER, lambda o: o.get("role_arn") == "stale"),
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


ROLE = "[profile ours]\nrole_arn = new\n"


def test_options_stand_as_far_right_as_the_next_header() -> None:
    """Or that header would go on with the last option."""
    other = "[profile other]\nx = 1\n"
    after = written("[profile ours]\n\n  [profile other]\n", f"{ROLE}\n{other}")
    assert [line for line in after.splitlines() if "#" not in line] == [
        "[profile ours]", "  role_arn = new", "", "  [profile other]", "  x = 1",
    ]  # fmt: skip


def test_a_header_that_goes_moves_no_option() -> None:
    gone = indented(written("", "[profile gone]\nrole_arn = stale\n").lstrip("\n"), "  ")
    assert gone.startswith("  [profile gone]\n  # iamgen")
    after = written(f"[profile ours]\n{gone}", ROLE)
    assert [line for line in after.splitlines() if "#" not in line] == ["[profile ours]", "role_arn = new"]


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


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[a]\n[b]\n[a]\n", "a section stands there twice (line 3)"),
        ("[a]\nx = 1\nx = 2\n", "an option stands twice in one section (line 3)"),
        ("# a\nx = 1\n[a]\n", "something stands before the first section (line 2)"),
        ("[a]\njunk\n", "a line is neither [section], NAME = VALUE nor comment (line 2)"),
        ("[a]\ns3 =\n  junk\n", "a line of a nested block is not NAME = VALUE"),
        ("\ufeff[a]\n", "it begins with a byte order mark"),
    ],
)
def test_the_reason_why_the_aws_cli_cannot_read_a_text(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        sections(text)
    assert str(caught.value) == reason


def test_what_the_aws_cli_alone_cannot_read_is_refused_with_its_own_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever our own reading takes for sound."""
    monkeypatch.setattr(aws_reading, "unreadable", lambda _: ())
    with pytest.raises(IamgenError) as caught:
        written("[a]\njunk\n")
    problem = "the AWS CLI cannot read this file: a line is neither [section], NAME = VALUE nor comment (line 2)"
    assert caught.value.faults == (Fault("~/.aws/config", problem, "mend it first; nothing was written"),)


def test_a_text_that_could_not_be_read_any_more_is_not_written() -> None:
    file, new = File("[a]\nx = 1\n", "~/.aws/config", "config"), WantedSection("[a]\nx = 2\n", OWNER)
    problem = "the AWS CLI could not read it any more with the new sections: a section stands there twice (line 2)"
    hint = "nothing was written; write every line of the file without an indent"
    assert damage(file, "[a]\n[a]\n", new, steps(file, new)) == (Fault("~/.aws/config", problem, hint),)


BY_HAND = "nothing was written; write every line of the file without an indent, or put the sections in by hand"
NOT_MEANT = "nothing was written; look at how it is indented, and at what stands in [DEFAULT]"


@pytest.mark.parametrize(
    ("after", "faults"),
    [
        ("[a]\nx = 2\n[b]\ny = 1\n", []),
        (
            "[a]\nx = 2\n[b]\ny = 2\n",
            [("~/.aws/config:3", "the AWS CLI would read [b] otherwise than now", BY_HAND)],
        ),
        ("[a]\nx = 2\n", [("~/.aws/config:3", "the AWS CLI would read [b] otherwise than now", BY_HAND)]),
        (
            "[a]\nx = 2\n[b]\ny = 1\n[c]\n",
            [("~/.aws/config", "the AWS CLI would read a section [c] that is none now", BY_HAND)],
        ),
        (
            "[a]\nx = 1\n[b]\ny = 1\n",
            [("~/.aws/config", "the AWS CLI would not read [a] as it is to be", NOT_MEANT)],
        ),
        (
            "[a]\nx = 2\nz = 1\n[b]\ny = 1\n",
            [("~/.aws/config", "the AWS CLI would not read [a] as it is to be", NOT_MEANT)],
        ),
        ("[b]\ny = 1\n", [("~/.aws/config", "the AWS CLI would not read [a] as it is to be", NOT_MEANT)]),
    ],
)
def test_what_is_to_be_written_is_held_against_what_was_meant(after: str, faults: list[tuple[str, str, str]]) -> None:
    file, new = File("[a]\nx = 1\n[b]\ny = 1\n", "~/.aws/config", "config"), WantedSection("[a]\nx = 2\n", OWNER)
    assert damage(file, after, new, steps(file, new)) == tuple(Fault(*fault) for fault in faults)


def test_a_section_that_is_as_it_should_be_has_to_stay_so() -> None:
    file, new = File("[a]\nx = 1\n", "~/.aws/config", "config"), WantedSection("[a]\nx = 1\n", OWNER)
    (step,) = steps(file, new)
    assert step.kind == "same"
    assert damage(file, "[a]\nx = 2\n", new, [step]) == (
        Fault("~/.aws/config:1", "the AWS CLI would read [a] otherwise than now", BY_HAND),
        Fault("~/.aws/config", "the AWS CLI would not read [a] as it is to be", NOT_MEANT),
    )


def test_a_step_has_to_have_all_that_the_template_makes() -> None:
    file, new = File("", "~/.aws/config", "config"), WantedSection("[profile a]\nx = 1\ny = 2\n", OWNER)
    incomplete = MergeStep("add", ("profile", "a"), "profile a", (), ("x = 1",))
    problem = "the AWS CLI would not read [profile a] as it is to be"
    assert damage(file, "[profile a]\nx = 1\n", new, [incomplete]) == (Fault("~/.aws/config", problem, NOT_MEANT),)
    complete = incomplete._replace(after=("x = 1", "y = 2", "z = 3"))
    assert damage(file, "[profile a]\nx = 1\ny = 2\nz = 3\n", new, [complete]) == ()


def test_a_section_that_is_to_go_has_to_be_gone() -> None:
    file = File(written("", "[gone]\nrole_arn = stale\n"), "~/.aws/config", "config")
    new = WantedSection("", OWNER, lambda options: options["role_arn"] == "stale")
    (step,) = steps(file, new)
    assert step.kind == "remove"
    assert damage(file, "", new, [step]) == ()
    problem = "the AWS CLI would not read [gone] as it is to be"
    assert damage(file, file.text, new, [step]) == (Fault("~/.aws/config", problem, NOT_MEANT),)


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
    lambda blanks, drawn_list: "".join(
        indented(f"[{header}]\n" + "".join(f"{line}\n" for line in lines), blanks) for header, lines in drawn_list
    ),
    BLANKS,
    st.lists(
        st.tuples(st.sampled_from(HEADERS), st.lists(st.sampled_from(LINES), max_size=4, unique=True)),
        unique_by=lambda entry: entry[0],
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
    unique_by=lambda entry: identity(entry[0], "config"),
    max_size=3,
).map(
    lambda drawn_list: "\n".join(indented(f"[{h}]\n" + "".join(f"{o}\n" for o in opts), b) for h, opts, b in drawn_list)
)


def by_configparser(text: str) -> dict[str, dict[str, str]] | None:
    parser = RawConfigParser()
    try:
        parser.read_string(text.replace("\r\n", "\n").replace("\r", "\n"))
    except Error:
        return None
    return {name: dict(parser[name]) for name in parser.sections()}


# Few files have what goes wrong, so that there are five times as many of them as of other examples.
@settings(max_examples=5 * settings().max_examples)
@given(FILES, NEWS)
def test_every_profile_of_theirs_reads_as_before_or_nothing_is_written(text: str, requested: str) -> None:
    try:
        new = sections(requested)
        once = written(text, requested)
    except (IamgenError, UnreadableError):
        return
    ours = {identity(header, "config") for header in new} | {("profile", "gone")}
    if once == text:  # nothing to do, perhaps in a file that the AWS CLI cannot read
        return
    before, after = sections(text), sections(once)
    theirs = {header: options for header, options in before.items() if identity(header, "config") not in ours}
    assert {header: after[header] for header in theirs} == theirs
    result = {identity(header, "config"): options for header, options in new.items()}
    read = {key: after[header] for header in after if (key := identity(header, "config")) in result}
    assert read.keys() == result.keys()
    assert {key: {**options, **result[key]} for key, options in read.items()} == read
    plain = by_configparser(text), by_configparser(once)
    if plain[0] is not None:
        assert plain[1] is not None
        assert {header: plain[1][header] for header in theirs} == {header: plain[0][header] for header in theirs}
    assert written(once, requested) == once
    assert written(written(once, requested), requested) == once


@given(TIDY)
def test_a_tidy_file_is_never_refused(text: str) -> None:
    """However far it is indented as a whole."""
    try:
        sections(text)
    except UnreadableError:
        return
    if "gone" not in text and text.count("ours") < 2:
        assert written(written(text)) == written(text)
