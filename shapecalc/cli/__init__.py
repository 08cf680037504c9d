"""The command line: a command is a file of this folder, loaded when it is called."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from pathlib import Path

import click

COMMANDS = {
    "analyze": "Print every layer's shape, parameters, cost and receptive field.",
    "explain": "Work out any figure: formula, numbers, where they are from.",
    "verify": "Prove every figure by running the network.",
    "run": "Run the network in NumPy.",
    "field": "Print what every layer really sees: holes, paths, one cell's box.",
    "memory": "Say what a run or a training step takes, and which batch fits.",
    "sizes": "Say which input sizes work, and why others do not.",
    "check": "Check what files promise: shapes, budgets, published figures.",
    "lint": "Find what is unwise in networks, by rule.",
    "compare": "Hold networks side by side: totals, and layer by layer.",
    "solve": "Find the window or the largest network that fits.",
    "formula": "List the formulas, or work one out.",
    "quiz": "Make an exercise sheet of a network, and its key.",
    "layers": "List the kinds of layer and the shipped blocks, or explain one.",
    "examples": "List the shipped networks, or print one.",
    "new": "Write a commented file to start from.",
    "schema": "Print the JSON Schema of a spec, for editors.",
}

EPILOG = """\b
Examples:
  shapecalc new net.yaml                 a file to start from
  shapecalc analyze net.yaml             the table
  shapecalc explain net.yaml conv1 macs  why a number is what it is
  shapecalc verify net.yaml              whether it is so
  shapecalc lint net.yaml                whether it is wise
  shapecalc layers conv                  what a convolution takes

\b
Exit status: 0 all well; 1 a check failed; 2 the file cannot be read, its
shapes do not fit, or the command is misused; 3 the engine and the analysis
disagree."""


class Commands(click.Group):
    """The commands, in order, each imported only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, loaded."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"shapecalc.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command called; one that is misspelt is answered with the nearest."""
        if args and args[0] not in COMMANDS:
            from shapecalc.diagnostics import nearest  # noqa: PLC0415  only a slip needs it

            near = nearest(args[0], COMMANDS)
            hint = f" Did you mean `{near}`?" if near else ""
            if not near and args[0].endswith((".yaml", ".yml")):
                hint = f" Did you mean `shapecalc analyze {args[0]}`?"
            ctx.fail(f"`{args[0]}` is not a command.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shapecalc", message="shapecalc %(version)s")
def shapecalc() -> None:
    """The arithmetic of neural networks, from a short YAML file.

    Shapes, parameters, operations, memory and receptive fields of every layer,
    with no framework installed.
    """


def refuse(error: click.ClickException) -> None:
    """Say why a command was refused: how it is called, then the fault, in our own words."""
    if isinstance(error, click.BadParameter) and error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
        click.echo(f"Try '{error.ctx.command_path} --help' for help.\n", err=True)
        said = error.format_message().removeprefix("Invalid value for ").removeprefix("Invalid value: ")
        click.echo(f"Error: {said}", err=True)
    else:
        error.show()
        if "unexpected extra argument" in error.message and "=" in error.message:
            click.echo("Hint: each NAME=VALUE needs a `--set` of its own before it.", err=True)


def main() -> None:
    """Run the command line and leave with its exit status."""
    if sys.stdout is None:  # closed from the start
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  open until the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        status = shapecalc(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        refuse(error)
        status = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        status = 130
    except OSError as error:
        if error.errno not in {errno.EPIPE, errno.EINVAL}:
            click.echo(f"Error: cannot write the answer: {error.strerror}", err=True)
        # keep Python from saying at exit what has been said, or needs no saying: that the reader has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0 if error.errno in {errno.EPIPE, errno.EINVAL} else 2
    sys.exit(status if isinstance(status, int) else 0)
