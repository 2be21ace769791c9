"""A merge gives a file its sections and leaves every other line where it is."""

from __future__ import annotations

import pytest
from botocore.configloader import load_config
from hypothesis import assume, example, given
from hypothesis import strategies as st

from iamgen.errors import Fault, IamgenError
from iamgen.workstation.merge import STRAY, File, MergeStep, WantedSection, merged, steps, twins, unreadable
from iamgen.workstation.section_options import options_of
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
    text: str, requested: str = WANTED, declined: frozenset[tuple[str, ...]] = frozenset(), owner: str = OWNER
) -> str:
    file, new = File(text, "~/.aws/config", "config"), WantedSection(requested, owner)
    return merged(file, new, steps(file, new), declined)


def plan(text: str, requested: str = WANTED, owner: str = OWNER) -> list[tuple[str, str]]:
    result = steps(File(text, "~/.aws/config", "config"), WantedSection(requested, owner))
    return [(step.why or step.kind, step.header) for step in result]


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


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_last_line_ends_as_it_did(end: str) -> None:
    template = "# for XX\n[profile ours]\nregion = b\noutput = json\n"
    after = merge(f"[profile ours]\nregion = a\noutput = text{end}", template)
    assert after.partition("region")[1:] == ("region", f" = b\noutput = json{end}")
    assert merge("", template).startswith("# for XX\n[profile ours]\n")


def test_what_is_declined_stays() -> None:
    after = merge(THEIRS, declined=frozenset({("profile", "default")}))
    assert after.startswith(THEIRS + "\n\n[profile ours]\n")
    assert plan(after) == [("written by hand", "default"), ("same", "profile ours")]


def test_what_iamgen_wrote_is_written_anew_until_it_is_edited() -> None:
    newer = WANTED.replace("eu-west-1", "eu-west-2")
    before = merge("")
    assert plan(before, newer) == [("update", "default"), ("update", "profile ours")]
    assert merge(before, newer) == merge("", newer)
    edited = before.replace("\nregion = eu-west-1\ns3", "\nregion = us-east-1\ns3")
    assert plan(edited, newer) == [("edited since iamgen wrote it", "default"), ("update", "profile ours")]
    assert plan(edited) == [("edited since iamgen wrote it", "default"), ("same", "profile ours")]


LOGIN = "login_session = arn:aws:iam::111111111111:user/bob"


@pytest.mark.parametrize(
    "added", ["output = json", "cli_pager =\noutput = json", "s3 =\n  a = 1\n# theirs\n\nx = 1", LOGIN]
)
@pytest.mark.parametrize("place", ["[profile ours]\n", "region = eu-west-1\n"])
def test_what_others_added_to_a_section_of_iamgens_stays(added: str, place: str) -> None:
    head, section = merge("").split("[profile ours]\n")
    section = f"[profile ours]\n{section}".replace(place, f"{place}{added}\n")
    before = f"{head}{section}"
    assert plan(before) == [("same", "default"), ("same", "profile ours")]
    newer = WANTED.replace("eu-west-1", "eu-west-2")
    assert plan(before, newer) == [("update", "default"), ("update", "profile ours")]
    after = merge(before, newer)
    assert after.endswith(f"\nregion = eu-west-2\n{added}\n"), after
    assert merge(after, newer) == after
    assert merge(after) == f"{head}{merge('').split('[profile ours]')[1].join(['[profile ours]', ''])}{added}\n"


def test_what_was_added_gives_way_to_a_template_only_when_asked() -> None:
    before = merge("").replace("[profile ours]", "[profile ours]\noutput = json")
    template = f"{WANTED}output = text\n"
    assert plan(before, template)[1] == ("edited since iamgen wrote it", "profile ours")
    assert "output = json" not in merge(before, template)


def test_what_cannot_clash_stays_when_a_conflict_is_decided_for_the_template() -> None:
    added = merge("").replace("[profile ours]", "[profile ours]\noutput = json\ncli_pager =")
    template = f"{WANTED}output = text\n"
    assert plan(added, template)[1] == ("edited since iamgen wrote it", "profile ours")
    assert merge(added, template).endswith("\nregion = eu-west-1\noutput = text\ncli_pager =\n")
    edited = merge("").removesuffix("region = eu-west-1\n") + f"region = us-east-1\noutput = json\n{LOGIN}\n"
    assert plan(edited)[1] == ("edited since iamgen wrote it", "profile ours")
    assert merge(edited).endswith(f"\nregion = eu-west-1\n{LOGIN}\n")


def test_bytes_that_are_no_utf_8_are_marked_as_they_are() -> None:
    template = "[profile ours]\nrole_session_name = caf\udce9\n"
    assert plan(merge("", template), template) == [("same", "profile ours")]
    assert plan(merge("", template), template.replace("\udce9", "\udce8")) == [("update", "profile ours")]


def test_a_comment_in_a_nested_block_does_not_end_it() -> None:
    lines = ("s3 =", "  a = 1", "  # remark", "", "  b = 2", "# about x", "x = 1")
    assert [(option.name, option.lines) for option in options_of(lines)] == [
        ("s3", lines[:5]), ("", lines[5:6]), ("x", lines[6:]),
    ]  # fmt: skip


def test_the_choice_where_credentials_come_from_stays_until_another_is_made() -> None:
    first = merge("", f"{WANTED}{LOGIN}\n")
    assert LOGIN in first
    assert plan(first) == [("same", "default"), ("same", "profile ours")]
    other = merge(first, f"{WANTED}credential_process = /opt/keys bob\n")
    assert "login_session" not in other
    assert other.endswith("region = eu-west-1\ncredential_process = /opt/keys bob\n")
    newer = WANTED.replace("eu-west-1", "eu-west-2")
    assert merge(other, newer).endswith("region = eu-west-2\ncredential_process = /opt/keys bob\n")


def test_what_only_adds_to_a_section_by_hand_is_no_conflict() -> None:
    theirs = f"[profile ours]\n# mine\n{LOGIN}\n"
    assert plan(theirs) == [("add", "default"), ("update", "profile ours")]
    assert merge(theirs).startswith(
        f"[profile ours]\n# iamgen bootstrap {OWNER} 431b2518\nregion = eu-west-1\n# mine\n{LOGIN}\n"
    )
    assert plan(f"{theirs}region=eu-west-1\n") == [("add", "default"), ("same", "profile ours")]
    assert plan(f"{theirs}region=eu-west-3\n") == [("add", "default"), ("written by hand", "profile ours")]


def test_what_cannot_stand_beside_a_role_or_a_key_goes_and_is_asked_about() -> None:
    role = "[profile ours]\nrole_arn = x\nsource_profile = y\n"
    for other in ("credential_source = Environment", LOGIN):
        theirs = f"[profile ours]\n{other}\n"
        assert plan(theirs, role) == [("written by hand", "profile ours")]
        assert other not in merge(theirs, role)
    key = "[ours]\naws_access_key_id = new\n"
    file = File("[ours]\naws_access_key_id = old\naws_session_token = of old\nx = 1\n", "credentials", "credentials")
    new = WantedSection(key, OWNER)
    assert [step.why for step in steps(file, new)] == ["written by hand"]
    after = merged(file, new, steps(file, new))
    assert "of old" not in after
    assert after.endswith("aws_access_key_id = new\nx = 1\n")


def test_the_same_in_their_own_hand_stays_as_it_is() -> None:
    theirs = '[profile "ours"]\nregion = eu-west-1\n[default]\nregion = eu-west-1\ns3 =\n  max_queue_size = 1000'
    assert plan(theirs) == [("same", "default"), ("same", "profile ours")]
    assert merge(theirs) == theirs


@pytest.mark.parametrize("blank", ["", "\n", " \n"])
def test_a_blank_line_stands_before_a_new_section(blank: str) -> None:
    assert merge(f"[a]\nx = 1\n{blank}") == f"[a]\nx = 1\n{blank or chr(10)}{merge('')}"


def test_line_ends_are_those_of_the_file() -> None:
    assert merge("[a]\r\nx = 1\r\n") == "[a]\r\nx = 1\r\n\r\n" + merge("").replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[profile ours]", "[profile mine]"),  # renamed
        ("[profile ours]", "[profile ours]\n# iamgen bootstrap bob@1/infra 00000000"),  # two marks
        ("region = eu-west-1\n", "# iamgen bootstrap bob@1/infra 00000000\nregion = eu-west-1\n"),
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
    before = merge("").replace("[profile ours]", '[profile "ours"] # my own X ')
    after = merge(before, WANTED.replace("eu-west-1", "eu-west-2"))
    assert '\n[profile "ours"] # my own X \n# iamgen bootstrap ' in after
    assert after.count("eu-west-2") == 2


def test_what_is_stale_goes_if_it_is_iamgens() -> None:
    old = "[profile gone]\nrole_arn = x\n\n# theirs, too\n[profile kept]\nrole_arn = y\n"
    before = merge("", old) + "\n# theirs\n[profile mine]\nrole_arn = x\n"
    file, wanted_section = (
        File(before, "config", "config"),
        WantedSection(WANTED, OWNER, lambda options: options.get("role_arn") == "x"),
    )
    taken = steps(file, wanted_section)
    assert taken[-1] == MergeStep("remove", ("profile", "gone"), "profile gone", ("role_arn = x",), ())
    after = merged(file, wanted_section, taken)
    assert "gone" not in after
    assert after.startswith("\n# theirs, too\n[profile kept]")
    assert "\n# theirs\n[profile mine]\nrole_arn = x\n" in after
    assert [step.kind for step in steps(file, WantedSection(WANTED, "carol@1/infra", wanted_section.stale))] == [
        "add",
        "add",
    ]


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


CANNOT = "the AWS CLI cannot read this file: "


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "x = 1\n[a]\nx = 1\nx = 2\njunk\n[a]\n",
            [
                *((line, CANNOT + STRAY, "mend it, or remove it") for line in (1, 4, 5)),
                (6, f"{CANNOT}[a] stands on line 2 already", "keep one of the two"),
            ],
        ),
        (
            "[a]\n[DEFAULT]\nregion = x\n",
            [(2, "the AWS CLI gives what stands in [DEFAULT] to every profile", "write [default]")],
        ),
        ("\ufeff[a]\njunk\n", [(1, f"{CANNOT}it begins with a byte order mark", "save it as UTF-8 without one")]),
        (
            "# caf\xe9\n# caf\udce9\n# \udc80\n",
            [(2, f"{CANNOT}the byte 0xE9 is no UTF-8", "save the file as UTF-8")],
        ),
        ("# \udcff\n", [(1, f"{CANNOT}the byte 0xFF is no UTF-8", "save the file as UTF-8")]),
        ("# \udc80\n", [(1, f"{CANNOT}the byte 0x80 is no UTF-8", "save the file as UTF-8")]),
        (THEIRS, []),
        (WANTED, []),
    ],
)
def test_what_the_aws_cli_cannot_read_is_told(text: str, faults: list[tuple[int, str, str]]) -> None:
    expected = tuple(Fault(f"~/.aws/config:{line}", problem, hint) for line, problem, hint in faults)
    assert unreadable(File(text, "~/.aws/config", "config")) == expected


@pytest.mark.parametrize(
    ("by_hand", "kind"),
    [
        ("region: eu-west-1\nurl = a:b=c", "same"),
        ("REGION=eu-west-1\nurl: a:b=c", "same"),
        ("region = eu-west-1\nurl = a=b=c", "written by hand"),
        ("region = EU-WEST-1\nurl = a:b=c", "written by hand"),
    ],
)
def test_an_option_by_hand_is_compared_as_it_is_read(by_hand: str, kind: str) -> None:
    template = "[profile ours]\nregion = eu-west-1\nurl = a:b=c\n"
    assert plan(f"[profile ours]\n{by_hand}\n", template) == [(kind, "profile ours")]


def test_the_lines_of_a_step_stand_without_the_indent_of_the_section() -> None:
    file = File("  [profile ours]\n  region = X\r\n  s3 =\n    a = 1\n", "config", "config")
    (step,) = steps(file, WantedSection("[profile ours]\nregion = y\n", OWNER))
    assert step.before == ("region = X", "s3 =", "  a = 1")
    assert step.after == ("region = y", "s3 =", "  a = 1")
    assert step.own == ("region = y",)


def lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines()


def added(before: list[str], after: list[str]) -> list[str]:
    """Return the lines that are new, without blanks around them; those of before have to come in their order."""
    rest, new = list(after), []
    for line in before:
        assert line in rest, f"{line!r} is lost, moved or altered"
        place = rest.index(line)
        new += [other.strip() for other in rest[:place]]
        rest = rest[place + 1 :]
    return [*new, *(line.strip() for line in rest)]


@given(FILES)
@example("[default]\n# remark\nregion = eu-west-1\n[profile theirs]\n")
def test_no_foreign_line_is_lost_moved_or_altered(text: str) -> None:
    try:
        after = merge(text)
    except IamgenError:
        return
    comments = {"", "# ours", "# remark", "; remark"}  # a comment of a section may come to stand at its end
    assert set(added(lines(foreign(text)), lines(foreign(after)))) <= comments


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
    assert profiles["ours"]["region"] == "eu-west-1"
    assert {**profiles["default"], "region": "eu-west-1", "s3": {"max_queue_size": "1000"}} == profiles["default"]
