"""A review names all access, and nothing that changes after it was confirmed passes as confirmed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from iamgen.questions.access_answer import AccessOverview, AccessRequest, access_overview
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.held_roles import role_label
from iamgen.review.access_lines import AccessLine, AccessWords, LineToken, access_lines
from iamgen.review.review_content import ReviewContent, review_content
from iamgen.review.review_csv import csv_row, csv_text, read_csv
from iamgen.review.review_head import WrittenReview
from iamgen.review.review_markdown import markdown_line, markdown_text, read_markdown
from iamgen.review.review_state import review_state
from tests.questions.conftest import DEV, NOW, OPS, golden, role, statement, trusted, user

COMMIT = "0123456789" * 4
HOSTILE = (
    "<script>alert(1)</script> | `code` **bold** [a](b)",
    "=HYPERLINK(1)",
    "@SUM(1)",
    "-1+1",
    "'quoted",
    'a "b", c; d',
    "new\nline\r\n- [x] 1. mine",
    "back\\slash \\* &amp;",
    "` by: me",
)
Modelled = Callable[..., Asker]
Reader = Callable[[str, str], tuple[WrittenReview, tuple[Any, ...]]]
FORMATS = [("md", markdown_text, read_markdown), ("csv", csv_text, read_csv)]
both = pytest.mark.parametrize(("ending", "write", "read"), FORMATS, ids=["md", "csv"])


def overview_of(asker: Asker) -> AccessOverview:
    return access_overview(asker, AccessRequest(Circumstances(NOW)))


@pytest.fixture(scope="module")
def content() -> ReviewContent:
    return review_content("2026-Q4", COMMIT, overview_of(Asker(golden("example"))))


@pytest.fixture(scope="module")
def text(content: ReviewContent) -> str:
    return markdown_text(content)


def lines_of(
    modelled: Modelled, *statements: Any, trust: Any = None, user_statements: tuple[Any, ...] = ()
) -> dict[str, AccessLine]:
    """Return the lines of a user and of the role that they may assume, by the role."""
    resources = {
        "ann": user("ann", statement("Allow", "sts:AssumeRole", f"arn:aws:iam::{DEV}:role/R"), *user_statements),
        "R": role("R", trust or {"AWS": f"arn:aws:iam::{DEV}:user/ann"}, *statements),
    }
    return {line.words.role: line for line in access_lines(overview_of(modelled({DEV: resources})))}


@pytest.mark.parametrize("case", ["example", "everything"])
def test_every_access_has_a_line(case: str) -> None:
    overview = overview_of(Asker(golden(case)))
    lines = access_lines(overview)
    held = [
        (role_label(item.known) if item.is_role else "", item.known.account.name)
        for items in overview.by_actor.values()
        for item in items
    ]
    unknown = [(role_label(item), item.account.name) for items in overview.unknown.values() for item in items]
    listed = [
        ("" if line.words.role.startswith("their own") else line.words.role, line.words.account) for line in lines
    ]
    assert sorted(listed) == sorted([*held, *unknown])
    assert len({line.token.identity for line in lines}) == len(lines)
    assert lines == access_lines(overview)


@both
def test_what_is_written_is_read(
    ending: str, write: Callable[[ReviewContent], str], read: Reader, content: ReviewContent
) -> None:
    review, faults = read(write(content), "review")
    assert faults == ()
    assert review.head == content.head
    assert [(line.number, line.sentence, line.token) for line in review.lines] == [
        (number, line.words.sentence(), line.token) for number, line in enumerate(content.lines, 1)
    ]
    assert not any(line.is_confirmed for line in review.lines)
    state = review_state(review, content.lines)
    assert (len(state.unconfirmed), state.is_complete, state.is_unchanged) == (len(content.lines), False, True)


@both
@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_somebody_is_called_the_line_is_theirs(
    ending: str,
    write: Callable[[ReviewContent], str],
    read: Reader,
    name: str,
    content: ReviewContent,
    modelled: Modelled,
) -> None:
    first = content.lines[0]
    visible = name.encode("unicode_escape").decode() if "\n" in name else name
    words = AccessWords(visible, "person", "R", first.words.account, "no end", "", visible)
    line = AccessLine(words, LineToken.of("0" * 12, words.sentence(), "0" * 16))
    review, faults = read(write(replace(content, lines=(line,), head=replace(content.head, number=1))), "review")
    assert faults == ()
    assert [(item.sentence, item.token) for item in review.lines] == [(words.sentence(), line.token)]
    cells = next(csv.reader(io.StringIO(csv_row(line, 1, content.head))))
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "\n" not in markdown_line(line, 1)


def test_a_line_is_confirmed_by_somebody(text: str, content: ReviewContent) -> None:
    review, faults = read_markdown(text.replace("- [ ]", "- [x]").replace(" by:\n", " by: zoe\n"), "review")
    assert faults == ()
    assert {line.by for line in review.lines} == {"zoe"}
    assert review_state(review, content.lines).is_complete


def test_a_table_of_a_spreadsheet_is_read(content: ReviewContent) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(content))))
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows(
        [rows[0], *reversed([[row[0], "X", "zoe", *row[3:]] for row in rows[1:]])]
    )
    review, faults = read_csv("\ufeff" + stream.getvalue(), "review")
    assert faults == ()
    assert review_state(review, content.lines).is_complete


def test_what_a_role_can_do_is_a_part_of_its_line(modelled: Modelled) -> None:
    read_only = statement("Allow", ["s3:GetObject", "s3:ListBucket"])
    before = lines_of(modelled, read_only)
    more = lines_of(modelled, read_only, statement("Allow", "s3:PutObject"))
    assert before["R"].token.identity == more["R"].token.identity
    assert before["R"].token.power != more["R"].token.power
    own = "their own user (no group; policies own)"
    assert before[own] == more[own]
    same = lines_of(modelled, {**read_only, "Action": ["s3:listbucket", "s3:GetObject"], "Sid": "Named"})
    assert before == same
    assert before["R"] != lines_of(modelled, statement("Deny", ["s3:GetObject", "s3:ListBucket"]))["R"]
    narrower = lines_of(modelled, {**read_only, "Condition": {"Bool": {"aws:SecureTransport": "true"}}})
    assert before["R"] != narrower["R"]


def test_conditions_on_assuming_a_role_are_a_part_of_its_line(modelled: Modelled) -> None:
    ann, ben = ({"AWS": f"arn:aws:iam::{DEV}:user/{name}"} for name in ("ann", "ben"))
    mfa: dict[str, Any] = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    with_mfa = lines_of(modelled, trust=trusted(ann, **mfa))
    without = lines_of(modelled, trust=trusted(ann))
    assert with_mfa["R"].words == without["R"].words
    assert with_mfa["R"].token.power != without["R"].token.power
    both_of_them = {"AWS": [*ann.values(), *ben.values()]}
    assert lines_of(modelled, trust=trusted(both_of_them, **mfa))["R"] == with_mfa["R"]


def test_an_end_that_moves_is_told_as_an_end(modelled: Modelled) -> None:
    ann = {"AWS": f"arn:aws:iam::{DEV}:user/ann"}
    ends = ("2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z")
    first, second = (
        lines_of(modelled, trust=trusted(ann, Condition={"DateLessThan": {"aws:CurrentTime": end}}))["R"]
        for end in ends
    )
    assert first.words.until == "until the end of 2026-12-31 (UTC)"
    assert first.token.power == second.token.power
    assert first.token.words != second.token.words


def test_a_further_way_to_assume_a_role_is_told(modelled: Modelled) -> None:
    ann, ben = ({"AWS": f"arn:aws:iam::{DEV}:user/{name}"} for name in ("ann", "ben"))
    mfa: dict[str, Any] = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    before = lines_of(modelled, trust=trusted(ann, **mfa))["R"]
    for more in (
        trusted(ann),
        trusted({"AWS": f"arn:aws:iam::{DEV}:root"}),
        {**trusted(ann), "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ):
        after = lines_of(modelled, trust=[trusted(ann, **mfa), more])["R"]
        assert (after.words, after.token.power == before.token.power) == (before.words, False)
    assert lines_of(modelled, trust=[trusted(ann, **mfa), trusted(ben)])["R"] == before


def test_what_is_known_of_a_trusted_stranger_is_a_part_of_the_line(modelled: Modelled) -> None:
    stranger = {"AWS": f"arn:aws:iam::{DEV}:user/stranger"}
    mfa: dict[str, Any] = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    trusts = (trusted(stranger), trusted(stranger, **mfa))
    lines = [access_lines(overview_of(modelled({DEV: {"R": role("R", trust)}})))[0] for trust in trusts]
    assert lines[0].words == lines[1].words == (*stranger.values(), "not in what was read", "R", DEV, "perhaps", "", "")
    assert lines[0].token.power != lines[1].token.power


def test_a_boundary_is_a_part_of_the_line(modelled: Modelled) -> None:
    def line(**more: Any) -> AccessLine:
        resources = {"R": role("R", {"Service": "lambda.amazonaws.com"}, statement("Allow", "s3:*"), **more)}
        return access_lines(overview_of(modelled({DEV: resources})))[0]

    narrow, wide = (
        line(PermissionsBoundary=f"arn:aws:iam::aws:policy/{name}")
        for name in ("ReadOnlyAccess", "AdministratorAccess")
    )
    assert len({line().token.power, narrow.token.power, wide.token.power}) == 3


def test_which_known_roles_a_user_may_ask_for_is_no_power_of_theirs(modelled: Modelled) -> None:
    own = "their own user (no group; policies own)"
    here, elsewhere = f"arn:aws:iam::{DEV}:role/R", f"arn:aws:iam::{OPS}:role/Partner"

    def line(resources: list[str], **more: Any) -> AccessLine:
        users = {"ann": user("ann", statement("Allow", "sts:AssumeRole", resources, **more))}
        roles = {name: role(name, {"AWS": f"arn:aws:iam::{DEV}:root"}) for name in ("R", "S")}
        return {item.words.role: item for item in access_lines(overview_of(modelled({DEV: {**users, **roles}})))}[own]

    assert line([here]) == line([here, f"arn:aws:iam::{DEV}:role/S"])
    assert line([here]) != line([here, elsewhere])
    assert line([here]) != line([here], Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    assert lines_of(modelled)[own] != lines_of(modelled, user_statements=(statement("Deny", "s3:*"),))[own]


def test_changed_new_and_gone_access(text: str, content: ReviewContent) -> None:
    review, _ = read_markdown(text.replace("- [ ]", "- [x]"), "review")
    changed, removed, *rest = content.lines
    token = replace_power(changed)
    words = changed.words._replace(name="erin")
    new = AccessLine(words, LineToken.of("f" * 12, words.sentence(), "0" * 16))
    state = review_state(review, [AccessLine(changed.words, token), *rest, new])
    assert [item.changes for item in state.changed] == [("what can be done with it, or the conditions on it",)]
    assert state.new == (new,)
    assert [line.token for line in state.gone] == [removed.token]
    assert (state.is_complete, state.is_unchanged, state.next_number) == (False, False, len(content.lines) + 1)
    mended = text.replace("- [ ]", "- [x]").replace(str(changed.token), str(token))
    mended += markdown_line(new, state.next_number).replace("[ ]", "[x]")
    review, faults = read_markdown(mended, "review")
    assert faults == ()
    assert review_state(review, [AccessLine(changed.words, token), *rest, new]).is_complete


def replace_power(line: AccessLine) -> LineToken:
    return LineToken.of(line.token.identity, line.words.sentence(), "0" * 16)


RESTORE = "take it back from git: git log -p shows what it was; access is removed in users.py, not here"


def test_everything_that_was_done_to_a_file_by_hand_is_told_with_its_line(text: str) -> None:
    rows = text.split("\n")
    first = next(number for number, row in enumerate(rows) if row.startswith("- [ ]"))
    rows[first] = rows[first].replace("[ ]", "[?]")
    rows[first + 1] = "somebody's thoughts"
    rows[first + 2] = "<<<<<<< HEAD"
    rows[first + 3] = "- [x] alice may do everything"
    _, faults = read_markdown("\n".join(rows), "r.md")
    unknown = "take it back from git, or let a note of your own begin with >"
    assert [(fault.where, fault.problem, fault.hint) for fault in faults] == [
        (f"r.md:{first + 1}", "[?] is neither [ ] nor [x]", "put an x there, or a space"),
        (f"r.md:{first + 2}", "this line is none of the review", unknown),
        (
            f"r.md:{first + 3}",
            "there is a merge marker of git",
            "solve the conflict first: keep every line of both sides once",
        ),
        (f"r.md:{first + 4}", "this line is none of the review", unknown),
    ]


def test_lines_that_were_removed_doubled_or_rewritten_are_told(text: str) -> None:
    rows = text.split("\n")
    first = next(number for number, row in enumerate(rows) if row.startswith("- [ ]"))
    del rows[first + 2]
    rows.insert(first + 2, rows[first])
    rows.insert(first + 3, rows[first].replace(" 1. ", " 99. "))
    rows[first + 1] = rows[first + 1].replace("dave", "alice")
    _, faults = read_markdown("\n".join(rows), "r.md")
    assert [(fault.where, fault.problem, fault.hint) for fault in faults] == [
        (f"r.md:{first + 2}", "was changed by hand: it does not say what iamgen wrote", RESTORE),
        (f"r.md:{first + 3}", f"number 1 stands in line {first + 1} already", "remove one of the two"),
        (f"r.md:{first + 4}", f"line {first + 1} is about the same access already", "remove one of the two"),
        (f"r.md:{first + 4}", "number 3 was removed", RESTORE),
    ]


def test_lines_that_are_gone_one_after_another_are_told_once(text: str) -> None:
    rows = text.split("\n")
    places = [number for number, row in enumerate(rows, 1) if row.startswith("- [ ]")]
    total = len(places)
    few = [row for number, row in enumerate(rows, 1) if number not in (*places[1:3], *places[-2:])]
    _, faults = read_markdown("\n".join(few).replace(f"* Lines: `{total}`", "* Lines: `9999999`"), "r.md")
    assert [(fault.where, fault.problem) for fault in faults] == [
        (f"r.md:{places[0] + 1}", "numbers 2 to 3 were removed"),
        (f"r.md:{places[-3] - 1}", f"numbers {total - 1} to 9999999 were removed"),
    ]
    _, faults = read_markdown(text.replace(f"* Lines: `{total}`", "* Lines: `123456789`"), "r.md")
    assert [fault.problem for fault in faults] == ["the head of the review has no Lines that was written by iamgen"]


def test_a_head_that_says_two_things_and_a_review_without_a_name_are_told(text: str) -> None:
    rows = text.split("\n")
    place = next(number for number, row in enumerate(rows, 1) if row.startswith("* Lines: "))
    _, faults = read_markdown("\n".join((*rows[:place], "* Lines: `1`", *rows[place:])), "r.md")
    assert [(fault.where, fault.problem, fault.hint) for fault in faults] == [
        (f"r.md:{place + 1}", "another Lines stands above", "remove one of the two")
    ]
    _, faults = read_markdown("\n".join(rows[1:]), "r.md")
    assert [fault.problem for fault in faults] == ["the head of the review has no name that was written by iamgen"]


@both
def test_the_mark_with_which_some_editors_begin_a_file_changes_nothing(
    content: ReviewContent, ending: str, write: Callable[[ReviewContent], str], read: Reader
) -> None:
    text = write(content)
    assert read(f"\ufeff{text}", f"r.{ending}") == read(text, f"r.{ending}")
    assert read(text, f"r.{ending}")[1] == ()


@pytest.mark.parametrize("key", ["Format", "Commit", "Access", "Lines"])
def test_a_head_that_is_not_as_it_was_is_told(text: str, key: str) -> None:
    row = next(row for row in text.split("\n") if row.startswith(f"* {key}: "))
    _, faults = read_markdown(text.replace(row, f"* {key}: `²`"), "r.md")
    assert [(fault.where, fault.problem, fault.hint) for fault in faults] == [
        ("r.md", f"the head of the review has no {key} that was written by iamgen", RESTORE)
    ]


def test_everything_that_was_done_to_a_table_is_told_with_its_line(content: ReviewContent) -> None:
    rows = csv_text(content).split("\n")
    rows[2] = rows[2].replace(",,,", ",perhaps,,", 1)
    rows[3] = "3,x,zoe"
    rows[4] = rows[4].replace("4,", "four,", 1)
    rows[5] = rows[5].replace(content.head.commit, "f" * 40)
    rows[6] = rows[6].replace(str(content.lines[5].token), "r1-2-3")
    _, faults = read_csv("\n".join(rows), "r.csv")
    assert [(fault.where, fault.problem) for fault in faults] == [
        ("r.csv:3", "perhaps is neither x nor nothing in the column confirmed"),
        ("r.csv:4", "this row does not have the columns of the review"),
        ("r.csv:5", "four is no number of a row"),
        ("r.csv:6", "its commit is not that of the rows above"),
        ("r.csv:7", "the column line is not what iamgen wrote"),
    ]
    assert {fault.hint for fault in faults} == {"take the row back from git; notes belong into the column by"}
    _, faults = read_csv(f"{csv_text(content)}=======\n", "r.csv")
    assert [(fault.where, fault.problem, fault.hint) for fault in faults] == [
        (
            f"r.csv:{len(content.lines) + 2}",
            "there is a merge marker of git",
            "solve the conflict first: keep every row once",
        )
    ]
    _, faults = read_csv(f'{csv_text(content)}"open', "r.csv")
    assert [(fault.where, fault.problem) for fault in faults] == [("r.csv", "is no CSV: unexpected end of data")]
    _, faults = read_csv("", "r.csv")
    assert len(faults) == 5
