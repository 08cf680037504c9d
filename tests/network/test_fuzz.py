"""Whatever it is given, the whole walk ends soon, in a SpecError or in a graph whose faults can be told."""

import json
import subprocess
import sys
from copy import deepcopy
from time import monotonic

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shapecalc import analyze
from shapecalc.diagnostics import SpecError
from shapecalc.network import build, expand
from shapecalc.render.diagnostics import Source, written
from shapecalc.render.json import to_dict
from shapecalc.render.table import report
from shapecalc.source.document import Document
from tests.network.examples import EXAMPLES

LONGEST = 6.0
"""Seconds that one case may take."""

SLOWLY = [HealthCheck.too_slow, HealthCheck.data_too_large]
fuzz = settings(max_examples=150, deadline=1000 * LONGEST, suppress_health_check=SLOWLY)
fuzz_more = settings(fuzz, max_examples=600)


@pytest.fixture(autouse=True, scope="module")
def small_bounds():
    """Bounds a hundred times smaller, so that passing them is quick to try; the real ones have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expand, "MOST_NODES", 1_000)
        patch.setattr(expand, "MOST_VISITS", 5_000)
        yield


def graph_of(document):
    """The graph of bytes or of a dict, or why there is none."""
    try:
        read = Document.from_bytes if isinstance(document, bytes) else Document.from_data
        return build(read(document))
    except SpecError as error:
        return error


def walk(document):
    """All that happens to a spec; its faults."""
    graph = graph_of(document)
    if isinstance(graph, SpecError):
        assert graph.diagnostics
        list(written(graph.diagnostics, Source.unread(graph.name, graph.text), 80))
        return graph.diagnostics
    list(written(graph.diagnostics, Source.of(graph.document), 80))
    answer = analyze(graph)
    json.dumps(to_dict(answer), allow_nan=False)
    list(report(answer, width=80))
    assert len({node.name for node in graph}) == len(graph)
    made = {*graph.inputs}
    for node in graph:
        assert {*node.inputs} <= {*made, ""} or graph.wrong
        made.add(node.name)
        assert (node.output is not None) or graph.wrong
    return graph.diagnostics


# any bytes, any text

SIGNS = [
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "\n",
    "  ",
    "# ",
    "'",
    '"',
    "$",
    "&a ",
    "*a",
    "!",
    "|\n",
    "%",
    "? ",
    "...",
]
WORDS_OF_A_FILE = ["input", "layers", "vars", "blocks", "defaults", "conv", "relu", "for", "do", "add", "prev", "name"]
SCALARS = ["3", "-1", "1e9", "~", "yes", "c", "层", "\x00", "\ufeff", "\t", "\r", "\u2028", "\U0001f600"]
BITS = st.sampled_from([*SIGNS, *WORDS_OF_A_FILE, *SCALARS])


@fuzz
@given(st.binary(max_size=200))
def test_any_bytes(content):
    walk(content)


@fuzz
@given(st.lists(BITS, max_size=60).map("".join))
def test_any_text(text):
    walk(text.encode())


@fuzz
@given(st.lists(BITS, max_size=30).map("".join))
def test_any_text_as_layers(text):
    walk(b"input: [3, 8, 8]\nlayers:\n" + text.encode())


# valid files, their lines changed


@st.composite
def edited_texts(draw):
    """A valid file whose lines are swapped, deleted, doubled, cut or moved."""
    lines = draw(st.sampled_from(EXAMPLES)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        first, second = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match draw(st.sampled_from(["swap", "delete", "double", "cut", "indent", "dedent", "character"])):
            case "swap":
                lines[first], lines[second] = lines[second], lines[first]
            case "delete" if len(lines) > 1:
                del lines[first]
            case "double":
                lines.insert(second, lines[first])
            case "cut":
                lines[first] = lines[first][: draw(st.integers(0, len(lines[first])))]
            case "indent":
                lines[first] = "  " + lines[first]
            case "dedent":
                lines[first] = lines[first][2:]
            case "character":
                at = draw(st.integers(0, len(lines[first])))
                lines[first] = lines[first][:at] + draw(BITS) + lines[first][at + 1 :]
    return "\n".join(lines)


@fuzz
@given(edited_texts())
def test_a_valid_file_with_its_lines_changed(text):
    walk(text.encode())


# valid files, their values changed

NUMBERS = [0, -1, 1, 2, 3.5, 1000, 10**9, 10**18, 10**19, -(10**30), float("nan"), float("inf"), 1e-300, 1e300]
WORDS = [
    "",
    " ",
    "x",
    "yes",
    "no",
    "none",
    "auto",
    "prev",
    "input",
    "required",
    "relu",
    "conv",
    "Pair",
    "same",
    "half",
    "层",
]
TEXTS = [
    "range(3)",
    "range(100000)",
    "10**10**10",
    "1/0",
    "1/3",
    "w",
    "$w",
    "$act",
    "$",
    "$$",
    "$(w - 1)",
    "$(",
    "$(1/0)",
    "c.d",
]
ODD_TEXTS = [
    "3x3",
    "3x",
    "[1, 2]",
    "if",
    "\n",
    "e\u0301",
    "\U0001d431",
    "a" * 2000,
    "(" * 200,
    "max(1, yes)",
    "sqrt(-1)",
    "__class__",
]
LISTS = [
    None,
    True,
    [],
    {},
    [[]],
    [None],
    [1, 2],
    [1, 2, 3],
    [3, 16, 16],
    {"a": 1},
    {"relu": None},
    {"leaky_relu": 0.1},
]
KEYS = [
    "name",
    "from",
    "when",
    "repeat",
    "expect",
    "share",
    "norm",
    "activation",
    "kernel",
    "stride",
    "padding",
    "groups",
]
MORE_KEYS = [
    "bias",
    "filters",
    "over",
    "fit",
    "join",
    "do",
    "for",
    "parallel",
    "residual",
    "shortcut",
    "layers",
    "params",
]
SECTIONS = ["blocks", "vars", "defaults", "input", "inputs", "outputs", "budget", "published", "description"]
KINDS = [
    "conv",
    "dense",
    "relu",
    "flatten",
    "concat",
    "add",
    "conv_transpose",
    "maxpool",
    "Pair",
    "",
    "yes",
    "层",
    "a.b",
]

values = st.sampled_from([*NUMBERS, *WORDS, *TEXTS, *ODD_TEXTS, *LISTS]).map(deepcopy)
keys = st.sampled_from([*KEYS, *MORE_KEYS, *SECTIONS, *KINDS])
DATA = [yaml.load(text, yaml.BaseLoader) for text in EXAMPLES]  # every scalar a text
DATA += [Document.from_text(text).data for text in EXAMPLES]


def holders(value):
    """Every list and mapping that holds something."""
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        inner = list(holder.values()) if isinstance(holder, dict) else holder if isinstance(holder, list) else []
        if inner:
            yield holder
            waiting += inner


@st.composite
def edited_data(draw):
    """A valid spec as plain data, with values replaced, moved, doubled, renamed or taken away."""
    data = deepcopy(draw(st.sampled_from(DATA)))
    for _ in range(draw(st.integers(1, 4))):
        if not (every := list(holders(data))):
            break
        holder = every[draw(st.integers(0, len(every) - 1))]
        places = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        place = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.sampled_from(["replace", "replace", "delete", "move", "add", "rename", "wrap"])):
            case "replace":
                holder[place] = draw(values)
            case "delete":
                del holder[place]
            case "move":
                other = every[draw(st.integers(0, len(every) - 1))]
                holder[place] = deepcopy(other)
            case "add" if isinstance(holder, dict):
                holder[draw(keys)] = draw(values)
            case "add":
                holder.insert(place, deepcopy(holder[place]))
            case "rename" if isinstance(holder, dict):
                holder[draw(keys)] = holder.pop(place)
            case "wrap":
                holder[place] = draw(
                    st.sampled_from([[holder[place]], {draw(keys): holder[place]}, str(holder[place])])
                )
    return data


@fuzz_more
@given(edited_data())
def test_a_valid_spec_with_its_values_changed(data):
    walk(data)


@fuzz
@given(edited_data())
def test_what_a_dict_says_a_text_says_too(data):
    text = json.dumps(data, ensure_ascii=False)
    if any(word in text for word in ("NaN", "Infinity", "\\ud", "\\u0", "E+", "e+")) or len(text) > 100_000:
        return
    told = [(fault.code, fault.message) for fault in walk(data)]
    assert sorted((fault.code, fault.message) for fault in walk(text.encode())) == sorted(told)


@fuzz
@given(
    st.dictionaries(
        st.one_of(keys, st.text(max_size=5)),
        st.recursive(values, lambda inner: st.lists(inner, max_size=3)),
        max_size=5,
    )
)
def test_any_options_of_a_layer(options):
    walk(
        {"input": [3, 8, 8], "vars": {"w": 3, "act": "relu"}, "layers": [{**options, "conv": 3, "kernel": 1}, options]}
    )


# cases that were found once

FOUND = {
    "an input of nothing": {"input": [0], "layers": []},
    "an input that is an output": {"inputs": {"a": [0], "b": [3]}, "layers": [], "outputs": ["a"]},
    "a shortcut that is a mapping": {"input": [3], "layers": [{"residual": ["relu"], "shortcut": {"conv": 3}}]},
    "a name that is a mapping": {"input": [3], "layers": [{"relu": None, "repeat": 2, "name": {"a": 1}}]},
    "a name that has no value": {"input": [3], "layers": [{"relu": None, "repeat": 2, "name": "$(1/0)"}]},
    "a name left out that has no value": {"input": [3], "layers": [{"relu": None, "when": "no", "name": ["a"]}]},
    "a text in itself": {"input": [3], "vars": {"a": "x$a"}, "layers": [{"relu": None, "name": "$a"}]},
    "texts in each other": {"input": [3], "vars": {"a": "$b", "b": "$a"}, "layers": [{"dense": "$a"}]},
    "a long chain of variables": {
        "input": [3],
        "vars": {"v0": 1} | {f"v{i + 1}": f"v{i} + 1" for i in range(3000)},
        "layers": [{"dense": "v3000"}],
    },
    "a long chain of texts": {
        "input": [3],
        "vars": {"v0": "x"} | {f"v{i + 1}": f"$v{i}" for i in range(3000)},
        "layers": [{"relu": None, "name": "$v3000"}],
    },
    "a length beyond counting": {
        "input": [3, 8, 8],
        "layers": [{"conv_transpose": 3, "kernel": 2, "stride": 2, "repeat": 900}],
    },
    "channels beyond counting": {"input": [3, 8], "layers": [{"concat": ["prev", "prev"], "repeat": 900}]},
    "a jump beyond counting": {
        "input": [3, 8],
        "layers": [{"conv": 3, "kernel": 2, "stride": 99, "padding": "same", "repeat": 900}],
    },
    "a stride beyond counting": {"input": [3, 8], "layers": [{"maxpool": 1, "stride": 10**18, "repeat": 300}]},
}


@pytest.mark.parametrize("data", FOUND.values(), ids=FOUND.keys())
def test_what_was_found_once(data):
    start = monotonic()
    assert all(isinstance(fault.message, str) for fault in walk(data))
    assert monotonic() - start < LONGEST


# bombs, with the small bounds


def nested(depth, inner, wrap):
    for _ in range(depth):
        inner = wrap(inner)
    return inner


def doubled(item):
    return {"parallel": {"a": [item], "b": [item]}, "join": "concat"}


def calls(count, body, last):
    blocks = {f"B{i}": {"layers": body(i)} for i in range(count)}
    return {"input": [3, 8, 8], "blocks": blocks | {f"B{count}": {"layers": last}}, "layers": ["B0"]}


def layers(*items, **sections):
    return {"input": [3, 8, 8], **sections, "layers": list(items)}


TEN = {f"v{i + 1}": [f"v{i}"] * 10 for i in range(30)}
ENOUGH = {
    "a repeat": layers({"relu": None, "repeat": 10**9}),
    "a repeat with norm and activation": layers(
        {"conv": 3, "kernel": 1, "norm": "batch", "activation": "relu", "repeat": 10**9}
    ),
    "a repeat of nothing": layers({"B": None, "repeat": 10**9}, blocks={"B": {"layers": []}}),
    "a repeat of a path of nothing": layers({"parallel": {"a": []}, "join": "add", "repeat": 10**9}),
    "a repeat of a residual of nothing": layers({"residual": [], "shortcut": "none", "repeat": 10**9}),
    "a repeat of what is at fault": layers({"conv": "x", "kernel": 1, "repeat": 10**9}),
    "a repeat of what does not fit": layers({"conv": 3, "kernel": 99, "repeat": 10**9}),
    "a repeat of what is left out": layers(
        {"B": None, "repeat": 10**9}, blocks={"B": {"layers": [{"relu": None, "when": "no"}]}}
    ),
    "loops in loops": layers(nested(5, "relu", lambda item: {"for": {"i": "range(100000)"}, "do": [item]})),
    "loops in loops of nothing": layers(
        {"for": {"i": "range(100000)"}, "do": [{"for": {"j": "range(100000)"}, "do": []}]}
    ),
    "loops in loops of no rounds": layers(
        nested(15, {"for": {"i": "range(0)"}, "do": []}, lambda item: {"for": {"i": "range(50)"}, "do": [item]})
    ),
    "blocks that double": calls(50, lambda i: [f"B{i + 1}"] * 2, ["relu"]),
    "blocks that double and hold nothing": calls(50, lambda i: [f"B{i + 1}"] * 2, []),
    "a chain of ten thousand blocks": calls(10_000, lambda i: [f"B{i + 1}"], ["relu"]),
    "paths that double": layers(nested(12, "relu", doubled)),
}


@pytest.mark.parametrize("data", ENOUGH.values(), ids=ENOUGH.keys())
def test_a_bomb_ends_in_a_refusal(data):
    start = monotonic()
    assert "E206" in [fault.code for fault in walk(data)]
    assert monotonic() - start < LONGEST


QUICK = {
    "a ring of ten thousand blocks": (calls(10_000, lambda i: [f"B{(i + 1) % 10_000}"], []), "E202"),
    "all blocks call all": (calls(100, lambda _: [f"B{j}" for j in range(100)], []), "E202"),
    "a loop of unknown names": (
        layers({"for": {"i": "range(900)"}, "do": [{"relu": None, "from": "nowhere"}]}),
        "E201",
    ),
    "a loop of one name": (layers({"for": {"i": "range(900)"}, "do": [{"relu": None, "name": "a"}]}), "E207"),
    "residuals in residuals": (layers(nested(28, "relu", lambda item: {"residual": [item]})), None),
    "paths in paths": (
        layers(nested(18, "relu", lambda item: {"parallel": {"a": [item], "b": []}, "join": "add"})),
        None,
    ),
    "lists of lists of lists": (layers({"conv": "v30", "kernel": 1}, vars={"v0": [1] * 10, **TEN}), "E114"),
    "a loop over lists of lists": (layers({"for": {"i": "v30"}, "do": ["relu"]}, vars={"v0": [1] * 10, **TEN}), None),
    "sums of sums": (
        layers({"conv": "v30", "kernel": 1}, vars={"v0": 1} | {f"v{i + 1}": f"v{i} + v{i}" for i in range(30)}),
        None,
    ),
    "ten thousand different faults": (layers(*[{"relu": None, "from": f"n{i}"} for i in range(900)]), "E201"),
    "a long line of text": (layers({"relu": None, "name": "a" * 1_000_000}), None),
    "a deep list": (layers(nested(50, 1, lambda item: [item])), "E109"),
    "a deep mapping": (layers({"conv": nested(50, 1, lambda item: {"a": item}), "kernel": 1}), "E113"),
}


@pytest.mark.parametrize(("data", "code"), QUICK.values(), ids=QUICK.keys())
def test_what_looks_long_is_not(data, code):
    start = monotonic()
    codes = [fault.code for fault in walk(data) if fault.code.startswith("E")]
    assert monotonic() - start < LONGEST
    assert code in codes if code else codes == []


# bombs, with the real bounds, in a process of its own that may have a gigabyte

PROCESS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from shapecalc.cli import main
sys.argv = ["shapecalc", "analyze", "-"]
main()
"""

TEXT_BOMB = "vars:\n  v0: xxxxxxxxxx\n" + "".join(f"  v{i + 1}: {f'$v{i}' * 10}\n" for i in range(12))
LIST_BOMB = "vars:\n  v0: [1, 1]\n" + "".join(f"  v{i + 1}: [{', '.join([f'v{i}'] * 10)}]\n" for i in range(12))
REAL = {
    "a repeat": "layers: [{conv: 3, kernel: 1, activation: relu, repeat: 10**9}]",
    "blocks that double": "blocks:\n"
    + "".join(f"  B{i}: {{layers: [B{i + 1}, B{i + 1}]}}\n" for i in range(40))
    + "  B40: {layers: [relu]}\nlayers: [B0]",
    "texts in texts": TEXT_BOMB + "layers: [{relu: , name: $v12}]",
    "a loop of unknown names": "layers: [{for: {i: range(10000)}, do: [{relu: , from: nowhere}]}]",
    "ten thousand unknown names": "layers:\n" + "".join(f"  - {{relu: , from: n{i}}}\n" for i in range(10_000)),
    "lists in lists, as text": LIST_BOMB + "layers: [{relu: , name: $v12}]",
}


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit for memory")
@pytest.mark.parametrize("text", REAL.values(), ids=REAL.keys())
def test_a_bomb_takes_neither_long_nor_much_memory(text):
    spec = f"input: [3, 8, 8]\n{text}\n".encode()
    done = subprocess.run([sys.executable, "-c", PROCESS], input=spec, capture_output=True, timeout=30, check=False)
    assert done.returncode == 2
    assert b"error[E" in done.stderr
    assert b"Traceback" not in done.stderr
