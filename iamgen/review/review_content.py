"""The content of a new review, before it is written in one of the formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iamgen.questions.access_answer import AccessOverview
from iamgen.questions.limits import not_looked_at_of_all
from iamgen.review.access_lines import AccessLine, access_digest, access_lines
from iamgen.review.review_head import ReviewHead
from iamgen.ui.printable import printable


@dataclass(frozen=True)
class ReviewContent:
    """A new review."""

    head: ReviewHead
    """What it is about."""
    lines: tuple[AccessLine, ...]
    """All access."""
    ids: Mapping[str, str]
    """The ids of accounts by their names."""
    production: frozenset[str]
    """The names of the accounts that are production."""
    remarks: tuple[str, ...]
    """What was not looked at."""

    def account_heading(self, account: str) -> str:
        """Return the words above the lines of an account."""
        return f"{account} ({self.ids[account]}){', production' if account in self.production else ''}"


def review_content(name: str, commit: str, overview: AccessOverview) -> ReviewContent:
    """Return the review of all access of an answer, which is that of a commit."""
    lines, model = access_lines(overview), overview.asker.model
    head = ReviewHead(name, commit, access_digest(lines), len(lines))
    ids = {printable(account.name): account.id for account in model.accounts}
    remarks = tuple(map(printable, not_looked_at_of_all(model)))
    return ReviewContent(head, lines, ids, frozenset(map(printable, model.production or ())), remarks)
