"""The slips people make in YAML, told from the text around the place where a parser stopped."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from shapecalc.diagnostics import Diagnostic, Related
from shapecalc.source import refusals
from shapecalc.source.places import BREAKS, line_start, place, shown
from shapecalc.source.refusals import KEY, TIGHT_COLON
from shapecalc.source.stop import FIRST_KEY, LINE_BREAK, Stop

INDENT = re.compile(r"[ \t]*")
FLOW_TEXT = re.compile(r"[^,\[\]{}]*")
DASH = re.compile(r"-(?!\S)")
TIGHT_DASH = re.compile(r"-([^\s-].*)")
BARE = re.compile(r"[^\s\"'\[{#|>&*!%@`-][^:#]*")
ENTRY = re.compile(rf"({KEY})[ ]*:[ ]+([^\s\"'\[{{].*)")
LAST_WORD = re.compile(r"(:[ ]+)?([^\s,\[\]{}]+)[ ]*\Z")
LAST_KEY = re.compile(rf",[ ]*({KEY})[ ]*\Z")
ESCAPE = re.compile(
    rf"\\(?:x[0-9a-fA-F]{{2}}|u([0-9a-fA-F]{{4}})|U([0-9a-fA-F]{{8}})|[0abtnvfre \"/\\N_LP\t{BREAKS}]|(.?))",
    re.DOTALL,
)
CLOSER = {"[": "]", "{": "}"}
OPENER = {"]": "[", "}": "{"}
RESERVED = frozenset("@`%|>*&?")
FULL_WIDTH_COLON = "\N{FULLWIDTH COLON}"


def tab(stop: Stop) -> Diagnostic | None:
    """A tab, which YAML does not take for indentation."""
    indent = INDENT.match(stop.text, stop.start)
    index = stop.text.find("\t", *indent.span()) if indent else -1
    if index >= 0 and not stop.says("flow"):
        return stop.slip(index, index + 1, "a tab indents this line", "a tab", "indent with spaces")
    if stop.sign == "\t":
        return stop.slip(stop.at, stop.at + 1, "a tab stands between words", "a tab", "put a space in its place")
    return None


def tag(stop: Stop) -> Diagnostic | None:
    """A tag that cannot even be read."""
    if not stop.says(" tag"):
        return None
    return refusals.tag(stop.text, stop.since if stop.text.startswith("!", stop.since) else stop.at)


def escape(stop: Stop) -> Diagnostic | None:
    """A backslash in double quotes that makes no character."""
    if not stop.says("escape", "hexdecimal"):
        return None
    for found in ESCAPE.finditer(stop.text, stop.since):
        short, long, other = found.groups()
        code = int(short or long or "0", 16)
        if other is not None or code in refusals.SURROGATES or code > sys.maxunicode:
            return stop.slip(
                *found.span(),
                f"`{shown(found[0])}` in double quotes stands for no character",
                "no such character",
                r"write `\\` for a backslash, or use single quotes",
            )
    return None


def quote(stop: Stop) -> Diagnostic | None:
    """A quote without its end, or one that ends before its text does."""
    if stop.says("quoted scalar", "-quoted"):
        start, end = stop.since, len(stop.text)
    elif stop.quoted and stop.quoted[1] <= stop.at and not stop.text[stop.quoted[1] : stop.at].strip(" \t"):
        start, end = stop.quoted
    else:
        return None
    mark = stop.text[start]
    if end == len(stop.text) or LINE_BREAK.search(stop.text, start, end):
        message = f"the quote `{mark}` is never closed"
        return stop.slip(start, start + 1, message, "opened here", f"write `{mark}` where the text ends")
    if stop.sign in OPENER or (stop.says("flow") and stop.at > end):
        return None
    help = "put the whole text in quotes; between '…' write a quote twice: ''"
    if stop.sign == ",":
        help = "put entries that share a line in braces: `{…}`"
    return stop.slip(*stop.word(stop.at), "text goes on after the closing quote", "outside the quotes", help)


def reserved(stop: Stop) -> Diagnostic | None:
    """Text that begins with a character that YAML keeps for itself."""
    index = stop.since if stop.says("block scalar", "an alias", "an anchor") else stop.at
    if index == stop.at and not stop.says("cannot start any token", "mapping keys", "flow node"):
        return None
    mark = stop.text[index : index + 1]
    if mark not in RESERVED:
        return None
    start = line_start(stop.text, index)
    line = stop.line(start)
    head, rest = line[: index - start], line[index - start :]
    if stop.opener is not None or sum(map(head.count, CLOSER)) > sum(map(head.count, OPENER)):
        rest = "".join(FLOW_TEXT.findall(rest)[:1])
    return stop.slip(
        index,
        index + 1,
        f"text cannot begin with `{mark}`",
        "a sign that YAML keeps for itself",
        f'quote the text: "{shown(rest.rstrip())}"',
    )


def bracket(stop: Stop) -> Diagnostic | None:
    """A bracket without its pair."""
    start = stop.since if stop.says("flow") and stop.text[stop.since : stop.since + 1] in CLOSER else stop.opener
    if start is None:
        if stop.sign not in OPENER:
            return None
        message = f"`{stop.sign}` closes nothing"
        return stop.slip(stop.at, stop.at + 1, message, f"no `{OPENER[stop.sign]}` is open", "delete it")
    mark = stop.text[start]
    if stop.sign in OPENER and OPENER[stop.sign] != mark:
        closed = Related("closed here", place=place(stop.text, stop.at, stop.at + 1))
        message = f"`{mark}` is closed by `{stop.sign}`"
        return stop.slip(start, start + 1, message, "opened here", f"close it with `{CLOSER[mark]}`", closed)
    line = line_start(stop.text, start)
    back = stop.start > start and stop.indent(stop.start) <= stop.indent(line)
    item = stop.leads and DASH.match(stop.text, stop.at)
    if back or item or not stop.text[stop.at :].strip():
        message = f"`{mark}` is never closed"
        return stop.slip(start, start + 1, message, "opened here", f"write `{CLOSER[mark]}` where it ends")
    return None


def after_bracket(stop: Stop) -> Diagnostic | None:
    """Something in the line where a list or mapping in brackets has ended."""
    if stop.before not in OPENER or not stop.says("block mapping", "block collection", "block sequence"):
        return None
    message = f"text goes on after `{stop.before}`"
    return stop.slip(*stop.word(stop.at), message, "outside the brackets", "begin a new line, or a comment: ` # …`")


def comma(stop: Stop) -> Diagnostic | None:
    """Two entries without a comma between them, or a value with a colon in it."""
    if not stop.says("',' or"):
        return None
    start, end = stop.word(stop.at)
    if stop.sign == "?":  # the parser in C takes it for text
        message = "`?` stands inside brackets"
        return stop.slip(start, start + 1, message, "a sign that YAML keeps for itself", "quote the text that has it")
    if stop.sign == ":" and (last := LAST_WORD.search(stop.head)):
        if last[1]:
            return colon(stop, last[2])
        end = stop.at - (len(last[0]) - len(last[0].rstrip()))
        start = end - len(last[2])
    return stop.slip(
        start,
        end,
        f"a comma is missing before `{shown(stop.text[start:end])}`",
        "a new entry begins here",
        "put a comma between entries",
    )


def empty_entry(stop: Stop) -> Diagnostic | None:
    """A comma or a colon with nothing before it."""
    if stop.sign == ":" and stop.before in ("", "-", "{", "[", ",", ":"):
        return refusals.null_key("", place(stop.text, stop.at, stop.at + 1))
    if stop.sign == ",":
        return stop.slip(stop.at, stop.at + 1, "nothing stands before this comma", "an empty entry", "delete it")
    return None


def dash(stop: Stop) -> Diagnostic | None:
    """A list item in the line of its key, or inside brackets."""
    if stop.leads or not DASH.match(stop.text, stop.at):
        return None
    message, help = "a list begins in the line of its key", "put each `-` on a line of its own, or write `[ ]`"
    if stop.says("flow"):
        message, help = "a dash stands inside brackets", "put commas between the items, and no dash"
    return stop.slip(stop.at, stop.at + 1, message, "this dash", help)


def directive(stop: Stop) -> Diagnostic | None:
    """A line that begins with a percent sign."""
    if not stop.says("a directive"):
        return None
    start = line_start(stop.text, stop.since)
    line = stop.line(start)
    return refusals.directive(line, place(stop.text, start, start + len(line)))


def document_start(stop: Stop) -> Diagnostic | None:
    """A directive without the line that must follow it."""
    if not stop.says("<document start>"):
        return None
    message = "`---` is missing after the %YAML line"
    return stop.slip(*stop.word(stop.at), message, "the document begins here", "write `---` on a line above")


def colon(stop: Stop, value: str) -> Diagnostic:
    """A second colon, inside what was to be a value."""
    rest = stop.line(stop.start)[stop.at - stop.start :]
    if stop.says("flow"):
        rest = "".join(FLOW_TEXT.findall(rest)[:1]).rstrip()
    return stop.slip(
        stop.at,
        stop.at + 1,
        f"a second colon follows `{shown(value)}`",
        "a value without quotes cannot hold a colon",
        f'quote the value: "{shown(value + rest)}"',
    )


def missing_space(stop: Stop) -> Diagnostic | None:
    """A colon or a dash without the space that makes it one."""
    if stop.says("unexpected ':'"):
        where = place(stop.text, stop.since, stop.at + 1)
        return refusals.tight_colon(stop.text[stop.since : stop.at], "…", where)
    start, body = stop.suspect
    where = place(stop.text, start, start + len(body))
    if found := TIGHT_COLON.fullmatch(body):
        return refusals.tight_colon(found[1], found[2], where)
    if stop.leads and stop.says("block collection", "block sequence"):
        start, body = stop.at, stop.line(stop.start)[stop.at - stop.start :]
        where = place(stop.text, start, start + len(body))
    if found := TIGHT_DASH.fullmatch(body):
        return refusals.tight_dash(found[1], where)
    return None


def missing_colon(stop: Stop) -> Diagnostic | None:
    """A line that is no key, where a key must stand."""
    start, body = stop.suspect
    if not BARE.fullmatch(body):
        if not stop.says("simple key"):
            return None
        start, end = stop.word(stop.since)
        body = stop.text[start:end]
    if (index := body.find(FULL_WIDTH_COLON)) >= 0:
        return stop.slip(
            start + index,
            start + index + 1,
            f"`{FULL_WIDTH_COLON}` is not the colon that YAML reads",
            "a full-width colon",
            "write a plain colon and a space",
        )
    return stop.slip(
        start,
        start + len(body),
        f"`{shown(body)}` has no colon",
        "a key belongs here",
        f"a key ends in a colon: `{shown(body)}:`; text that goes on from the line above is indented",
    )


def second_colon(stop: Stop) -> Diagnostic | None:
    """A value with a colon in it, or two entries in one line."""
    if not stop.says("mapping values") or stop.at_first_key:
        return None
    if not (entry := ENTRY.fullmatch(stop.head)):
        message, help = "no key stands before this colon", "a key is one word; quote a text that holds a colon"
        return stop.slip(stop.at, stop.at + 1, message, "this colon", help)
    if not (second := LAST_KEY.search(entry[2])):
        return colon(stop, entry[2])
    start = stop.at - len(entry[2]) + second.start(1)
    return stop.slip(
        start,
        start + len(second[1]),
        f"`{shown(entry[1])}` and `{second[1]}` share a line",
        "a second key",
        f"put them in braces: `{{{shown(entry[0])}: …}}`",
    )


def nested(stop: Stop) -> Diagnostic | None:
    """A key under one that has a value already."""
    stray = stop.leads and stop.says("block mapping") and stop.sign != "-"
    if not stop.start or not (stray or stop.at_first_key):
        return None
    start, body = stop.body(stop.start)
    above, parent = stop.body(stop.above)
    entry = ENTRY.fullmatch(parent)
    column, wanted = start - stop.start, above - stop.above
    if not entry or column <= wanted or not (key := FIRST_KEY.match(body)):
        return None
    return stop.slip(
        start,
        start + key.end(),
        f"`{shown(key[0])}` stands under `{entry[1]}`, which has a value already",
        f"begins in column {column + 1}",
        f"begin it in column {wanted + 1}, as `{entry[1]}` does",
    )


def mixed(stop: Stop) -> Diagnostic | None:
    """Keys and list items in one column."""
    if not stop.leads or stop.column(stop.at) != stop.column(stop.since):
        return None
    span = stop.word(stop.at)
    if stop.says("block mapping") and stop.sign == "-":
        message, label = "a list item stands among keys", "this dash"
        return stop.slip(*span, message, label, "move the dash under its list, or give the list a key")
    if stop.says("block collection", "block sequence") and stop.sign != "-":
        message, label = "a key stands among list items", "no dash before it"
        return stop.slip(*span, message, label, "begin it with `- `, or move it to the column of its keys")
    return None


def misfit(stop: Stop) -> Diagnostic | None:
    """A line that begins in a column where none of those around it does."""
    if not stop.leads or not stop.says("block mapping", "block collection", "block sequence"):
        return None
    here = stop.column(stop.at)
    outer = stop.outer_columns()
    if here in outer or not outer:
        return None
    near = [*[c for c in outer if c < here][:1], *[c for c in outer if c > here][-1:]]
    columns = " or ".join(str(column + 1) for column in near)
    return stop.slip(
        *stop.word(stop.at),
        "the indentation of this line fits no line above",
        f"begins in column {here + 1}",
        f"begin it in column {columns}, with the lines it belongs to",
    )


Look = Callable[[Stop], Diagnostic | None]
SLIPS: tuple[Look, ...] = (
    tab,
    tag,
    escape,
    quote,
    reserved,
    bracket,
    after_bracket,
    comma,
    empty_entry,
    dash,
    directive,
    document_start,
    missing_space,
    missing_colon,
    second_colon,
    nested,
    mixed,
    misfit,
)
"""What is looked for, the surest first."""


def diagnose(stop: Stop) -> Diagnostic:
    """What went wrong where a parser stopped."""
    for look in SLIPS:
        if slip := look(stop):
            return slip
    start, end = stop.word(min(stop.at, len(stop.text.rstrip())))
    return stop.slip(
        start,
        end,
        "YAML cannot be read beyond this place",
        "not expected here",
        "a text that holds any of `: # , [ ] { } & * ! | > % @` may need quotes",
    )
