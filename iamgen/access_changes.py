"""Show who gains and who loses access by a change, for `changes`, `release` and `promote`.

`iamgen.deployment_access` says the same of a deployment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from iamgen.access_diff.difference_json import DifferenceJson
from iamgen.access_diff.difference_lines import difference_lines
from iamgen.access_diff.difference_markdown import HEADING, difference_paragraphs
from iamgen.access_diff.difference_text import DifferenceText
from iamgen.access_diff.model_difference import ModelDifference, model_difference
from iamgen.access_model import AS_DEPLOYED, rendered_model
from iamgen.diff.lines import brief
from iamgen.errors import IamgenError
from iamgen.ui.plan_line import PlanLine

if TYPE_CHECKING:
    from iamgen.project import Rendered
    from iamgen.questions.model import AccessModel
    from iamgen.revision import Comparison

_ALL_NEW = "All access is new: there is nothing before it to compare with. iamgen access shows who has what."


@dataclass(frozen=True, eq=False)
class AccessChanges:
    """Who gains and who loses access by a change."""

    lines: tuple[PlanLine, ...]
    """It as a person reads it. The first line sums it up; those to the right of it are the details."""
    difference: ModelDifference | None = None
    """The difference; None where there is nothing to compare with, and where one of the sides cannot be read."""

    @property
    def summary(self) -> tuple[PlanLine, ...]:
        """The line that sums it up, with the remarks about the whole of it."""
        return tuple(brief(self.lines))

    def plain(self) -> dict[str, object] | None:
        """Return the difference as JSON values, as `iamgen diff --json` prints it; None where there is none."""
        return DifferenceJson(DifferenceText(self.difference)).plain() if self.difference else None

    def paragraphs(self) -> tuple[str, str]:
        """Return it as Markdown, with a request for each gain and loss."""
        if self.difference is None:
            return HEADING, " ".join(line.text for line in self.lines)
        return difference_paragraphs(DifferenceText(self.difference))


def access_changes(comparison: Comparison) -> AccessChanges:
    """Return who gains and who loses access from one revision to another, where both can be read."""
    before, after = comparison.before, comparison.after
    if before is None and comparison.accounts is None:
        return not_known("what this is compared with cannot be rendered, and the messages say why")
    if before is None:
        return AccessChanges((PlanLine(_ALL_NEW, tone="heading"),))
    return between(lambda: (_model(before), _model(after)), after.project.now)


def between(sides: Callable[[], tuple[AccessModel, AccessModel]], moment: datetime) -> AccessChanges:
    """Return what is different between two states; where one cannot be read, that this is so."""
    try:
        difference = model_difference(*sides(), moment)
        return AccessChanges(difference_lines(difference), difference)
    except IamgenError as exc:
        fault = exc.faults[0]
        return not_known(f"{fault.where}: {fault.problem}")


def not_known(reason: str) -> AccessChanges:
    """Return that it is not known who gains and who loses access."""
    return AccessChanges((PlanLine(f"It is not known who gains and who loses access: {reason}", tone="danger"),))


def _model(rendered: Rendered) -> AccessModel:
    revision = rendered.project.revision
    return rendered_model(rendered, f"users.py at {revision}" if revision else AS_DEPLOYED)
