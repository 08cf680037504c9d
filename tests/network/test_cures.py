"""What an error says would do, does: taken at its word, the spec fits."""

import re

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from shapecalc.diagnostics import SpecError
from shapecalc.network import build
from shapecalc.source.document import Document


def fault(data):
    """The first fault of a spec, if it has any."""
    try:
        graph = build(Document.from_data(data))
    except SpecError as error:
        return error.diagnostics[0]
    return graph.diagnostics[0] if graph.diagnostics else None


AXES = st.lists(st.integers(1, 6), min_size=1, max_size=3)


@given(st.data(), AXES, st.integers(1, 3), st.sampled_from(["conv", "maxpool", "local"]))
def test_what_would_do_for_a_window_that_does_not_fit_does(data, lengths, dilation, kind):
    rank = len(lengths)
    size = data.draw(st.integers(1, 9) | st.lists(st.integers(1, 9), min_size=rank, max_size=rank))
    sides = st.integers(0, 2)
    padding = data.draw(
        sides
        | st.lists(
            st.tuples(sides, sides).map(list) | st.sampled_from([0, "half", "valid"]), min_size=rank, max_size=rank
        )
    )
    name = "kernel" if kind != "maxpool" else "maxpool"
    layer = {name: size, "stride": 1, "padding": padding} | ({} if kind == "maxpool" else {kind: 2})
    layer |= {} if kind == "local" else {"dilation": dilation}
    found = fault({"input": [2, *lengths], "layers": [layer]})
    assume(found is not None and found.code == "E302")
    ways = re.fullmatch(r"(?:`(\w+): ([^`]+)`, or )?`padding: ([^`]+)`, or an input of (.+) here would do", found.help)
    option, taps, wider, wanted = ways.groups()
    if option is not None:
        assert option == name
        assert fault({"input": [2, *lengths], "layers": [layer | {name: yaml.safe_load(taps)}]}) is None
    assert fault({"input": [2, *lengths], "layers": [layer | {"padding": yaml.safe_load(wider)}]}) is None
    assert fault({"input": [2, *map(int, wanted.split("×"))], "layers": [layer]}) is None


CONV = st.fixed_dictionaries(
    {"conv": st.just(2), "kernel": st.integers(1, 5), "stride": st.integers(1, 3)},
    optional={
        "padding": st.sampled_from([0, 1, 2, "same"]),
        "dilation": st.integers(1, 2),
        "activation": st.just("relu"),
    },
)
WHAT = re.compile(r"`(padding|stride): (\w+)` of `(\w+)` makes (?:both|all) ([\d×]+)")


@given(
    st.lists(CONV, min_size=1, max_size=2), st.lists(CONV, min_size=1, max_size=2), st.sampled_from(["add", "concat"])
)
def test_the_option_that_is_named_for_branches_that_do_not_meet_makes_them_meet(left, right, join):
    names = {}
    layers = []
    for side, convs in (("l", left), ("r", right)):
        for at, conv in enumerate(convs):
            name = f"{side}{at}"
            names[name] = len(layers)
            layers.append({"name": name, "from": f"{side}{at - 1}" if at else "input"} | conv)
    layers.append({"name": "join", join: [f"l{len(left) - 1}", f"r{len(right) - 1}"]})
    found = fault({"input": [2, 24, 25], "layers": layers})
    assume(found is not None and found.code in {"E305", "E306"})
    way = WHAT.search(found.help)
    if way is None:
        assert found.help.endswith("or change the padding or stride of one branch")
        return
    option, value, name, size = way.groups()
    layers[names[name]] |= {option: int(value) if value.isdecimal() else value}
    graph = build(Document.from_data({"input": [2, 24, 25], "layers": layers}))
    assert not graph.diagnostics
    assert "×".join(map(str, graph.nodes[-1].output.spatial)) == size


BLOCK = {"B": {"layers": [{"conv": 2, "kernel": 3}]}}
LEFT_OPEN = [
    pytest.param([{"name": "x", "B": None}, {"name": "y", "B": None}, {"add": ["x", "y"]}], id="a layer of two calls"),
    pytest.param(
        [
            {"name": "x", "conv": 2, "kernel": 3},
            {"name": "y", "conv": 2, "kernel": 1, "stride": 3, "from": "input"},
            {"add": ["x", "y"]},
        ],
        id="no option does it",
    ),
    pytest.param(
        [{"name": "x", "conv_transpose": 2, "kernel": 3}, {"add": ["x", "input"]}], id="a window turned round"
    ),
]


@pytest.mark.parametrize("layers", LEFT_OPEN)
def test_where_no_option_surely_does_it_none_is_named(layers):
    found = fault({"input": [2, 16, 16], "blocks": BLOCK, "layers": layers})
    assert found.help.endswith("or change the padding or stride of one branch")


def test_a_shortcut_names_the_padding_of_its_path():
    layers = [{"residual": [{"conv": 4, "kernel": 3, "stride": 2}, "relu"]}]
    found = fault({"input": [2, 16, 16], "layers": layers})
    assert found.help.startswith("`padding: same` of `conv1` makes the path 4×8×8; or give the shortcut")
    layers[0]["residual"][0]["padding"] = "same"
    assert fault({"input": [2, 16, 16], "layers": layers}) is None
