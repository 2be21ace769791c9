"""Write notes about a release or a promotion: a person reads them before they answer, and the tag keeps them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from iamgen.diff.accounts import AccountChanges, account_lines, total
from iamgen.diff.lines import plan_line
from iamgen.errors import Fault
from iamgen.release.commits import Commit
from iamgen.release.promotion import Promotion
from iamgen.release.releasing import Release
from iamgen.ui.plan_line import PlanLine


@dataclass(frozen=True)
class Effects:
    """What a release or a promotion changes in the accounts, compared with the one before."""

    accounts: Collection[AccountChanges] | None
    """What changes in the templates; None where those before cannot be rendered."""
    refused: Collection[Fault] = ()
    """What a deployment refuses where the one before is deployed."""
    access_back: Collection[str] = ()
    """Who gets access back, a line each."""
    access: Collection[PlanLine] = ()
    """Who gains and who loses access."""

    def plain(self) -> dict[str, object]:
        """Return what changes and what is refused as JSON values; None for what cannot be told."""
        return {
            "accounts": None if self.accounts is None else [item.plain() for item in self.accounts],
            "refused": None if self.accounts is None else [fault.plain() for fault in self.refused],
        }


def release_notes(release: Release, effects: Effects) -> tuple[PlanLine, ...]:
    """Return the notes of a release."""
    since = f" since {release.previous}" if release.previous else ""
    breaking = [commit for commit in release.commits if commit.breaking]
    plain = [commit for commit in release.commits if not commit.breaking]
    parts = [
        (PlanLine(str(release.version), tone="heading"),),
        _listed(f"Breaking changes{since}:", breaking),
        _listed(f"Changes{since}:", plain) or (() if breaking else (PlanLine(f"No commits{since}."),)),
        tuple(effects.access),
        _differences(effects.accounts, brief=release.previous is None),
        _refused(str(release.previous), effects.refused),
    ]
    return _joined(parts)


def promotion_notes(promotion: Promotion, effects: Effects) -> tuple[PlanLine, ...]:
    """Return the notes of a promotion."""
    kind = "a rollback" if promotion.is_rollback else "the first promotion" if promotion.now is None else ""
    before = "" if promotion.now is None else f", from {promotion.now_name}"
    parts = [
        (PlanLine(f"{promotion.version} to {promotion.channel}{before}{f': {kind}' if kind else ''}", tone="heading"),),
        _listed("Comes:", promotion.comes),
        _listed("Goes:", promotion.goes),
        tuple(effects.access),
        _differences(effects.accounts, brief=promotion.now is None),
        _bulleted("This gives access back:", effects.access_back),
        _refused(promotion.now_name, effects.refused),
    ]
    return _joined(parts)


def _listed(title: str, commits: Collection[Commit]) -> tuple[PlanLine, ...]:
    return _bulleted(title, [commit.line for commit in commits])


def _bulleted(title: str, lines: Collection[str]) -> tuple[PlanLine, ...]:
    """Return a title with lines below it, nothing without any. Their dashes are bullets, not signs of what goes."""
    return (PlanLine(title), *(PlanLine(f"- {line}") for line in lines)) if lines else ()


def _refused(before: str, faults: Collection[Fault]) -> tuple[PlanLine, ...]:
    lines = [f"{fault.where}: {fault.problem} ({fault.hint})" for fault in faults]
    return _bulleted(f"Where {before} is deployed, iamgen deploy refuses:", lines)


def _differences(accounts: Collection[AccountChanges] | None, *, brief: bool) -> tuple[PlanLine, ...]:
    if accounts is None:
        return ()
    return (PlanLine("Templates:"), *account_lines(accounts, brief=brief), plan_line(total(accounts)))


def _joined(parts: Collection[tuple[PlanLine, ...]]) -> tuple[PlanLine, ...]:
    """Return the lines of all parts, with an empty line between two."""
    used = [part for part in parts if part]
    return tuple(line for number, part in enumerate(used) for line in ((PlanLine(""),) * bool(number) + part))
