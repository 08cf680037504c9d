"""The options of ``analyze`` that tell the cost as others count it."""

from __future__ import annotations

import click

from shapecalc.analysis.cost import CONVENTION_NAMES

CONVENTION = click.option(
    "--convention",
    type=click.Choice(CONVENTION_NAMES),
    metavar="NAME",
    help=f"Tell the cost as papers or another tool count it: {', '.join(CONVENTION_NAMES)}.",
)
CONVENTIONS = click.option(
    "--conventions", is_flag=True, help="Why your numbers differ: the cost in every convention, and what makes it so."
)


def check_conventions(name: str | None, every: object, form: str, by: str | None, others: tuple[str, ...]) -> None:
    """Check that what is asked for goes together with a convention, or with the table of all.

    Raises:
        UsageError: it does not.
    """
    if every and (form == "csv" or name or by or any(others)):
        raise click.UsageError("--conventions is a table of its own, for table, md and json: leave the others out")
    if name and by:
        raise click.UsageError("--convention tells the cost of each layer: leave out --by")
