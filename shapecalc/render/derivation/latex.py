"""A worked text as a LaTeX document: base LaTeX and amsmath alone, for pdfLaTeX, XeLaTeX and LuaLaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shapecalc.figure import Term
from shapecalc.render.derivation.blocks import (
    Block,
    Board,
    Chain,
    Document,
    Grid,
    Heading,
    Letters,
    Line,
    Math,
    Panel,
    Prose,
)
from shapecalc.render.derivation.notation import ATOM, MOST, PRODUCT, SUM

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amsmath}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\allowdisplaybreaks
\sloppy
% a sign that pdfLaTeX has no font for is written by its number
\newcommand{\other}[2]{\ifdefined\Umathchar #1\else\texttt{#2}\fi}
"""
SIGNS: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    '"': r"\textquotedbl{}",
    "`": "'",
    "[": "{[}",  # after the end of a row it would be an option
    "]": "{]}",
    "'": r"'",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "−": r"$-$",
    "–": "--",  # noqa: RUF001  an en dash, as ranges are set
    "—": "---",
    "…": r"\dots{}",
    "→": r"$\to$",
    "≥": r"$\ge$",
    "≤": r"$\le$",
    "≈": r"$\approx$",
    "√": r"$\surd$",
    "⋮": r"$\vdots$",
    "⌊": r"$\lfloor$",
    "⌋": r"$\rfloor$",
    "⌈": r"$\lceil$",
    "⌉": r"$\rceil$",
    "∑": r"$\sum$",
    "∏": r"$\prod$",
    "∞": r"$\infty$",
    "σ": r"$\sigma$",
    "γ": r"$\gamma$",
    "β": r"$\beta$",
    "μ": r"$\mu$",
    "ε": r"$\varepsilon$",
    "ᵀ": r"$^{T}$",
    "²": r"$^2$",
}
"""What a sign is in running text."""
LATIN = range(0xA1, 0x180)
"""Letters that the T1 fonts have; of those beyond Latin-1 only these."""
TALL = 40
"""Rows of one table: a taller one is cut, for it does not break over pages."""


def latex(document: Document) -> str:
    """The whole document."""
    body = "\n\n".join(text for block in document.blocks for text in _block(block))
    return f"{PREAMBLE}\\begin{{document}}\n{body}\n\\end{{document}}\n"


def escaped(text: str) -> str:
    """A text in which no sign means anything to LaTeX."""
    return "".join(_sign(sign) for sign in text)


def _sign(sign: str) -> str:
    if sign in SIGNS:
        return SIGNS[sign]
    if sign.isascii():
        return sign if sign.isprintable() else " "
    if ord(sign) in LATIN and (sign.isalpha() or sign in "¡¿§°"):
        return sign
    return f"\\other{{{sign}}}{{U+{ord(sign):04X}}}"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text=text, level=level):
            yield f"\\{'section' if level == 1 else 'subsection'}*{{{escaped(text)}}}"
        case Prose(text=text, sort=sort):
            yield _prose(escaped(text), sort)
        case Chain(name=name, lines=steps):
            rows = [f"{_name(name) if index == 0 else ''} &= {math(step)}" for index, step in enumerate(steps)]
            yield "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"
        case Line(label=label, name=name, term=term, value=value):
            worked = math(term)
            said = [_name(name) if name else "", "" if worked == math(value.replace(",", "")) else worked, math(value)]
            lead = f"{escaped(label)}: " if label else ""
            yield f"{lead}${' = '.join(piece for piece in said if piece)}$"
        case Letters(rows=rows):
            entries = "\n".join(
                f"\\item[${_name(letter)}{f' = {math(value)}' if value else ''}$] {escaped(meaning)}"
                + (f" ({escaped(origin)})" if origin else "")
                for letter, value, meaning, origin in rows
            )
            yield (
                f"\\begin{{description}}\\setlength{{\\itemsep}}{{0pt}}\n{entries}\n\\end{{description}}"
                if rows
                else ""
            )
        case Grid():
            yield from _grid(block)
        case Board(panels=panels, signs=signs):
            yield from _board(panels, signs)


def _prose(text: str, sort: str) -> str:
    match sort:
        case "remark":
            return f"\\begin{{quote}}\\textit{{{text}}}\\end{{quote}}"
        case "source":
            return f"{{\\footnotesize {text}\\par}}"
        case "for":
            return f"\\textbf{{{text}}}"
        case _:
            return text


def _grid(grid: Grid) -> Iterator[str]:
    columns = grid.aligned[:-1] + (r"p{0.45\linewidth}" if grid.aligned[-1] == "l" else "r")
    for start in range(0, max(len(grid.rows), 1), TALL):
        rows = [" & ".join(escaped(cell) for cell in row) + r" \\" for row in grid.rows[start : start + TALL]]
        head = [" & ".join(f"\\textbf{{{escaped(cell)}}}" for cell in grid.headings) + r" \\ \hline"]
        every = [*(head if any(grid.headings) else ()), *rows]
        yield f"{{\\small\\begin{{tabular}}{{{columns}}}\n" + "\n".join(every) + "\n\\end{tabular}\\par}"


def _board(panels: Sequence[Panel], signs: Sequence[str]) -> Iterator[str]:
    for index, panel in enumerate(panels):
        columns = "r" * max(map(len, panel.rows), default=1)
        rows = " \\\\\n".join(" & ".join(math(cell) for cell in row) for row in panel.rows)
        sign = f" {math(signs[index])}" if index < len(signs) and signs[index].strip() else ""
        array = f"\\left[\\begin{{array}}{{{columns}}}\n{rows}\n\\end{{array}}\\right]{sign}"
        yield f"{escaped(panel.title)}:\n{{\\footnotesize\\[{array}\\]}}"


def _name(name: str) -> str:
    """A letter, or the name of a formula, in mathematics."""
    if len(name) == 1:
        return name
    return f"\\mathrm{{{name.replace('_', chr(92) + '_')}}}"


def math(term: Math) -> str:
    """A formula, or a number as it is written, in mathematics."""
    if isinstance(term, Term):
        return _written(term)[0]
    return _numeral(term)


def _numeral(text: str) -> str:
    """A number with its commas, or a word."""
    plain = text.replace("−", "-")
    if plain and all(sign.isdigit() or sign in "-.,e+" for sign in plain):
        mantissa, _, power = plain.replace(",", "{,}").partition("e")
        return f"{mantissa} \\cdot 10^{{{int(power)}}}" if power else mantissa
    return f"\\text{{{escaped(text)}}}" if text else ""


def _written(term: Term) -> tuple[str, int]:  # noqa: C901, PLR0912  a case for each sign
    match term.op:
        case "name":
            return _name(str(term.parts[0])), ATOM
        case "number":
            number = term.parts[0]
            return str(number), ATOM if number >= 0 else SUM
        case "decimal":
            text = str(term.parts[0])
            return _numeral(text), SUM if text.startswith("−") else PRODUCT if "e" in text else ATOM
        case "list":
            return "(" + ", ".join(_written(part)[0] for part in term.parts) + ")", ATOM
        case "+":
            return signed(f"{_bound(term.parts[0], SUM)} + {_bound(term.parts[1], SUM)}"), SUM
        case "-":
            return f"{_bound(term.parts[0], SUM)} - {_bound(term.parts[1], PRODUCT)}", SUM
        case "*":
            return f"{_bound(term.parts[0], PRODUCT)} \\cdot {_bound(term.parts[1], PRODUCT)}", PRODUCT
        case "//":
            return f"\\left\\lfloor {_over(term)} \\right\\rfloor", ATOM
        case "ceil_div":
            return f"\\left\\lceil {_over(term)} \\right\\rceil", ATOM
        case "exact_div":
            return _over(term), PRODUCT
        case "²":
            return f"{_bound(term.parts[0], ATOM)}^{{2}}", ATOM
        case "√":
            return f"\\sqrt{{{_written(term.parts[0])[0]}}}", ATOM
        case "e^":
            return f"e^{{{_written(term.parts[0])[0]}}}", ATOM
        case "product":
            return _series(term.parts[0], "\\prod ", " \\cdot ", "1", PRODUCT)
        case "total":
            return _series(term.parts[0], "\\sum ", " + ", "0", SUM)
        case _:
            inside = ", ".join(_written(part)[0] for part in term.parts)
            return f"{FUNCTIONS.get(term.op) or _name(term.op)}({inside})", ATOM


FUNCTIONS = {"max": "\\max", "min": "\\min", "gcd": "\\gcd"}


def _over(term: Term) -> str:
    return f"\\frac{{{_written(term.parts[0])[0]}}}{{{_written(term.parts[1])[0]}}}"


def signed(text: str) -> str:
    """A sum in which a negative number is taken off, not added."""
    return text.replace(" + -", " - ")


def _bound(term: Term, least: int) -> str:
    text, binds = _written(term)
    return text if binds >= least else f"({text})"


def _series(term: Term, sign: str, between: str, empty: str, binds: int) -> tuple[str, int]:
    if term.op == "name":
        return f"{sign}{_name(str(term.parts[0]))}", ATOM
    if not term.parts:
        return empty, ATOM
    shown = [_bound(item, binds) for item in term.parts[:MOST]]
    if len(term.parts) > MOST:
        shown.append(f"\\dots \\text{{ ({len(term.parts) - MOST} more)}}")
    return signed(between.join(shown)), ATOM if len(term.parts) == 1 else binds
