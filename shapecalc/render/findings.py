"""Findings in the forms that other programs read: GitHub's annotations, SARIF, JUnit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from shapecalc.diagnostics import Diagnostic, Place, Severity
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from shapecalc.render.diagnostics import Source

GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
SARIF = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
REPLACED = "\N{REPLACEMENT CHARACTER}"
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Told:
    """A file, and what there is to say of it, each thing with its place."""

    file: str
    found: tuple[tuple[Diagnostic, Place | None], ...] = ()

    @classmethod
    def of(cls, source: Source, faults: Sequence[Diagnostic]) -> Told:
        """The faults of a text."""
        return cls(source.name, tuple((fault, source.place(fault)) for fault in faults))


def github(files: Sequence[Told]) -> str:
    """Workflow commands, which GitHub Actions shows beside the lines (docs.github.com, workflow commands)."""
    return "".join(f"{line}\n" for file in files for line in _annotations(file))


def _annotations(file: Told) -> Iterator[str]:
    for fault, place in file.found:
        at = {"file": _slashed(file.file), "title": f"{fault.code}"}
        if place is not None:
            at |= {"line": str(place.line + 1), "col": str(place.column + 1)}
            if place.end_line == place.line and place.end_column > place.column:
                at["endColumn"] = str(place.end_column)
        where = ",".join(f"{key}={_property(value)}" for key, value in at.items())
        yield f"::{GITHUB[fault.severity]} {where}::{_data(said(fault))}"


def said(fault: Diagnostic) -> str:
    """A fault in one text, a line each: the fact and what is wrong, where else it comes from, the cure."""
    parts = [fault.message + (f": {fault.label}" if fault.label else "")]
    parts += [other.message for other in fault.related]
    parts += [f"help: {fault.help}"] if fault.help else []
    return "\n".join(map(plain, parts))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(files: Sequence[Told], about: Callable[[str], str]) -> str:
    """A log in SARIF 2.1.0, as code scanners exchange them.

    Args:
        files: what was found.
        about: a code's title.
    """
    from importlib.metadata import version  # noqa: PLC0415  only a scanner asks for it

    codes = sorted({fault.code for file in files for fault, _ in file.found})
    rules = [{"id": code, "shortDescription": {"text": about(code) or code}} for code in codes]
    driver = {"name": "shapecalc", "version": version("shapecalc"), "rules": rules}
    results = [
        {
            "ruleId": fault.code,
            "ruleIndex": codes.index(fault.code),
            "level": SARIF[fault.severity],
            "message": {"text": said(fault)},
            "locations": [{"physicalLocation": _location(file.file, place)}],
        }
        for file in files
        for fault, place in file.found
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _location(file: str, place: Place | None) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    if place is not None:
        where["region"] = {
            "startLine": place.line + 1,
            "startColumn": place.column + 1,
            "endLine": place.end_line + 1,
            "endColumn": max(place.end_column, place.column + 1 if place.end_line == place.line else 0) + 1,
        }
    return where


def _uri(file: str) -> str:
    """A path as a reference of RFC 3986: what is not absolute stays so."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), safe="/~")


def junit(files: Sequence[Told], suite: str) -> str:
    """A report in JUnit's XML: a test for every file, failed where it has an error or a warning."""
    failed = sum(any(_counts(fault) for fault, _ in file.found) for file in files)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites tests="{len(files)}" failures="{failed}">',
        f'  <testsuite name={quoteattr(suite)} tests="{len(files)}" failures="{failed}">',
    ]
    for file in files:
        faults = [(fault, place) for fault, place in file.found if _counts(fault)]
        case = f"    <testcase classname={quoteattr(suite)} name={quoteattr(_xml(_slashed(file.file)))}"
        if not faults:
            lines.append(f"{case}/>")
            continue
        text = "\n\n".join(f"{fault.code}{_line(place)}: {said(fault)}" for fault, place in faults)
        message = f"{faults[0][0].code}: {faults[0][0].message}"
        lines += [
            f"{case}>",
            f"      <failure message={quoteattr(_xml(message))}>{escape(_xml(text))}</failure>",
            "    </testcase>",
        ]
    lines += ["  </testsuite>", "</testsuites>"]
    return "\n".join(lines) + "\n"


def _counts(fault: Diagnostic) -> bool:
    return fault.severity is not Severity.NOTE


def _line(place: Place | None) -> str:
    return "" if place is None else f" (line {place.line + 1})"


def _xml(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return "".join(
        c if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff") else REPLACED
        for c in text
    )


def _slashed(file: str) -> str:
    """A path with the slashes that these forms want."""
    return PurePath(file).as_posix()
