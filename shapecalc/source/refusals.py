"""What YAML would take and a spec does not, each with what is said of it."""

from __future__ import annotations

import re

from shapecalc.diagnostics import Diagnostic, Place, Related, Route
from shapecalc.source.places import BREAKS, place, shown
from shapecalc.source.scalars import MAX_DIGITS

MAX_TEXT = 16 * 1024 * 1024
MAX_DEPTH = 64
MAX_EVENTS = 1_000_000
SURROGATES = range(0xD800, 0xE000)

UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not take for text; a byte order mark too, on which the parsers do not agree."""

ODD_SPACES = frozenset("\xa0\u2002\u2003\u2007\u2009\u202f\u3000")
KEY = r"\w[\w.-]*"
TIGHT_COLON = re.compile(rf"({KEY}):((?!//)[^\s:].*)")
TAG = re.compile(rf"![^ \t{BREAKS},\[\]{{}}]*")


def too_long() -> Diagnostic:
    """The text is beyond the limit."""
    message = "the text is longer than 16 MiB"
    return Diagnostic("E108", message, help="a spec is some kilobytes long; is this the right file?")


def too_many(where: Place | None) -> Diagnostic:
    """The text holds more keys and values than anyone writes."""
    message = f"the spec has more than {MAX_EVENTS:,} parts"
    return Diagnostic(
        "E108", message, label="read no further", help="`repeat:` and `for:` say many layers in few", place=where
    )


def too_many_digits(where: Place | None, route: Route = ()) -> Diagnostic:
    """A number is beyond the limit."""
    message = f"a number has more than {MAX_DIGITS} digits"
    help = "shorten it, or quote it if it is a text"
    return Diagnostic("E108", message, route, "this number", help, place=where)


def too_deep(where: Place | None, route: Route = ()) -> Diagnostic:
    """Lists and mappings stand in each other beyond the limit."""
    message = f"lists and mappings are nested more than {MAX_DEPTH} deep"
    help = "close the brackets that should end before; a spec is a few levels deep"
    return Diagnostic("E107", message, route, f"level {MAX_DEPTH + 1}", help, place=where)


def readable(text: str) -> str:
    """The text with a sign in place of each character that YAML does not take."""
    return UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def not_text(text: str) -> Diagnostic | None:
    """The first character, if any, that YAML does not take."""
    if not (found := UNREADABLE.search(text)):
        return None
    code = ord(found[0])
    message = f"the text holds the character U+{code:04X}"
    if code == 0xFEFF:
        message = "a byte order mark stands inside the text"
    label = "half a character" if code in SURROGATES else "no text"
    return Diagnostic("E102", message, label=label, help="delete it", place=place(text, *found.span()))


def empty() -> Diagnostic:
    """There is nothing to read."""
    help = "`shapecalc new` writes a spec to begin with"
    return Diagnostic(
        "E103", "the file is empty", label="nothing but comments and blank lines", help=help, place=Place(0, 0, 0, 0)
    )


def no_mapping(noun: str, where: Place | None) -> Diagnostic:
    """The top of the text is something else than keys and values."""
    message = f"a {noun} stands at the top, where a spec has keys"
    help = "begin with keys: `input: [3, 224, 224]`, then `layers:` and a list below it"
    return Diagnostic("E109", message, label=f"this {noun}", help=help, place=where)


def tag(text: str, index: int) -> Diagnostic:
    """A tag at ``index``, or after the anchor there."""
    found = TAG.search(text, index)
    start, end = found.span() if found else (index, index + 1)
    message = f"`{shown(text[start:end])}` is a tag, and a spec has none"
    help = "write `not` for a negation; quote a text that begins with `!`"
    return Diagnostic("E106", message, label="a tag", help=help, place=place(text, start, end))


def alias(name: str, where: Place, anchor: Place | None) -> Diagnostic:
    """A copy of another part of the text."""
    return Diagnostic(
        "E106",
        f"`*{shown(name)}` is an alias, and a spec has none",
        label="an alias",
        help="write the value out, or name it under `vars:` or `blocks:`",
        place=where,
        related=(Related("its anchor", place=anchor),) if anchor else (),
    )


def directive(line: str, where: Place) -> Diagnostic:
    """An instruction to YAML itself."""
    message = f"`{shown(line)}` is an instruction to YAML, and a spec has none"
    return Diagnostic("E106", message, label="a directive", help="delete this line", place=where)


def second_document(where: Place) -> Diagnostic:
    """Another document in the same text."""
    help = "keep each network in a file of its own; `---` may stand only above it"
    return Diagnostic(
        "E106", "the file holds more than one document", label="a second one begins here", help=help, place=where
    )


def goes_on(where: Place) -> Diagnostic:
    """Something after the end of the top mapping."""
    help = "a file is one mapping; delete the brackets around its beginning, or this"
    return Diagnostic(
        "E104", "the file goes on after its mapping has ended", label="not a part of it", help=help, place=where
    )


def collection_as_key(noun: str, where: Place) -> Diagnostic:
    """A list or mapping where a key belongs."""
    message = f"a {noun} stands where a key belongs"
    help = "a key is a word; quote a text that begins with `[` or `{`"
    return Diagnostic("E106", message, label=f"this {noun}", help=help, place=where)


def null_key(text: str, where: Place) -> Diagnostic:
    """No key, or one that YAML reads as nothing."""
    if not text:
        return Diagnostic(
            "E106", "a key is missing", label="nothing stands here", help="write a key before the colon", place=where
        )
    message = f"`{text}` stands where a key belongs"
    return Diagnostic("E106", message, label="nothing, as YAML reads it", help=f'quote it: "{text}"', place=where)


def odd_space(space: str, where: Place) -> Diagnostic:
    """A space that only looks like one."""
    message = f"the space U+{ord(space):04X} is none to YAML"
    return Diagnostic("E104", message, label="looks like a space", help="put plain spaces in its place", place=where)


def tight_colon(key: str, value: str, where: Place) -> Diagnostic:
    """``kernel:3``, which YAML takes for one word."""
    message = f"a space is missing after the colon of `{shown(key)}`"
    return Diagnostic(
        "E104", message, label="one word, as YAML reads it", help=f"write `{shown(f'{key}: {value}')}`", place=where
    )


def tight_dash(item: str, where: Place) -> Diagnostic:
    """``-conv: 3``, which YAML takes for a key."""
    help = f"write `- {shown(item)}`"
    return Diagnostic(
        "E104", "a space is missing after the dash", label="one word, as YAML reads it", help=help, place=where
    )


def twice(key: str, route: Route, where: Place, first: Place | None) -> Diagnostic:
    """A key that stands in its mapping already."""
    label = f"the second one; the first is in line {first.line + 1}" if first else "the second one"
    return Diagnostic(
        "E105",
        f"`{shown(key)}` is given twice",
        route,
        label,
        "keep one of them",
        related=(Related("the first one", route, first),),
        at_key=True,
        place=where,
    )


def cut_by_comma(whole: str, key: str, where: Place) -> Diagnostic:
    """``{conv: max(8, c)}``, whose comma YAML takes for the end of an entry."""
    expression = " ".join(whole.split())
    quoted = f'{shown(key)}: "{shown(expression)}"' if key else f'"{shown(expression)}"'
    return Diagnostic(
        "E119",
        f"the comma cuts `{shown(expression)}` in two",
        label="two entries, as YAML reads it",
        help=f"quote an expression with a comma inside {'{ }' if key else '[ ]'}: `{quoted}`",
        place=where,
    )
