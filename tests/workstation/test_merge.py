"""A merge gives a file its sections and leaves every other line where it is."""

from __future__ import annotations

import pytest
from botocore.configloader import load_config
from hypothesis import assume, given
from hypothesis import strategies as st

from iamgen.errors import IamgenError
from iamgen.workstation.merge import File, MergeStep, WantedSection, merged, steps, twins, unreadable
from iamgen.workstation.sections import blocks, identity

WANTED = """\
# ours
[default]
region = eu-west-1
s3 =
  max_queue_size = 1000

[profile ours]
region = eu-west-1
"""
HEADERS = ["[default]", "[profile theirs]", "[profile ours]", '[profile "ours"]', "[other]"]
BODIES = [
    "region = eu-west-1",
    "output=json",
    "  s3 =",
    "    x = 1",
    "# remark",
    "; remark",
    "",
    "  ",
    "junk",
    "\tmore",
]
ENDS = st.sampled_from(["\n", "\n", "\r\n"])
FILES = st.builds(
    lambda lines, cut: "".join(map("".join, lines)).rstrip("\r\n" if cut else ""),
    st.lists(st.tuples(st.sampled_from([*HEADERS, *BODIES, *BODIES]), ENDS), max_size=30),
    st.booleans(),
)


OWNER = "bob@111111111111/infra"


def merge(
    text: str, wanted: str = WANTED, declined: frozenset[tuple[str, ...]] = frozenset(), owner: str = OWNER
) -> str:
    file, new = File(text, "~/.aws/config", "config"), WantedSection(wanted, owner)
    return merged(file, new, steps(file, new), declined)


def plan(text: str, wanted: str = WANTED, owner: str = OWNER) -> list[tuple[str, str]]:
    found = steps(File(text, "~/.aws/config", "config"), WantedSection(wanted, owner))
    return [(step.why or step.kind, step.header) for step in found]


def foreign(text: str) -> str:
    """Return the file without the sections that are ours; comments and blank lines after them are not theirs."""
    ours = {identity(str(block.header), "config") for block in blocks(WANTED)[1:]}
    return "".join(
        line
        for block in blocks(text)
        for line in (block.rest if identity(str(block.header), "config") in ours else block.lines)
    )


def test_a_new_file() -> None:
    assert (
        merge("")
        == """\
# ours
[default]
# iamgen bootstrap bob@111111111111/infra 0e1855dd
region = eu-west-1
s3 =
  max_queue_size = 1000

[profile ours]
# iamgen bootstrap bob@111111111111/infra 431b2518
region = eu-west-1
"""
    )


THEIRS = """\
; odd   spacing stays
[work]
  role_arn=arn:aws:iam::999999999999:role/x

# about default
[default]
region = us-east-1
# not yet
# output = json

  # theirs
[profile   theirs]
region : us-east-1"""


def test_a_file_with_sections_of_their_own() -> None:
    assert plan(THEIRS) == [("written by hand", "default"), ("add", "profile ours")]
    assert (
        merge(THEIRS)
        == """\
; odd   spacing stays
[work]
  role_arn=arn:aws:iam::999999999999:role/x

# about default
[default]
# iamgen bootstrap bob@111111111111/infra 0e1855dd
region = eu-west-1
s3 =
  max_queue_size = 1000
# not yet
# output = json

  # theirs
[profile   theirs]
region : us-east-1

[profile ours]
# iamgen bootstrap bob@111111111111/infra 431b2518
region = eu-west-1
"""
    )


def test_what_is_declined_stays() -> None:
    after = merge(THEIRS, declined=frozenset({("profile", "default")}))
    assert after.startswith(THEIRS + "\n\n[profile ours]\n")
    assert plan(after) == [("written by hand", "default"), ("same", "profile ours")]


def test_what_iamgen_wrote_is_written_anew_until_it_is_edited() -> None:
    newer = WANTED.replace("eu-west-1", "eu-west-2")
    before = merge("")
    assert plan(before, newer) == [("update", "default"), ("update", "profile ours")]
    assert merge(before, newer) == merge("", newer)
    edited = before.replace("[profile ours]", "[profile ours]\noutput = json")
    assert plan(edited, newer) == [("update", "default"), ("edited since iamgen wrote it", "profile ours")]
    assert plan(edited) == [("same", "default"), ("edited since iamgen wrote it", "profile ours")]


def test_the_same_in_their_own_hand_stays_as_it_is() -> None:
    theirs = '[profile "ours"]\nregion = eu-west-1\n[default]\nregion = eu-west-1\ns3 =\n  max_queue_size = 1000'
    assert plan(theirs) == [("same", "default"), ("same", "profile ours")]
    assert merge(theirs) == theirs


def test_line_ends_are_those_of_the_file() -> None:
    assert merge("[a]\r\nx = 1\r\n") == "[a]\r\nx = 1\r\n\r\n" + merge("").replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[profile ours]", "[profile mine]"),  # renamed
        ("[profile ours]", "[profile ours]\n# iamgen bootstrap bob@1/infra 00000000"),  # two marks
        ("region = eu-west-1\n", "region = eu-west-1 \n"),
    ],
)
def test_a_section_that_was_touched_is_no_longer_iamgens(before: str, after: str) -> None:
    touched = merge("").replace(before, after)
    newer = WANTED.replace("eu-west-1", "eu-west-2")
    assert merge(touched, newer).count("eu-west-2") == newer.count("eu-west-2")
    file = File(touched, "config", "config")
    assert not [
        step for step in steps(file, WantedSection("", OWNER, lambda _: True)) if step.header in {"profile mine"}
    ]
    assert "update" not in {kind for kind, header in plan(touched, newer) if header == "profile ours"}


def test_what_was_written_for_somebody_else_is_asked_about() -> None:
    newer = WANTED.replace("eu-west-1", "eu-west-2")
    assert plan(merge(""), newer, "carol@222222222222/infra") == [
        ("written for bob@111111111111/infra", "default"),
        ("written for bob@111111111111/infra", "profile ours"),
    ]


def test_a_header_stays_as_it_was_spelt() -> None:
    before = merge("").replace("[profile ours]", '[profile "ours"] # my own')
    after = merge(before, WANTED.replace("eu-west-1", "eu-west-2"))
    assert '\n[profile "ours"] # my own\n# iamgen bootstrap ' in after
    assert after.count("eu-west-2") == 2


def test_what_is_stale_goes_if_it_is_iamgens() -> None:
    old = "[profile gone]\nrole_arn = x\n\n# theirs, too\n[profile kept]\nrole_arn = y\n"
    before = merge("", old) + "\n# theirs\n[profile mine]\nrole_arn = x\n"
    file, wanted = (
        File(before, "config", "config"),
        WantedSection(WANTED, OWNER, lambda options: options.get("role_arn") == "x"),
    )
    taken = steps(file, wanted)
    assert taken[-1] == MergeStep("remove", ("profile", "gone"), "profile gone", ("role_arn = x",), ())
    after = merged(file, wanted, taken)
    assert "gone" not in after
    assert after.startswith("\n# theirs, too\n[profile kept]")
    assert "\n# theirs\n[profile mine]\nrole_arn = x\n" in after
    assert [step.kind for step in steps(file, WantedSection(WANTED, "carol@1/infra", wanted.stale))] == ["add", "add"]


@pytest.mark.parametrize("header", ["[profile ours]", '[profile "ours"]'])
def test_a_section_in_question_that_stands_twice_is_refused(header: str) -> None:
    with pytest.raises(IamgenError) as caught:
        plan(f"[profile ours]\nx = 1\n\n{header}\nx = 2\n")
    assert [" | ".join(fault) for fault in caught.value.faults] == [
        f"~/.aws/config | it has {header} on lines 1 and 4 | keep one of the two"
    ]


def test_sections_that_stand_twice() -> None:
    assert twins('[profile a]\n[b]\n[profile "a"]\n', "config") == ("profile a",)
    assert twins('[profile a]\n[b]\n[profile "a"]\n', "credentials") == ()


def test_what_the_aws_cli_cannot_read_is_told() -> None:
    file = File("x = 1\n[a]\nx = 1\nx = 2\njunk\n[a]\n", "~/.aws/config", "config")
    assert [fault.where for fault in unreadable(file)] == [f"~/.aws/config:{line}" for line in (1, 4, 5, 6)]
    (default,) = unreadable(File("[DEFAULT]\nregion = x\n", "~/.aws/config", "config"))
    assert default.problem == "the AWS CLI gives what stands in [DEFAULT] to every profile"
    assert unreadable(File(THEIRS, "~/.aws/config", "config")) == ()


@given(FILES)
def test_no_foreign_line_is_lost_moved_or_altered(text: str) -> None:
    try:
        after = merge(text)
    except IamgenError:
        return
    assert foreign(after).startswith(foreign(text))
    added = foreign(after).removeprefix(foreign(text))
    assert set(added.replace("\r\n", "\n").split("\n")) <= {"", "# ours"}


@given(FILES)
def test_twice_is_once(text: str) -> None:
    try:
        once = merge(text)
    except IamgenError:
        return
    assert merge(once) == once
    assert {kind for kind, _ in plan(once)} == {"same"}


@given(text=FILES)
def test_the_aws_cli_reads_what_was_wanted(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    assume(not unreadable(File(text, "", "config")))
    try:
        after = merge(text)
    except IamgenError:
        return
    path = tmp_path_factory.mktemp("home") / "config"
    path.write_bytes(after.encode())
    profiles = load_config(str(path))["profiles"]
    assert profiles["ours"] == {"region": "eu-west-1"}
    assert profiles["default"] == {"region": "eu-west-1", "s3": {"max_queue_size": "1000"}}
