"""Why your numbers differ: the same network as every convention counts it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import AtLeast
from shapecalc.analysis.cost import CONVENTION_NAMES
from shapecalc.render.columns import of_total
from shapecalc.render.costs import sums
from shapecalc.render.table import GAP, WIDEST, Line, Span
from shapecalc.render.units import UNKNOWN, exact, plain, share, si
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, Total
    from shapecalc.analysis.cost.costing import Cost, Part

MOST = 4
"""Parts of a difference that are told one by one."""
HEADINGS = ("convention", "total", "ratio", "what makes the difference")


def ratio(total: Total, macs: Total) -> str:
    """How many times our MACs a total is, in four digits."""
    least = total.known if isinstance(total, AtLeast) else total
    if isinstance(macs, AtLeast) or not macs or (isinstance(total, AtLeast) and not least):
        return UNKNOWN
    times = Fraction(least, macs)
    if 0 < times < Fraction(1, 1000):
        return "<0.001"
    places = 3 if times < 10 else 2 if times < 100 else 1
    return ("≥ " if isinstance(total, AtLeast) else "") + f"{float(round(times, places)):.{places}f}"


def _part(part: Part) -> str:
    sign = "+" if part.count > 0 else "−"
    kinds = ", ".join(part.of[:3]) + (", …" if len(part.of) > 3 else "")
    return f"{sign}{si(abs(part.count))} {f'{kinds} ({part.why})' if part.of else part.why}"


def because(cost: Cost) -> str:
    """What makes a convention's total another than our MACs, in words."""
    if cost.convention.name == "macs":
        said = ["ours"]
    else:
        parts = cost.parts
        said = (["2 a MAC"] if cost.convention.mac == 2 else []) + [_part(part) for part in parts[:MOST]]
        if len(parts) > MOST:
            rest = sum(part.count for part in parts[MOST:])
            said.append(f"{len(parts) - MOST} more: {'−' if rest < 0 else '+'}{si(abs(rest))}")
        said = said or ([] if cost.unknown else ["the same"])
    said += [plain(f"not known: {kinds} ({why})") for kinds, why in unknown(cost)]
    return "; ".join(said)


def unknown(cost: Cost) -> Iterator[tuple[str, str]]:
    """The kinds of which it is not known what they count, by the reason."""
    for why in dict.fromkeys(cost.unknown.values()):
        yield ", ".join(kind for kind, other in cost.unknown.items() if other == why), why


def costs(analysis: Analysis) -> list[Cost]:
    """What the network counts in each convention."""
    return [analysis.cost(name) for name in CONVENTION_NAMES]


def _figures(cost: Cost) -> tuple[str, str, str]:
    total = f"{of_total(cost.total, si)} {cost.convention.unit}"
    return cost.convention.name, total, ratio(cost.total, cost.macs)


def listed(analysis: Analysis) -> list[tuple[str, str]]:
    """What our operations hold that others leave out, or count once: taps in padding, biases, scales of batch norm."""
    said = []
    padding, biases = sums(analysis).values()
    macs = analysis.macs
    part = f" ({share(padding, macs)})" if isinstance(padding, int) and isinstance(macs, int) else ""
    if padding:
        said.append(("padding", f"{_exact(padding)} of our MACs{part} have their tap in padding"))
    else:
        said.append(("padding", "none of our MACs has its tap in padding"))
    said.append(("bias", f"{_exact(biases)} additions of a bias, which are not among our MACs"))
    once = sum(sum((apart.ops_once or {}).values()) for apart in analysis.apart)
    if once:
        said.append(
            ("once", f"{exact(once)} operations make the scales and shifts of batch norms, once for all examples")
        )
    return said


def _exact(total: Total) -> str:
    return of_total(total, exact)


NOTES = (
    "Other tools' conventions take each layer for the module of its kind, and attention for the fused one: what is a"
    " function or another module in your code counts otherwise. `--convention NAME` says how, layer by layer."
)


def report(analysis: Analysis, width: int | None = None) -> Iterator[Line]:
    """The whole table, line by line."""
    name, figures, times, _ = HEADINGS
    every = costs(analysis)
    rows = [_figures(cost) for cost in every]
    widths = [max(len(heading), *(len(row[i]) for row in rows)) for i, heading in enumerate((name, figures, times))]
    room = min(width or WIDEST, WIDEST)
    indent = " " * (sum(widths) + 3 * len(GAP))
    yield [Span(plain(analysis.name), "bold")]
    yield [Span(f"why your numbers differ, batch {analysis.batch}")]
    yield []
    yield [
        Span(GAP.join((name.ljust(widths[0]), figures.rjust(widths[1]), times.rjust(widths[2]), HEADINGS[3])), "bold")
    ]
    yield [Span("─" * room, "dim")]
    for cost, row in zip(every, rows, strict=True):
        first, *more = wrapped(because(cost), room, indent)
        yield [
            Span(row[0].ljust(widths[0]) + GAP, "bold"),
            Span(row[1].rjust(widths[1]) + GAP + row[2].rjust(widths[2]) + GAP),
            Span(first[len(indent) :]),
        ]
        yield from ([Span(line)] for line in more)
    yield []
    for what, text in [*listed(analysis), ("assumed", NOTES)]:
        first, *more = wrapped(text, room, " " * 9)
        yield [Span(f"{what:<9}", "bold"), Span(first[9:])]
        yield from ([Span(line)] for line in more)


def markdown(analysis: Analysis) -> str:
    """The table for a page."""
    from shapecalc.render.markdown import escaped, table  # noqa: PLC0415  when asked for

    rows = [(*_figures(cost), because(cost)) for cost in costs(analysis)]
    aligned = list(zip(HEADINGS, ("left", "right", "right", "left"), strict=True))
    below = "\n".join(f"- **{what}** {escaped(text)}" for what, text in listed(analysis))
    title = f"### {escaped(plain(analysis.name))}: why your numbers differ"
    return "\n\n".join((title, table(aligned, rows), below, f"<sub>{escaped(NOTES)}</sub>")) + "\n"


# one convention below the table of layers


def below(analysis: Analysis, name: str) -> list[tuple[str, str]]:
    """The lines below a table in a convention: its total, what it counts, and where that stands."""
    cost = analysis.cost(name)
    convention, total = cost.convention, cost.total
    least = total.known if isinstance(total, AtLeast) else total
    figure = of_total(total, si) + (f" ({exact(least)})" if least >= 1000 else "")
    lines = [("cost", f"{name}: {figure} {convention.unit}"), ("counts", convention.says)]
    if convention.assumes:
        lines.append(("assumes", convention.assumes))
    lines += [("unknown", plain(f"{kinds}: {why}")) for kinds, why in unknown(cost)]
    return [*lines, ("source", convention.source)]


# as plain data


def _number(total: Total) -> Any:
    return {"at_least": int(total.known)} if isinstance(total, AtLeast) else int(total)


def to_list(analysis: Analysis) -> list[dict[str, Any]]:
    """Every convention as plain data."""
    return [
        {
            **described(analysis, cost.convention.name),
            "differences": [
                {"kinds": list(part.of), "count": int(part.count), "what": part.why} for part in cost.parts
            ],
        }
        for cost in costs(analysis)
    ]


def described(analysis: Analysis, name: str) -> dict[str, Any]:
    """One convention as plain data."""
    cost = analysis.cost(name)
    convention = cost.convention
    return {
        "name": convention.name,
        "unit": convention.unit,
        "total": _number(cost.total),
        "ratio": None
        if isinstance(cost.macs, AtLeast) or isinstance(cost.total, AtLeast) or not cost.macs
        else int(cost.total) / int(cost.macs),
        "counts": convention.says,
        "assumes": convention.assumes,
        "source": convention.source,
        "unknown": dict(cost.unknown),
    }
