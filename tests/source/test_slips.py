import pytest

from tests.source.marking import BOTH, faults, marked

PLAIN = "a value without quotes cannot hold a colon"
KEPT = "a sign that YAML keeps for itself"
WORD = "one word, as YAML reads it"
BACKSLASH = r"write `\\` for a backslash, or use single quotes"
HALVES = "put the whole text in quotes; between '…' write a quote twice: ''"

# text with the place marked in it, message, label, help
SLIPS = {
    "tab": ("a:\n«\t»b: 1\n", "a tab indents this line", "a tab", "indent with spaces"),
    "tab-after-value": ("a: b\n«\t»c: d\n", "a tab indents this line", "a tab", "indent with spaces"),
    "tab-after-dash": ("a:\n- «\t»b: 1\n", "a tab stands between words", "a tab", "put a space in its place"),
    "tight-colon": (
        "a: 1\n«kernel:3»\nb: 2\n", "a space is missing after the colon of `kernel`", WORD, "write `kernel: 3`",
    ),
    "tight-colon-first": (
        "«name:LeNet»\ninput: 3\n", "a space is missing after the colon of `name`", WORD, "write `name: LeNet`",
    ),
    "tight-colon-only": (
        "«name:LeNet»\n", "a space is missing after the colon of `name`", WORD, "write `name: LeNet`",
    ),
    "tight-colon-in-braces": (
        "a: {conv: 64, «kernel:3»}\n", "a space is missing after the colon of `kernel`", WORD, "write `kernel: 3`",
    ),
    "tight-dash": ("a: 1\n«-flatten»\n", "a space is missing after the dash", WORD, "write `- flatten`"),
    "tight-dash-key": ("a:\n  «-conv»: 3\n", "a space is missing after the dash", WORD, "write `- conv`"),
    "tight-dash-later": ("a:\n  - b\n  «-c: 3»\n", "a space is missing after the dash", WORD, "write `- c: 3`"),
    "odd-space": (
        "a:\n«\xa0»\xa0- b: 3\n", "the space U+00A0 is none to YAML", "looks like a space",
        "put plain spaces in its place",
    ),
    "no-colon": (
        "«layers»\n  - conv: 3\n", "`layers` has no colon", "a key belongs here",
        "a key ends in a colon: `layers:`; text that goes on from the line above is indented",
    ),
    "no-colon-between": (
        "name: x\n«layers»  # of it\ninput: 1\n", "`layers` has no colon", "a key belongs here",
        "a key ends in a colon: `layers:`; text that goes on from the line above is indented",
    ),
    "full-width-colon": (
        "name«\uff1a» x\ninput: 3\n", "`\uff1a` is not the colon that YAML reads", "a full-width colon",
        "write a plain colon and a space",
    ),
    "second-colon": ("name: ResNet«:» v2\n", "a second colon follows `ResNet`", PLAIN, 'quote the value: "ResNet: v2"'),
    "second-colon-in-braces": ("a: {b: c«:» d}\n", "a second colon follows `c`", PLAIN, 'quote the value: "c: d"'),
    "no-braces": (
        "layers:\n- conv: 64, «kernel»: 3\n", "`conv` and `kernel` share a line", "a second key",
        "put them in braces: `{conv: 64, kernel: …}`",
    ),
    "no-braces-after-quote": (
        'layers:\n- conv: "8"«,» kernel: 3\n', "text goes on after the closing quote", "outside the quotes",
        "put entries that share a line in braces: `{…}`",
    ),
    "colon-after-bracket": (
        "vars {a: 1}«:» 2\n", "no key stands before this colon", "this colon",
        "a key is one word; quote a text that holds a colon",
    ),
    "too-deep": (
        "layers:\n  - conv: 64\n      «kernel»: 3\n", "`kernel` stands under `conv`, which has a value already",
        "begins in column 7", "begin it in column 5, as `conv` does",
    ),
    "too-deep-after-comment": (
        "a: 1  # one\n  «b»: 2\n", "`b` stands under `a`, which has a value already",
        "begins in column 3", "begin it in column 1, as `a` does",
    ),
    "misfit": (
        "layers:\n  - conv: 64\n    kernel: 3\n   «padding:» same\n", "the indentation of this line fits no line above",
        "begins in column 4", "begin it in column 3 or 5, with the lines it belongs to",
    ),
    "misfit-dash": (
        "layers:\n  - conv: 3\n «-» conv: 4\n", "the indentation of this line fits no line above",
        "begins in column 2", "begin it in column 1 or 3, with the lines it belongs to",
    ),
    "item-among-keys": (
        "a: 1\n«-» b\n", "a list item stands among keys", "this dash",
        "move the dash under its list, or give the list a key",
    ),
    "key-among-items": (
        "a:\n  - b\n  «c:» 1\n", "a key stands among list items", "no dash before it",
        "begin it with `- `, or move it to the column of its keys",
    ),
    "list-in-line": (
        "a: «-» b\n", "a list begins in the line of its key", "this dash",
        "put each `-` on a line of its own, or write `[ ]`",
    ),
    "dash-in-brackets": (
        "a: [1, «-» 2]\n", "a dash stands inside brackets", "this dash",
        "put commas between the items, and no dash",
    ),
    "bracket-open": ("a: «[»3, 32\nb:\n  - c: 3\n", "`[` is never closed", "opened here", "write `]` where it ends"),
    "brace-open": (
        "a:\n  - «{»b: 3, c: 3\n  - {b: 4}\n", "`{` is never closed", "opened here", "write `}` where it ends",
    ),
    "bracket-open-at-end": ("a: «[»3, 32,\n", "`[` is never closed", "opened here", "write `]` where it ends"),
    "bracket-open-inside": ("a: [[1], «[»2, 3", "`[` is never closed", "opened here", "write `]` where it ends"),
    "bracket-wrong": ("a: {b: «[»1, 2}\n", "`[` is closed by `}`", "opened here", "close it with `]`"),
    "bracket-extra": ("a: [1, 2]«]»\n", "`]` closes nothing", "no `[` is open", "delete it"),
    "after-bracket": (
        "a: {b: 1} «c:» 2\n", "text goes on after `}`", "outside the brackets",
        "begin a new line, or a comment: ` # …`",
    ),
    "quote-open": (
        'a: «"»LeNet\nb: 1\n', 'the quote `"` is never closed', "opened here", 'write `"` where the text ends',
    ),
    "quote-open-till-next": (
        "a: «'»LeNet\nb: 'x'\n", "the quote `'` is never closed", "opened here", "write `'` where the text ends",
    ),
    "quote-inside": ("a: 'it'«s'»\n", "text goes on after the closing quote", "outside the quotes", HALVES),
    "quote-inside-braces": ("a: {b: 'it'«s'»}\n", "text goes on after the closing quote", "outside the quotes", HALVES),
    "comma-missing": (
        "a: {conv: 64 «kernel»: 3}\n", "a comma is missing before `kernel`", "a new entry begins here",
        "put a comma between entries",
    ),
    "comma-missing-lines": (
        "a: [\n  {b: 3}\n  «{»b: 4}\n]\n", "a comma is missing before `{`", "a new entry begins here",
        "put a comma between entries",
    ),
    "comma-extra": ("a: [1,«,» 2]\n", "nothing stands before this comma", "an empty entry", "delete it"),
    "sign-comparison": ("a: «>»= 224\n", "text cannot begin with `>`", KEPT, 'quote the text: ">= 224"'),
    "sign-in-braces": ("a: {b: «>»= 224, c: 1}\n", "text cannot begin with `>`", KEPT, 'quote the text: ">= 224"'),
    "sign-at": ("a: «@»home  # why\n", "text cannot begin with `@`", KEPT, 'quote the text: "@home"'),
    "sign-star": ("a: «*»\n", "text cannot begin with `*`", KEPT, 'quote the text: "*"'),
    "sign-percent": ("a: «%»3\n", "text cannot begin with `%`", KEPT, 'quote the text: "%3"'),
    "escape": (r'a: "C:«\d»ata"', r"`\d` in double quotes stands for no character", "no such character", BACKSLASH),
    "escape-half": (
        r'a: "«\ud800»"', r"`\ud800` in double quotes stands for no character", "no such character", BACKSLASH,
    ),
    "escape-beyond": (
        r'a: "\n«\U00110000»"', r"`\U00110000` in double quotes stands for no character", "no such character",
        BACKSLASH,
    ),
    "no-document-start": (
        "%YAML 1.2\n«a:» 1\n", "`---` is missing after the %YAML line", "the document begins here",
        "write `---` on a line above",
    ),
    "after-the-end": (
        "{name: x}\n«layers: 3»\n", "the file goes on after its mapping has ended", "not a part of it",
        "a file is one mapping; delete the brackets around its beginning, or this",
    ),
    "anything-else": (
        "a:\n  {b: 1}\n  «-» c\n", "YAML cannot be read beyond this place", "not expected here",
        "a text that holds any of `: # , [ ] { } & * ! | > % @` may need quotes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("parser", BOTH)
@pytest.mark.parametrize(("text", "message", "label", "help"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_told_where_it_was_made(parser, text, message, label, help):
    text, [place] = marked(text)
    [fault] = faults(text, parser)
    assert fault.code == "E104"
    assert (fault.message, fault.label, fault.help) == (message, label, help)
    assert fault.place == place


@pytest.mark.parametrize("parser", BOTH)
def test_a_bracket_closed_by_another_names_that_one(parser):
    text, [opened, closed] = marked("a: «[»1, 2«}»\n")
    [fault] = faults(text, parser)
    assert fault.place == opened
    assert [(r.message, r.place) for r in fault.related] == [("closed here", closed)]


@pytest.mark.skipif(BOTH == ["pure"], reason="PyYAML is built without its parser in C")
def test_only_the_parser_in_c_takes_tabs_between_words():
    text, [place] = marked("a:«\t»3\n")
    assert faults(text, "c") == ()
    [fault] = faults(text, "pure")
    assert (fault.message, fault.place) == ("a tab stands between words", place)


@pytest.mark.parametrize("parser", BOTH)
def test_a_slip_in_a_very_long_line_is_still_told(parser):
    [fault] = faults("a: " + "b" * 100_000 + ": c: d\n", parser)
    assert (fault.code, fault.message) == ("E104", "no key stands before this colon")
