"""A page of HTML that stands alone: no script, no other file, and its style in it."""

from __future__ import annotations

from html import escape

STYLE = """\
:root { color-scheme: light dark; --dim: #667; --line: #8884; --mark: #0a62; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; border-top: 1px solid var(--line); }
h1, h2, h3 { padding-top: .6rem; } p { margin: .4rem 0; }
.math { font-family: "STIX Two Text", Cambria, Georgia, serif; font-size: 1.1rem; }
table.chain { margin: .6rem 0 .2rem 1rem; border-collapse: collapse; }
table.chain td { padding: 0 .25rem; vertical-align: top; } table.chain td:first-child { text-align: right; }
table.grid { margin: .6rem 0; border-collapse: collapse; }
table.grid th, table.grid td { padding: .1rem .7rem; text-align: left; border-bottom: 1px solid var(--line); }
table.grid .r { text-align: right; font-variant-numeric: tabular-nums; }
dl { margin: .2rem 0 .2rem 2rem; display: grid; grid-template-columns: max-content 1fr; gap: 0 .8rem; }
dt { font-style: italic; } dd { margin: 0; color: var(--dim); }
.source { color: var(--dim); font-size: .85rem; margin-left: 1rem; } .for { font-weight: 600; margin-top: 1rem; }
.remark { border-left: .25rem solid var(--mark); padding-left: .7rem; font-style: italic; }
.board { display: flex; gap: 1.2rem; align-items: center; flex-wrap: wrap; overflow-x: auto; }
.board table { border-collapse: collapse; border-left: 1px solid; border-right: 1px solid; }
.board td { padding: 0 .45rem; text-align: right; font-variant-numeric: tabular-nums; }
.less { color: #a32; } .more { color: #275; } .same { color: var(--dim); }
@media print { body { max-width: none; } }
"""
"""Enough for tables, formulas and numbers in rows; ``less``, ``more`` and ``same`` are for what is compared."""


def page(title: str, body: str) -> str:
    """A whole page around a body, which is HTML already; the title is text."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body.rstrip()}\n</body>\n</html>\n"
    )


def table(headings: tuple[str, ...], aligned: str, rows: tuple[tuple[str, ...], ...]) -> str:
    """A table of texts; ``aligned`` has ``l`` or ``r`` for each column."""

    def row(cells: tuple[str, ...], tag: str) -> str:
        sides = [f'<{tag} class="r">' if side == "r" else f"<{tag}>" for side in aligned]
        pairs = zip(sides, cells, strict=True)
        return "<tr>" + "".join(f"{side}{escape(cell)}</{tag}>" for side, cell in pairs) + "</tr>"

    head = f"<thead>{row(headings, 'th')}</thead>\n" if any(headings) else ""
    return (
        f'<table class="grid">\n{head}<tbody>\n' + "\n".join(row(cells, "td") for cells in rows) + "\n</tbody></table>"
    )
