"""Write what nobody uses as text for people, in 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.questions.access_text import Line, hanging, plain_lines, shown_lines
from iamgen.questions.can_text import footer
from iamgen.questions.limits import not_looked_at_of_all
from iamgen.questions.model import AccessModel
from iamgen.questions.unused_parts import UnusedKind, UnusedPart

_TITLES: dict[UnusedKind, str] = {
    "role": "roles as which nobody can act",
    "group": "groups without members",
    "policy": "policies that are attached to nothing",
}
NOT_TOLD = "when a role or a policy was last used, which AWS alone knows (IAM's last accessed information)"


def unused_text(model: AccessModel, parts: tuple[UnusedPart, ...], account: str | None, *, coloured: bool) -> str:
    """Return the roles, groups and policies that nobody uses, with the place of each."""
    return shown_lines(_lines(model, parts, account), coloured=coloured)


def _lines(model: AccessModel, parts: tuple[UnusedPart, ...], account: str | None) -> Iterator[Line]:
    here = f" in {account}" if account else ""
    yield from plain_lines(hanging("", f"what nobody uses{here}, as far as is known from {model.origin}:", 0))
    for kind, title in _TITLES.items():
        of_kind = [part for part in parts if part.kind == kind]
        yield from (("", False), (f"{title}: {len(of_kind) or 'none'}", True))
        for part in of_kind:
            yield from plain_lines(hanging("  ", f"{part.name} in {part.account} ({part.place})", 4))
            if part.doubt:
                yield from plain_lines(hanging("      ", f"perhaps used: {part.doubt}", 8))
    yield from plain_lines(("", *footer((NOT_TOLD, *not_looked_at_of_all(model)))))
