"""Write a difference as Markdown, for a comment or the summary of a CI job."""

from __future__ import annotations

from iamgen.access_diff.difference_text import DifferenceText
from iamgen.ui.fenced_block import fenced
from iamgen.ui.printable import printable

HEADING = "## Who gains and who loses access"


def difference_paragraphs(shown: DifferenceText) -> tuple[str, str]:
    """Return the heading, and the summary with the sections in a block that nothing in it ends."""
    return HEADING, fenced("\n".join(map(printable, shown.body())), "text")
