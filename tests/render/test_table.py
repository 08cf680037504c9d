import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

import shapecalc as sc
from shapecalc.layers import KINDS
from shapecalc.layers.base import Elementwise
from shapecalc.network import build
from shapecalc.render.columns import COLUMNS, DROPPED, EXTRA_COLUMNS
from shapecalc.render.formats import Asked, as_markdown, as_table
from shapecalc.render.kinds import by_kind
from shapecalc.render.screen import plain_text
from shapecalc.render.table import grid, report
from shapecalc.source.document import Document
from tests.by_hand import answer, network

SMALL = [
    {"name": "stem", "conv": 16, "kernel": 3, "stride": 2, "padding": "half", "norm": "batch", "activation": "relu"},
    {"maxpool": 2},
    {"conv": 32, "kernel": 3, "groups": 4},
    "global_avgpool",
    {"dense": 10},
]


def small(**options):
    return answer(*SMALL, given=(3, 32, 32), name="small", **options)


def printed(whole, **options):
    return plain_text(report(whole, **options)).splitlines()


def without_prose(lines):
    """The lines less those that say what is counted: whoever words that better need not come here."""
    end = next(i for i, line in enumerate(lines) if line.startswith("counted"))
    return [*lines[:end], *(line for line in lines[end:] if line[:1] not in " c" or line.startswith("columns"))]


AT_80 = """\
small

layer            kind             window         output  params    MACs  field
──────────────────────────────────────────────────────────────────────────────
stem             conv+batch+relu  3×3 s2 half  16×16×16     480   111 k    3×3
maxpool1         maxpool          2×2 s2         16×8×8       0       0    5×5
conv1            conv             3×3 g4         32×6×6   1,184  41.5 k  13×13
global_avgpool1  global_avgpool                      32       0       0  whole
dense1           dense                               10     330     320  whole

input    input 3×32×32 → dense1 10
params   1,994 (+ 32 buffers)
MACs     152 k (152,384)
FLOPs    327 k (326,538)
field    whole; 13×13 of 32×32 at conv1; the input is first covered at
         global_avgpool1
memory   weights 7.91 KiB · activations 68.7 KiB · peak 32.0 KiB at stem.norm
columns  no room here for memory, params%, macs%: widen the terminal, or see
"""

AT_50 = """\
small

layer              output  params    MACs  field
────────────────────────────────────────────────
stem             16×16×16     480   111 k    3×3
maxpool1           16×8×8       0       0    5×5
conv1              32×6×6   1,184  41.5 k  13×13
global_avgpool1        32       0       0  whole
dense1                 10     330     320  whole

input    input 3×32×32 → dense1 10
params   1,994 (+ 32 buffers)
MACs     152 k (152,384)
FLOPs    327 k (326,538)
field    whole; 13×13 of 32×32 at conv1; the input
         is first covered at global_avgpool1
memory   weights 7.91 KiB · activations 68.7 KiB ·
         peak 32.0 KiB at stem.norm
columns  no room here for memory, params%, macs%,
"""

WIDE = """\
layer            kind             window         output  params      %    MACs      %  field    memory
──────────────────────────────────────────────────────────────────────────────────────────────────────
stem             conv+batch+relu  3×3 s2 half  16×16×16     480  24.1%   111 k  72.6%    3×3  48.0 KiB
maxpool1         maxpool          2×2 s2         16×8×8       0     0%       0     0%    5×5  4.00 KiB
conv1            conv             3×3 g4         32×6×6   1,184  59.4%  41.5 k  27.2%  13×13  4.50 KiB
global_avgpool1  global_avgpool                      32       0     0%       0     0%  whole     128 B
dense1           dense                               10     330  16.5%     320   0.2%  whole      40 B
"""


@pytest.mark.parametrize(("width", "text"), [(80, AT_80), (50, AT_50)])
def test_a_table_is_as_wide_as_the_terminal(width, text):
    lines = printed(small(), width=width)
    assert without_prose(lines) == text.splitlines()
    assert max(map(len, lines)) <= width


def test_a_pipe_has_room_for_every_column():
    lines = printed(small())
    assert lines[2:9] == WIDE.splitlines()
    assert not any(line.startswith("columns") for line in lines)


def test_the_last_line_says_which_columns_had_no_room():
    last = " ".join(line.strip() for line in printed(small(), width=50)[-3:])
    assert last == (
        "columns  no room here for memory, params%, macs%, window, kind: widen the terminal, or see --columns"
    )


def test_a_column_is_dropped_whole_or_not_at_all():
    """At every width the table is some of the columns of the widest, each with all of its cells."""
    every = dict(zip(COLUMNS, zip(*grid(small()).cells, strict=True), strict=True))
    for width in range(20, 110):
        made = grid(small(), width=width)
        left = [name for name in COLUMNS if name not in made.left_out]
        assert made.columns == tuple(COLUMNS[name] for name in left)
        assert list(zip(*made.cells, strict=True)) == [every[name] for name in left]
        assert made.left_out == DROPPED[: len(made.left_out)]
        assert made.width <= width or made.left_out == DROPPED


def test_no_more_columns_are_dropped_than_must_be():
    widest = grid(small()).width
    assert grid(small(), width=widest).left_out == ()
    assert grid(small(), width=widest - 1).left_out == ("memory",)


def test_the_narrowest_table_is_not_cut():
    lines = printed(small(), width=20)
    assert lines[2] == "layer              output  params    MACs"
    assert lines[4] == "stem             16×16×16     480   111 k"


def test_columns_stand_as_they_are_asked_for():
    lines = printed(small(), columns=["memory", "layer", "flops", "inputs"])
    assert lines[2].split() == ["memory", "layer", "FLOPs", "inputs"]
    assert lines[5].split() == ["4.00", "KiB", "maxpool1", "3.07", "k", "stem.act"]


@pytest.mark.parametrize("name", [*COLUMNS, *EXTRA_COLUMNS])
def test_every_column_can_stand_alone(name):
    cells = grid(small(), columns=[name]).cells
    assert len(cells) == 5
    assert all(len(row) == 1 for row in cells)


# opened, unknown, shared


def test_a_layer_is_one_row_until_it_is_opened():
    closed, opened = (
        grid(small(), opened=names, columns=["layer", "params", "macs"]).cells for names in ((), ("stem",))
    )
    assert closed[0] == ("stem", "480", "111 k")
    assert opened[:3] == [("stem.conv", "448", "111 k"), ("stem.norm", "32", "0"), ("stem.act", "0", "0")]
    assert opened[3:] == closed[1:]
    assert grid(small(), opened=["all"], columns=["layer", "params", "macs"]).cells == opened


def test_depth_opens_blocks():
    inner = {"layers": [{"conv": 1, "kernel": 1, "activation": "relu"}]}
    whole = answer("Outer", "relu", blocks={"Inner": inner, "Outer": {"layers": ["Inner", "Inner"]}})
    names = [[row[0] for row in grid(whole, depth, columns=["layer"]).cells] for depth in range(3)]
    assert names == [
        ["Outer1", "relu1"],
        ["Outer1.Inner1", "Outer1.Inner2", "relu1"],
        ["Outer1.Inner1.conv1", "Outer1.Inner2.conv1", "relu1"],
    ]


def test_weights_of_another_are_no_zero():
    whole = answer({"name": "first", "dense": 4}, {"dense": 4, "share": "first"}, given=(4,))
    assert grid(whole, columns=["layer", "params"]).cells == [("first", "20"), ("dense1", "= first")]


def test_what_is_not_known_is_a_dash_and_has_its_reason_below():
    lines = printed(answer("to_tokens", "relu", given=(1, 8, 8)), width=100)
    assert lines[4].split() == ["to_tokens1", "to_tokens", "1×64", "0", "0", "—", "256", "B"]
    text = " ".join(" ".join(lines).split())
    assert "unknown the receptive field from `to_tokens1` on is not known: the axes H and W lie" in text


def test_a_field_that_depends_on_the_position_is_told_from_the_least_to_the_largest():
    whole = answer({"conv_transpose": 1, "kernel": [3, 3], "stride": [2, 2]}, given=(1, 8, 8))
    assert grid(whole, columns=["field", "jump"]).cells == [("1–2", "1/2")]  # noqa: RUF001
    one = answer({"conv_transpose": 1, "kernel": [3, 1], "stride": [2, 1]}, given=(1, 8, 8))
    assert grid(one, columns=["field", "jump"]).cells == [("1–2×1", "1/2, 1")]  # noqa: RUF001


def test_a_field_that_reaches_an_edge_says_on_which_side():
    whole = answer({"lstm": 2}, {"maxpool": 2}, given=(1, 8))
    assert grid(whole, columns=["field", "jump", "start", "padding"]).cells == [
        ("past", "1", "—", "—"),
        ("past", "2", "—", "—"),
    ]
    rows = answer({"attention": 1, "causal": True}, given=(1, 3, 8))
    assert grid(rows, columns=["field"]).cells == [("1×past",)]


class Secret(Elementwise):
    """A layer that does not state its operations."""

    kind = "secret"
    family = "tests"
    example = "- secret"

    def forward(self, *xs, weights):
        return xs[0]


def test_what_is_known_in_part_is_at_least_that():
    body = {"layers": [{"conv": 2, "kernel": 3}, "secret"]}
    data = {"name": "odd", "input": [1, 8], "blocks": {"Body": body}, "layers": ["Body", "secret"]}
    whole = sc.analyze(build(Document.from_data(data), kinds=KINDS | {"secret": Secret}))
    assert grid(whole, columns=["layer", "params", "macs", "macs%"]).cells == [
        ("Body1", "8", "≥ 36", ""),
        ("secret1", "0", "—", ""),
    ]
    assert "MACs     ≥ 36" in printed(whole)


def test_a_table_stops_at_the_first_layer_that_is_not_sure():
    text = (
        "name: bad\ninput: [1, 8]\nlayers:\n  - {conv: 2, kernel: 3}\n  - {conv: 2, kernel: 30, name: big}\n  - relu\n"
    )
    lines = printed(sc.analyze(build(Document.from_text(text, "bad.yaml"))), width=80)
    assert lines[4].startswith("conv1 ")
    assert lines[5] == "… from big on nothing is sure: see the errors"
    assert "params   ≥ 8 (+ buffers not known)" in lines
    assert "MACs     ≥ 36" in lines


WINDOWS = [
    ({"conv": 8, "kernel": 1}, "1×1"),
    ({"conv": 8, "kernel": [3, 5], "padding": [1, 2]}, "3×5 p1,2"),
    ({"conv": 8, "kernel": 3, "padding": 1}, "3×3 p1"),
    ({"conv": 8, "kernel": 3, "padding": 0}, "3×3"),
    ({"conv": 8, "kernel": 3, "padding": "same"}, "3×3 same"),
    ({"conv": 8, "kernel": 3, "padding": [[0, 1], [0, 1]]}, "3×3 p0:1"),
    ({"conv": 8, "kernel": 3, "stride": [1, 2], "dilation": 2, "groups": 4}, "3×3 s1,2 d2 g4"),
    ({"conv": 8, "kernel": 3, "activation": "relu"}, "3×3"),
    ({"maxpool": 2}, "2×2 s2"),
    ({"maxpool": 3, "stride": 1}, "3×3"),
    ({"conv_transpose": 8, "kernel": 4, "stride": 2, "padding": 1}, "4×4 s2 p1"),
    ("relu", ""),
    ("global_avgpool", ""),
    ({"dense": 3, "over": "channels"}, ""),
]


@pytest.mark.parametrize(("layer", "text"), WINDOWS, ids=[str(layer) for layer, _ in WINDOWS])
def test_a_window_says_what_is_not_plain(layer, text):
    assert grid(answer(layer, given=(4, 16, 16)), columns=["window"]).cells == [(text,)]


# text of any script


def width_of(text):
    """Cells that a text takes in a terminal, by the Unicode database."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


CHINESE = """\
layer   kind     window  output  params      %    MACs      %  field  memory
────────────────────────────────────────────────────────────────────────────
卷积    conv     3×3      4×6×6     112  91.8%  3.89 k  98.2%    3×3   576 B
pool_ü  maxpool  2×2 s2   4×3×3       0     0%       0     0%    4×4   144 B
输出层  conv     1×1      2×3×3      10   8.2%      72   1.8%    4×4    72 B
"""


def test_wide_characters_stay_aligned():
    layers = [
        {"name": "卷积", "conv": 4, "kernel": 3},
        {"name": "pool_ü", "maxpool": 2},
        {"name": "输出层", "conv": 2, "kernel": 1},
    ]
    lines = printed(answer(*layers, given=(3, 8, 8), name="网络"), width=80)
    assert lines[0] == "网络"
    assert lines[2:7] == CHINESE.splitlines()
    assert {width_of(line) for line in lines[2:7]} == {76}
    assert "input    input 3×8×8 → 输出层 2×3×3" in lines


NAMES = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "Mn", "So", "Sm", "Pd"]), min_size=1, max_size=9
).filter(lambda name: name.isprintable() and name[0].isalpha() and name not in {"input", "prev"})


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["卷积", "层", "カナ", "한국어", "ü", "e\u0301", "plain", "ж"]),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    st.integers(20, 120),
)
def test_every_row_ends_where_the_rule_ends(names, width):
    whole = answer(*({"name": name, "conv": 3, "kernel": 3, "padding": 1} for name in names))
    lines = printed(whole, width=width)[2 : 4 + len(names)]
    assert {width_of(line) for line in lines} == {len(lines[1])}


@settings(deadline=None)
@given(NAMES)
def test_any_name_is_printed_as_it_is(name):
    whole = answer({"name": name, "conv": 3, "kernel": 3})
    assert grid(whole, columns=["layer"]).cells == [(name,)]


def test_text_of_the_user_cannot_steer_the_terminal():
    text = "\n".join(printed(answer("relu", name="evil\x1b]0;title\x07\x9b31m"), width=80))
    assert "evil\\x1b]0;title\\x07\\x9b31m" in text
    assert all(c.isprintable() or c == "\n" for c in text)


def test_text_of_the_user_is_no_markup():
    whole = answer({"name": "[red]stem[/red]", "conv": 3, "kernel": 3}, name="[bold]net")
    console = Console(width=200, color_system=None)
    with console.capture() as captured:
        console.print(whole)
    text = captured.get()
    assert "[red]stem[/red]" in text
    assert text.startswith("[bold]net")


# long, and in other forms


def test_a_long_table_has_every_row():
    whole = sc.analyze(network({"conv": 3, "kernel": 3, "padding": 1, "repeat": 600}, given=(3, 8)))
    lines = printed(whole, width=80)
    rows = [line for line in lines if line.startswith("conv")]
    assert len(rows) == 600
    assert rows[0].split()[0] == "conv1"
    assert rows[-1].split() == ["conv600", "conv", "3", "p1", "3×8", "30", "0.2%", "216", "0.2%", "1201", "96", "B"]
    assert {len(row) for row in rows} == {len(lines[3])}


def test_rich_prints_the_same_text():
    console = Console(width=120, color_system=None)
    with console.capture() as captured:
        console.print(small())
    assert [line.rstrip() for line in captured.get().splitlines()] == printed(small())


def test_a_pipe_gets_the_plain_table():
    assert as_table(Asked(small(), to_file=True)) == plain_text(report(small()))


MARKDOWN = """\
### small

| layer | kind | window | output | params | % | MACs | % | field | memory |
| :--- | :--- | :--- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| stem | conv+batch+relu | 3×3 s2 half | 16×16×16 | 480 | 24.1% | 111 k | 72.6% | 3×3 | 48.0 KiB |
| maxpool1 | maxpool | 2×2 s2 | 16×8×8 | 0 | 0% | 0 | 0% | 5×5 | 4.00 KiB |
| conv1 | conv | 3×3 g4 | 32×6×6 | 1,184 | 59.4% | 41.5 k | 27.2% | 13×13 | 4.50 KiB |
| global\\_avgpool1 | global\\_avgpool |  | 32 | 0 | 0% | 0 | 0% | whole | 128 B |
| dense1 | dense |  | 10 | 330 | 16.5% | 320 | 0.2% | whole | 40 B |

- **input** input 3×32×32 → dense1 10
- **params** 1,994 (+ 32 buffers)
- **MACs** 152 k (152,384)
- **FLOPs** 327 k (326,538)
- **field** whole; 13×13 of 32×32 at conv1; the input is first covered at global\\_avgpool1
- **memory** weights 7.91 KiB · activations 68.7 KiB · peak 32.0 KiB at stem.norm
"""


def test_markdown_is_the_same_table():
    text = as_markdown(Asked(small()))
    assert text.startswith(MARKDOWN)
    assert text.rstrip().endswith("</sub>")


def test_markdown_keeps_what_the_user_wrote_out_of_its_own_signs():
    text = as_markdown(Asked(answer({"name": "a|b*c_<i>`d`", "conv": 1, "kernel": 1}, name="<script># x")))
    assert "| a\\|b\\*c\\_\\<i\\>\\`d\\` | conv |" in text
    assert text.startswith("### \\<script\\>\\# x\n")


def test_sums_by_kind_have_the_most_macs_first():
    lines = plain_text(by_kind(small())).splitlines()
    assert [line.split()[:3] for line in lines[4:10]] == [
        ["conv", "2", "1,632"],
        ["dense", "1", "330"],
        ["batchnorm", "1", "32"],
        ["relu", "1", "0"],
        ["maxpool", "1", "0"],
        ["global_avgpool", "1", "0"],
    ]
    assert "conv does 99.8% of the MACs and holds 81.8% of the parameters" in lines
