"""The parts of a layer as written: the layer itself, its norm, its activation; each becomes a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from shapecalc.diagnostics import Diagnostic, nearest
from shapecalc.layers import ACTIVATIONS, NORMS
from shapecalc.layers.fields import text
from shapecalc.network import library
from shapecalc.network.options import Faults, Option, told
from shapecalc.network.walk import Part, Walk
from shapecalc.network.words import COMMON, COMPOSED, listed
from shapecalc.source.expressions import ExpressionError

if TYPE_CHECKING:
    from shapecalc.network.scope import Scope
    from shapecalc.network.spec import Item

OWN = frozenset((*COMMON, *COMPOSED, "share"))


def options_of(walk: Walk, item: Item, kind: str, own: Mapping[str, Option]) -> dict[str, Option]:
    """A kind's options: the file's defaults, which do not reach into a shipped block, then its own over them."""
    if library.within(item.route):
        return dict(own)
    options: dict[str, Option] = {
        name: (name, raw, walk.globals, ("defaults", kind, name))
        for name, raw in walk.spec.defaults.get(kind, {}).items()
    }
    return {**options, **own}


def parts_of(
    walk: Walk, item: Item, kind: str, scope: Scope, overrides: Mapping[str, object] | None = None
) -> list[Part]:
    """The layer of a kind with an item's options, then its norm and activation where it has them.

    ``overrides`` replace the item's options: what the language itself decides of a layer that it makes.

    Raises:
        Faults: an option is at fault.
    """
    if overrides is None:
        own = {name: (name, raw, scope, item.place(name)) for name, raw in item.options.items()}
    else:
        own = {
            name: (name, raw, scope, item.place(name) if name in item.options else item.key)
            for name, raw in overrides.items()
        }
    options = options_of(walk, item, kind, own)
    route = item.key if item.options or overrides else item.route
    places = {name: option[3] for name, option in options.items()}

    def itself() -> list[Part]:
        aside = OWN.union(walk.kinds[kind].reads)
        layer = walk.maker.make(kind, [option for name, option in options.items() if name not in aside])
        return [Part(layer, kind, kind, route, places)]

    return every(itself, *followers(walk, item, options)) if walk.kinds[kind].composes else itself()


def every(*makers: Callable[[], list[Part]]) -> list[Part]:
    """What all of them make.

    Raises:
        Faults: those of every one that is at fault.
    """
    parts: list[Part] = []
    faults: list[Diagnostic] = []
    for make in makers:
        try:
            parts += make()
        except Faults as found:
            faults += found.diagnostics
    if faults:
        raise Faults(faults)
    return parts


def followers(walk: Walk, item: Item, options: Mapping[str, Option]) -> list[Callable[[], list[Part]]]:
    """What makes the norm and the activation that options name."""
    known = {"norm": (NORMS, "norm"), "activation": ({kind: kind for kind in ACTIVATIONS}, "act")}
    return [partial(follower, walk, item, options[name], *of) for name, of in known.items() if name in options]


def follower(walk: Walk, item: Item, option: Option, known: Mapping[str, str], suffix: str) -> list[Part]:
    """The layer that one option names: a word, or a mapping of the word to its main option or its options."""
    name, raw, scope, route = option
    value: object = None
    if isinstance(raw, dict) and len(raw) == 1:
        ((raw, value),) = raw.items()
        route = (*route, raw)
    try:
        word = text(raw, scope)
    except ExpressionError as error:
        raise Faults([told(error, route)]) from None
    if word == "none":
        return []
    kind = known.get(word)
    if kind is None:
        near = nearest(word, known)
        raise Faults(
            [
                Diagnostic(
                    "E116",
                    f"`{word}` is not {'an activation' if name == 'activation' else f'a {name}'}",
                    route,
                    f"no {name} of this name",
                    f"did you mean `{near}`?" if near else f"there are {listed(known)} and `none`",
                    at_key=isinstance(option[1], dict),
                )
            ]
        )
    layer = walk.kinds[kind]
    written = value if isinstance(value, dict) else {} if value is None else {layer.main or "": value}
    own: dict[str, Option] = {}
    for key, inner in written.items():
        if key not in layer.model_fields:
            label = f"no option of `{kind}`" if key else f"`{kind}` takes no value"
            at = (*route, key) if isinstance(value, dict) else route
            raise Faults([Diagnostic("E113", f"`{kind}` cannot be set like this", at, label, at_key=at != route)])
        own[key] = (key, inner, scope, (*route, key) if isinstance(value, dict) else route)
    options = options_of(walk, item, kind, own)
    made = walk.maker.make(kind, [o for key, o in options.items() if key not in OWN])
    return [Part(made, word, suffix, route, {key: o[3] for key, o in options.items()})]
