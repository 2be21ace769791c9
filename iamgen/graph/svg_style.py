"""The style of the picture: light and dark, what is highlighted when somebody points at it, and how it is printed.

Every class and variable begins with `ig`, so that it can stand in a page beside other styles. Colours are near
Okabe and Ito's palette, which people with any kind of colour-blindness tell apart; no colour says anything alone.

Boxes and lines are shown once more by `use` while somebody points at what they belong to. A selector does not see
beyond what `use` repeats, so that theirs have no `.ig` before them.
"""

from __future__ import annotations

FONT_COLUMN = 7.25
"""How wide a letter is at 12 pixels, in the widest of the usual monospaced fonts, a little room included."""
SMALL = 11 / 12
"""How large the small text is beside the other."""

STYLE = """\
.ig{--ig-ground:#fff;--ig-ink:#1b1f24;--ig-quiet:#59636e;--ig-frame:#c3cad2;--ig-account:#f6f8fa;--ig-fill:#fff;\
--ig-person:#0a5ea8;--ig-machine:#a04a00;--ig-role:#59636e;--ig-production:#a3195b}
@media screen and (prefers-color-scheme:dark){.ig{--ig-ground:#0d1117;--ig-ink:#e6edf3;--ig-quiet:#9aa4af;\
--ig-frame:#3d444d;--ig-account:#151b23;--ig-fill:#0d1117;--ig-person:#6cb6ff;--ig-machine:#f0a35e;--ig-role:#9aa4af;\
--ig-production:#ff8fc0}}
.ig text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--ig-ink)}
.ig .ig-head{font-weight:bold}
.ig .ig-small{font-size:11px;fill:var(--ig-quiet)}
.ig .ig-danger{fill:var(--ig-production)}
.ig .ig-ground{fill:var(--ig-ground);pointer-events:none}
.ig .ig-account{fill:var(--ig-account);stroke:var(--ig-frame)}
.ig .ig-account.ig-production{stroke:var(--ig-production);stroke-width:2.5}
.ig-box{fill:var(--ig-inside,var(--ig-fill));stroke:var(--ig-outline,var(--ig-frame));\
stroke-width:var(--ig-outline-width,1)}
.ig-group{stroke-dasharray:1 3;stroke-linecap:round}
.ig-of-person{--ig-line:var(--ig-person)}
.ig-of-machine{--ig-line:var(--ig-machine)}
.ig-of-role{--ig-line:var(--ig-role)}
.ig .ig-side{fill:var(--ig-line)}
.ig .ig-link{opacity:.75}
.ig-path{fill:none;stroke:var(--ig-line);stroke-width:1.5;pointer-events:stroke}
.ig-tip{fill:var(--ig-line)}
.ig-path.ig-ending{stroke-dasharray:7 4}
.ig-path.ig-perhaps{stroke-dasharray:1 4;stroke-linecap:round;stroke-width:2}
.ig-path.ig-partial{stroke-width:.6}
.ig .ig-over{display:none;pointer-events:none}
.ig .ig-all:hover .ig-link{opacity:.12}
.ig .ig-node:hover .ig-link,.ig .ig-link:hover{opacity:1}
.ig .ig-node:hover .ig-box,.ig .ig-node:hover .ig-reached{--ig-outline:var(--ig-ink);--ig-outline-width:3}
.ig .ig-node:hover .ig-over{display:inline}
"""
"""The style, for a page that shows pictures without a style of their own. `svg_text` puts it into each other one."""
