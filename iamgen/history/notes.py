"""Notes about a release or a promotion: what a person reads before they answer, and what the tag keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from iamgen.history.commits import Commit
from iamgen.history.promote import Promotion
from iamgen.history.release import Release
from iamgen.plan.accounts import AccountChanges, account_lines, total


def release_notes(release: Release, accounts: Collection[AccountChanges] | None) -> str:
    """Return the notes of a release; `accounts` is None where the one before cannot be rendered."""
    since = f" since {release.previous}" if release.previous else ""
    breaking = [one for one in release.commits if one.breaking]
    others = [one for one in release.commits if not one.breaking]
    parts = [
        str(release.version),
        _listed(f"Breaking changes{since}:", breaking),
        _listed(f"Changes{since}:", others) or ("" if breaking else f"No commits{since}."),
        _differences(accounts, brief=release.previous is None),
    ]
    return _joined(parts)


def promotion_notes(promotion: Promotion, accounts: Collection[AccountChanges] | None) -> str:
    """Return the notes of a promotion; `accounts` is None where what is there cannot be rendered."""
    what = "a rollback" if promotion.is_rollback else "the first promotion" if promotion.now is None else ""
    before = "" if promotion.now is None else f", from {promotion.now_name}"
    parts = [
        f"{promotion.version} to {promotion.channel}{before}{f': {what}' if what else ''}",
        _listed("Comes:", promotion.comes),
        _listed("Goes:", promotion.goes),
        _differences(accounts, brief=promotion.now is None),
    ]
    return _joined(parts)


def _listed(title: str, some: Collection[Commit]) -> str:
    return "\n".join([title, *(f"- {one.line}" for one in some)]) if some else ""


def _differences(accounts: Collection[AccountChanges] | None, *, brief: bool) -> str:
    if accounts is None:
        return ""
    return "\n".join(_told(accounts, brief=brief))


def _told(accounts: Collection[AccountChanges], *, brief: bool) -> Iterator[str]:
    yield "Templates:"
    yield from account_lines(accounts, brief=brief)
    yield f"Plan: {total(accounts)}."


def _joined(parts: Collection[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
