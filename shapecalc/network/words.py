"""The words of a list of layers: which are kinds, options and names, and what is said of those that are none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from shapecalc.diagnostics import Diagnostic, Related, Route, nearest
from shapecalc.layers import SYNONYMS
from shapecalc.network import library
from shapecalc.source.expressions import CONSTANTS

if TYPE_CHECKING:
    from shapecalc.layers import Kinds
    from shapecalc.network.spec import Block, Raw

COMMON = ("name", "from", "when", "repeat", "expect")
COMPOSED = ("norm", "activation")
HEADS: Mapping[str, tuple[str, ...]] = {
    "for": ("do", "when"),
    "parallel": (*COMMON, *COMPOSED, "join", "fit"),
    "residual": (*COMMON, *COMPOSED, "shortcut"),
}
SHORTCUTS = ("auto", "if_same", "none")
JOINS = ("concat", "add", "multiply", "mean", "maximum", "minimum")
REQUIRED = "required"


def listed(words: Iterable[str]) -> str:
    """Words for a help text."""
    return ", ".join(f"`{word}`" for word in words)


class WordReader:
    """Knows the words of a file, and keeps the faults of those it does not know."""

    def __init__(
        self,
        kinds: Kinds,
        blocks: dict[str, Block],
        defaults: Mapping[str, Mapping[str, Raw]],
        faults: list[Diagnostic],
    ) -> None:
        self.kinds = kinds
        self.blocks = blocks
        self.defaults = defaults
        self.faults = faults
        self._options: dict[str, frozenset[str]] = {}

    def options(self, kind: str) -> frozenset[str]:
        """Every option that a kind has."""
        if kind not in self._options:
            layer = self.kinds[kind]
            composed = COMPOSED if layer.composes else ()
            self._options[kind] = frozenset((*layer.model_fields, *layer.reads, *COMMON, "share", *composed))
        return self._options[kind]

    def is_head(self, key: str) -> bool:
        """Whether a key says what an entry is."""
        return key in self.kinds or key in HEADS or key[:1].isupper()

    def fault(self, code: str, message: str, route: Route, label: str = "", help: str = "", **more: Any) -> None:
        """Tell one fault and go on."""
        self.faults.append(Diagnostic(code, message, route, label, help, **more))

    def unknown(self, raw: Mapping[str, Raw], route: Route) -> None:
        """Tell of an entry none of whose keys is a kind."""
        options = set().union(*map(self.options, self.kinds), *HEADS.values())
        strange = [key for key in raw if key not in options]
        head = strange[0] if strange else next(iter(raw))
        at = (*route, head)
        if strange:
            self.unknown_kind(head, at)
            return
        self.fault(
            "E112",
            "a layer here names no kind",
            at,
            "an option, but of what?",
            "as in `- {conv: 64, kernel: 3}`; for several layers, `for: {i: range(3)}` with `do:`",
            at_key=True,
        )

    def unknown_kind(self, head: str, route: Route, *, at_key: bool = True) -> None:
        """Tell of a kind or block that does not exist, and what was probably meant."""
        capital = head[:1].isupper()
        near = SYNONYMS.get(head.lower(), "") or nearest(head, [*self.kinds, *HEADS, *self.blocks, *library.names()])
        noun = "block" if capital else "kind of layer"
        if near:
            help = f"did you mean `{near}`?"
        elif capital:
            help = f"the blocks are {listed(self.blocks)}" if self.blocks else "define it under `blocks:`"
            help += f"; shapecalc brings {listed(library.names())}"
        else:
            help = "`shapecalc layers` lists all kinds"
        self.fault("E112", f"`{head}` is not a {noun}", route, f"no {noun} of this name", help, at_key=at_key)

    def twice(self, key: str, second: Route, first: Route, why: str = "") -> None:
        """Tell of an option that stands in two places."""
        self.fault(
            "E118",
            f"`{key}` is given twice",
            second,
            why or "given beside the kind as well",
            "keep one of them",
            at_key=True,
            related=(Related("the other one", first),),
        )

    def known(self, key: str, known: Collection[str], owner: str, route: Route) -> bool:
        """Whether an option exists; if not, tell so."""
        if key in known:
            return True
        near = nearest(key, known)
        names = sorted(set(known) - set(COMMON) - {"share"}) or sorted(known)
        advice = f"did you mean `{near}`?" if near else f"its options are {listed(names)}"
        if key in COMPOSED and owner.startswith("block"):
            advice = f"give `{key}` to the layers inside the block"
        self.fault(
            "E113",
            f"{owner} has no option `{key}`",
            route,
            "no option of this name",
            advice,
            at_key=True,
        )
        return False

    def meant(self, key: str, known: Collection[str], owner: str, route: Route, among: Collection[str]) -> str:
        """The option that a key means; a misspelt one is told, and read as the one it is nearest to."""
        if self.known(key, known, owner, route):
            return key
        near = nearest(key, known)
        return near if near not in among else ""

    def variable_name(self, name: str, route: Route) -> None:
        """Check a name that expressions will use."""
        if not name.isidentifier() or iskeyword(name) or name in CONSTANTS:
            self.fault(
                "E126",
                f"`{name}` cannot name a variable",
                route,
                "letters, digits and _ only, not a word of the language",
                at_key=True,
            )

    def given_name(self, name: str, route: Route, *, at_key: bool = False) -> None:
        """Check a name given to a layer, a path or an input."""
        if not name or "." in name or name in {"input", "prev"} or not name.isprintable() or "$" in name:
            label = "reserved" if name in {"input", "prev"} else "a name is printable text without dots"
            self.fault("E126", f"`{name}` cannot be a name", route, label, at_key=at_key)
