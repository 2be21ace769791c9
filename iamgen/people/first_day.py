"""Write the page for somebody's first day, together with their user."""

from __future__ import annotations

from pathlib import Path

from iamgen.declaration.resolved import Declaration


def first_day_page(root: Path, declaration: Declaration, name: str) -> str:
    """Return the page that `iamgen bootstrap NAME --guide` prints. Raises IamgenError for a fault of its template."""
    from iamgen.workstation.colleague import Called, declared
    from iamgen.workstation.key import AccessKey
    from iamgen.workstation.links import links
    from iamgen.workstation.page import guide
    from iamgen.workstation.texts import expanded, role_names, templates

    colleague = declared(declaration, Called(name))
    texts = expanded(templates(root, {"config": None}), colleague, AccessKey("", ""))
    return guide(root, colleague, links(colleague.roles, colleague.partition), role_names(texts["config"]))
