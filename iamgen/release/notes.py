"""Notes about a release or a promotion: what a person reads before they answer, and what the tag keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from iamgen.diff.accounts import AccountChanges, account_lines, total
from iamgen.errors import Fault
from iamgen.release.commits import Commit
from iamgen.release.promotion import Promotion
from iamgen.release.releasing import Release
from iamgen.ui.printable import printable


@dataclass(frozen=True)
class Effects:
    """What a release or a promotion leads to in the accounts, beside the one before."""

    accounts: Collection[AccountChanges] | None
    """What changes in the templates; None where those before cannot be rendered."""
    refused: Collection[Fault] = ()
    """What a deployment refuses where the one before is deployed."""
    access_back: Collection[str] = ()
    """Who gets access back, a line each."""

    def plain(self) -> dict[str, object]:
        """Return what changes and what is refused as JSON values; None for what cannot be told."""
        return {
            "accounts": None if self.accounts is None else [item.plain() for item in self.accounts],
            "refused": None if self.accounts is None else [fault.plain() for fault in self.refused],
        }


def release_notes(release: Release, effects: Effects) -> str:
    """Return the notes of a release."""
    since = f" since {release.previous}" if release.previous else ""
    breaking = [commit for commit in release.commits if commit.breaking]
    plain = [commit for commit in release.commits if not commit.breaking]
    parts = [
        str(release.version),
        _listed(f"Breaking changes{since}:", breaking),
        _listed(f"Changes{since}:", plain) or ("" if breaking else f"No commits{since}."),
        _differences(effects.accounts, brief=release.previous is None),
        _refused(str(release.previous), effects.refused),
    ]
    return _joined(parts)


def promotion_notes(promotion: Promotion, effects: Effects) -> str:
    """Return the notes of a promotion."""
    kind = "a rollback" if promotion.is_rollback else "the first promotion" if promotion.now is None else ""
    before = "" if promotion.now is None else f", from {promotion.now_name}"
    parts = [
        f"{promotion.version} to {promotion.channel}{before}{f': {kind}' if kind else ''}",
        _listed("Comes:", promotion.comes),
        _listed("Goes:", promotion.goes),
        _differences(effects.accounts, brief=promotion.now is None),
        _bulleted("This gives access back:", effects.access_back),
        _refused(promotion.now_name, effects.refused),
    ]
    return _joined(parts)


def _listed(title: str, commits: Collection[Commit]) -> str:
    return _bulleted(title, [commit.line for commit in commits])


def _bulleted(title: str, lines: Collection[str]) -> str:
    return "\n".join([title, *(f"- {printable(line)}" for line in lines)]) if lines else ""


def _refused(before: str, faults: Collection[Fault]) -> str:
    lines = [f"{fault.where}: {fault.problem} ({fault.hint})" for fault in faults]
    return _bulleted(f"Where {before} is deployed, iamgen deploy refuses:", lines)


def _differences(accounts: Collection[AccountChanges] | None, *, brief: bool) -> str:
    if accounts is None:
        return ""
    return "\n".join(_difference_lines(accounts, brief=brief))


def _difference_lines(accounts: Collection[AccountChanges], *, brief: bool) -> Iterator[str]:
    yield "Templates:"
    yield from account_lines(accounts, brief=brief)
    yield f"Plan: {total(accounts)}."


def _joined(parts: Collection[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
