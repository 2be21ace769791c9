"""A plain assignment is read by a short way; it says the same as the close reading of the line."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from iamgen.declaration import constant_line
from iamgen.declaration.constant_line import Assignment, QuotedText, Reference, read_line

WORDS = ("A", "a_1", "export ", "${A}", "${_b2}", "$A", "${")
CHARACTERS = "=}$-./@%+:~ \t#'\"\\é\r\x00\n\u200b(`*?[{,"
PIECES = st.sampled_from([*WORDS, *CHARACTERS])
LINES = st.lists(PIECES, max_size=12).map("".join)


@given(LINES)
@example("A=b\n")
@example("A=")
@example("A=${B}${C}")
@example("export A=b")
def test_the_short_way_says_what_the_close_reading_says(line: str) -> None:
    short = constant_line._plain_assignment(line)
    assert short is None or short == constant_line._read_closely(line)
    assert read_line(line) == constant_line._read_closely(line)


def test_a_plain_line_is_read_by_the_short_way() -> None:
    pieces = (QuotedText("a-"), Reference("B", 5, braced=True), QuotedText("/c"))
    assert constant_line._plain_assignment("A=a-${B}/c") == Assignment("A", pieces, quoted=False, exported=False)
