"""What a user reads of each fault: the whole text, as it is printed 80 columns wide."""

import os
import re
from pathlib import Path
from textwrap import dedent
from time import monotonic

import pytest
from rich.cells import cell_len

from shapecalc.diagnostics import SpecError
from shapecalc.network import build
from shapecalc.render.diagnostics import Source, written
from shapecalc.source.document import Document


def told(document, width=80):
    """All that is said of a spec: of a text, of bytes, of a file by its path, or of a dict."""
    try:
        match document:
            case bytes():
                document = Document.from_bytes(document, "net.yaml")
            case str():
                document = Document.from_text(document, "net.yaml")
            case dict():
                document = Document.from_data(document)
            case os.PathLike():
                document = Document.open(document)
        faults, source = build(document).diagnostics, Source.of(document)
    except SpecError as error:
        faults, source = error.diagnostics, Source.unread(error.name, error.text)
    return "\n".join(text.plain for text in written(faults, source, width))


def codes(document):
    """The codes of all faults, in order."""
    return re.findall(r"^\w+\[(\w+)\]", told(document), re.MULTILINE)


# each case: its name, the file, an arrow, and what is said of it

GOLDENS = r"""
## unknown kind
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: 3}
  - {maxpol: 2}
→
error[E112]: `maxpol` is not a kind of layer
  ╭─ net.yaml:4:6
4 │   - {maxpol: 2}
  │      ^^^^^^ no kind of layer of this name
  = help: did you mean `maxpool`?

## unknown kind far
input: [3, 32, 32]
layers:
  - {hopfield: 8, heads: 2}
→
error[E112]: `hopfield` is not a kind of layer
  ╭─ net.yaml:3:6
3 │   - {hopfield: 8, heads: 2}
  │      ^^^^^^^^ no kind of layer of this name
  = help: `shapecalc layers` lists all kinds

## unknown block
input: [3, 32, 32]
blocks:
  Bottleneck:
    params: {c: required}
    layers: [{conv: c, kernel: 1}]
layers:
  - Botleneck: 64
→
error[E112]: `Botleneck` is not a block
  ╭─ net.yaml:7:5
7 │   - Botleneck: 64
  │     ^^^^^^^^^ no block of this name
  = help: did you mean `Bottleneck`?

## unknown option
input: [3, 32, 32]
layers:
  - conv: 64
    kernel: 3
    strides: 2
→
error[E113]: `conv` has no option `strides`
  ╭─ net.yaml:5:5
5 │     strides: 2
  │     ^^^^^^^ no option of this name
  = help: did you mean `stride`?

## unknown option far
input: [3, 32, 32]
layers:
  - {maxpool: 2, momentum: 0.9}
→
error[E113]: `maxpool` has no option `momentum`
  ╭─ net.yaml:3:18
3 │   - {maxpool: 2, momentum: 0.9}
  │                  ^^^^^^^^ no option of this name
  = help: its options are `ceil`, `dilation`, `padding`, `size`, `stride`

## missing option
input: [3, 32, 32]
layers:
  - {name: stem, conv: 64, stride: 2}
→
error[E111]: `conv` needs `kernel`
  ╭─ net.yaml:3:18
3 │   - {name: stem, conv: 64, stride: 2}
  │                  ^^^^ no `kernel`
  = help: add `kernel: …`, the taps along each axis

## missing main option
input: [3, 32, 32]
layers:
  - maxpool
→
error[E111]: `maxpool` needs `size`
  ╭─ net.yaml:3:5
3 │   - maxpool
  │     ^^^^^^^ no `size`
  = help: add `maxpool: …`, the cells of the window along each axis

## wrong type
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: {height: 3, width: 3}}
→
error[E114]: a number is needed, and this is a mapping
  ╭─ net.yaml:3:24
3 │   - {conv: 64, kernel: {height: 3, width: 3}}
  │                        ^^^^^^^^^^^^^^^^^^^^^ not a number

## wrong type of a flag
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: 3, bias: 0}
→
error[E114]: yes or no is needed, and this is `0`
  ╭─ net.yaml:3:33
3 │   - {conv: 64, kernel: 3, bias: 0}
  │                                 ^ write yes or no

## negative stride
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: 3, stride: -2}
→
error[E115]: `stride` of `conv` is -2
  ╭─ net.yaml:3:35
3 │   - {conv: 64, kernel: 3, stride: -2}
  │                                   ^^ must be at least 1

## negative stride of one axis
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: 3, stride: [1, -2]}
→
error[E115]: `stride` of `conv` is -2
  ╭─ net.yaml:3:39
3 │   - {conv: 64, kernel: 3, stride: [1, -2]}
  │                                       ^^ must be at least 1

## zero filters computed
input: [3, 32, 32]
vars: {width: 4}
layers:
  - {conv: width // 8, kernel: 3}
→
error[E115]: `filters` of `conv` is 0
  ╭─ net.yaml:4:12
4 │   - {conv: width // 8, kernel: 3}
  │            ^^^^^^^^^^ must be at least 1

## unknown activation
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: 3, activation: rleu}
→
error[E116]: `rleu` is not an activation
  ╭─ net.yaml:3:39
3 │   - {conv: 64, kernel: 3, activation: rleu}
  │                                       ^^^^ no activation of this name
  = help: did you mean `relu`?

## unknown norm
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: 3, norm: bach}
→
error[E116]: `bach` is not a norm
  ╭─ net.yaml:3:33
3 │   - {conv: 64, kernel: 3, norm: bach}
  │                                 ^^^^ no norm of this name
  = help: did you mean `batch`?

## unknown padding
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: 3, padding: sane}
→
error[E116]: `sane` is not a padding
  ╭─ net.yaml:3:36
3 │   - {conv: 64, kernel: 3, padding: sane}
  │                                    ^^^^ no padding of this name
  = help: did you mean `same`? the paddings are valid, same, same_lower, half,
    full, causal, or cells a side

## unknown name in from
input: [3, 32, 32]
layers:
  - {name: stem, conv: 64, kernel: 3}
  - {name: body, conv: 64, kernel: 3}
  - {conv: 8, kernel: 1, from: stme}
→
error[E201]: `stme` is not a layer before this one
  ╭─ net.yaml:5:32
5 │   - {conv: 8, kernel: 1, from: stme}
  │                                ^^^^ no layer before this one has the name
  = help: did you mean `stem`?

## unknown name in a list
input: [3, 32, 32]
layers:
  - {name: stem, conv: 64, kernel: 3}
  - relu
  - concat: [stem, prev, other]
→
error[E201]: `other` is not a layer before this one
  ╭─ net.yaml:5:26
5 │   - concat: [stem, prev, other]
  │                          ^^^^^ no layer before this one has the name
  = help: the names here are `input`, `stem`, `relu1`

## later name
input: [3, 32, 32]
layers:
  - {name: a, relu: , from: zebra}
  - {name: zebra, tanh: }
→
error[E201]: `zebra` is not a layer before this one
  ╭─ net.yaml:3:29
3 │   - {name: a, relu: , from: zebra}
  │                             ^^^^^ no layer before this one has the name
  = help: the names here are `input`

## cycle of blocks
input: [3, 32, 32]
blocks:
  Outer:
    layers:
      - relu
      - Inner
  Inner:
    layers:
      - Outer
layers:
  - Outer
→
error[E202]: block `Outer` calls itself
  ╭─ net.yaml:9:9
9 │       - Outer
  │         ^^^^^ Outer → Inner → Outer
  ╰─ `Outer` is defined here (net.yaml:3)
  = help: a block cannot hold itself; `repeat` and `for` do a thing several
    times

## block that calls itself
input: [3, 32, 32]
blocks:
  Tower:
    params: {n: required}
    layers:
      - {conv: n, kernel: 1}
      - Tower: n - 1
layers:
  - Tower: 3
→
error[E202]: block `Tower` calls itself
  ╭─ net.yaml:7:9
7 │       - Tower: n - 1
  │         ^^^^^ Tower → Tower
  ╰─ `Tower` is defined here (net.yaml:3)
  = help: a block cannot hold itself; `repeat` and `for` do a thing several
    times

## missing block parameter
input: [3, 32, 32]
blocks:
  Bottleneck:
    params: {c: required, stride: required}
    layers:
      - {conv: c, kernel: 1, stride: stride}
layers:
  - Bottleneck: 64
→
error[E203]: block `Bottleneck` needs `stride`
  ╭─ net.yaml:8:5
8 │   - Bottleneck: 64
  │     ^^^^^^^^^^ no `stride`
  ╰─ it is required here (net.yaml:4)
  = help: write `Bottleneck: {stride: …}`

## unknown variable
input: [3, 32, 32]
vars: {width: 64}
layers:
  - {conv: 4 * widht, kernel: 3}
→
error[E121]: `widht` is not a variable here
  ╭─ net.yaml:4:16
4 │   - {conv: 4 * widht, kernel: 3}
  │                ^^^^^ no variable of this name
  = help: did you mean `width`?

## unknown variable in a list
input: [3, 32, 32]
vars: {k: 3}
layers:
  - {conv: 64, kernel: [k, 2 * j + 1]}
→
error[E121]: `j` is not a variable here
  ╭─ net.yaml:4:32
4 │   - {conv: 64, kernel: [k, 2 * j + 1]}
  │                                ^ no variable of this name
  = help: the variables here are `k`

## unknown variable in a name
input: [3, 32, 32]
layers:
  - for: {i: range(3)}
    do:
      - {conv: 8, kernel: 3, name: enc$j}
→
error[E121]: `j` is not a variable here
  ╭─ net.yaml:5:39
5 │       - {conv: 8, kernel: 3, name: enc$j}
  │                                       ^^ no variable of this name
  = help: the variables here are `i`

## fraction
input: [3, 32, 32]
vars: {width: 9}
layers:
  - {conv: width / 2, kernel: 3}
→
error[E122]: a whole number is needed, and `width / 2` is 9/2
  ╭─ net.yaml:4:12
4 │   - {conv: width / 2, kernel: 3}
  │            ^^^^^^^^^ this is 9/2
  = help: `//` divides and floors; ceil(), floor() and round() also give whole
    numbers

## power too large
input: [3, 32, 32]
layers:
  - {conv: 2 ** 100, kernel: 3}
→
error[E123]: a power here is too large
  ╭─ net.yaml:3:12
3 │   - {conv: 2 ** 100, kernel: 3}
  │            ^^^^^^^^ 2**100 passes 10^18
  = help: no size in a network is that large; use a smaller exponent

## power of powers
input: [3, 32, 32]
layers:
  - {conv: 10**10**10, kernel: 3}
→
error[E123]: a power here is too large
  ╭─ net.yaml:3:12
3 │   - {conv: 10**10**10, kernel: 3}
  │            ^^^^^^^^^^ 10**10000000000 passes 10^18
  = help: no size in a network is that large; use a smaller exponent

## division by zero
input: [3, 32, 32]
vars: {n: 4}
layers:
  - {conv: 64 // (n - 4), kernel: 3}
→
error[E124]: a division by zero
  ╭─ net.yaml:4:12
4 │   - {conv: 64 // (n - 4), kernel: 3}
  │            ^^^^^^^^^^^^^ the divisor of `64 // (n - 4)` is 0

## not an expression
input: [3, 32, 32]
layers:
  - {conv: 64 filters, kernel: 3}
→
error[E120]: `64 filters` is not an expression
  ╭─ net.yaml:3:15
3 │   - {conv: 64 filters, kernel: 3}
  │               ^ this cannot be read as arithmetic
  = help: write numbers, variables, + - * / // % **, comparisons, `a if b else
    c`, or min(), max(), abs(), ceil(), floor(), round(), sqrt(), log2(),
    multiple()

## for of a billion rounds
input: [3, 32, 32]
layers:
  - for: {i: range(10**9)}
    do:
      - {conv: 64, kernel: 1}
→
error[E206]: a range here is too long
  ╭─ net.yaml:3:14
3 │   - for: {i: range(10**9)}
  │              ^^^^^^^^^^^^ more than 100,000 numbers
  = help: a network has fewer layers

## for of unequal lengths
input: [3, 32, 32]
layers:
  - for: {c: [64, 128, 256],
          n: [3, 4]}
    do:
      - {conv: c, kernel: 1, repeat: n}
→
error[E205]: the lists of `for` go in step, but `c` has 3 items and `n` 2
  ╭─ net.yaml:4:14
4 │           n: [3, 4]}
  │              ^^^^^^ 2 here
  ╰─ 3 here (net.yaml:3)
  = help: give each list as many items

## for without a list
input: [3, 32, 32]
layers:
  - for: {i: 3}
    do:
      - {conv: 64, kernel: 1}
→
error[E114]: `i` needs a list to go through
  ╭─ net.yaml:3:14
3 │   - for: {i: 3}
  │              ^ not a list
  = help: write [1, 2, 3], range(3), or a variable that is a list; `repeat: n`
    needs no variable

## kernel larger than the padded input
input: [3, 32, 32]
layers:
  - {maxpool: 8}
  - {name: wide, conv: 64, kernel: 7, padding: 1}
→
error[E302]: layer `wide` slides a window of 7 cells along an axis of 4
  ╭─ net.yaml:4:36
4 │   - {name: wide, conv: 64, kernel: 7, padding: 1}
  │                                    ^
  │ 7 cells do not fit in 6 (4 and 2 of padding)
  ╰─ `maxpool1` gives 3×4×4 (net.yaml:3)
  = help: `kernel: 6`, or `padding: 2`, or an input of 5×5 here would do

## half with an even kernel
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: 4, padding: half}
→
error[E303]: layer `conv1` pads by half a window of 4 cells
  ╭─ net.yaml:3:36
3 │   - {conv: 64, kernel: 4, padding: half}
  │                                    ^^^^ (4 − 1) / 2 is not whole
  ╰─ `input` gives 3×32×32 (net.yaml:1)
  = help: write `padding: same`, which puts the odd cell after, or take an odd
    kernel

## causal over two axes
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: 3, padding: causal}
→
error[E307]: layer `conv1` pads causally over 2 axes
  ╭─ net.yaml:3:36
3 │   - {conv: 64, kernel: 3, padding: causal}
  │                                    ^^^^^^ only one axis can be time
  ╰─ `input` gives 3×32×32 (net.yaml:1)
  = help: for one axis of several write it out: `padding: [[before, 0], …]`

## groups that do not divide
input: [3, 32, 32]
layers:
  - {name: stem, conv: 64, kernel: 3}
  - {name: body, conv: 64, kernel: 3, groups: 3}
→
error[E301]: layer `body` splits 64 channels into 3 groups
  ╭─ net.yaml:4:47
4 │   - {name: body, conv: 64, kernel: 3, groups: 3}
  │                                               ^ 64 is not a multiple of 3
  ╰─ `stem` gives 64×30×30 (net.yaml:3)
  = help: the divisors of 64 nearest 3 are 2 and 4

## too few values for the axes
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: [3]}
→
error[E308]: layer `conv1` gives `kernel` for 1 axis of 2
  ╭─ net.yaml:3:24
3 │   - {conv: 64, kernel: [3]}
  │                        ^^^ the input has 2 spatial axes: H, W
  ╰─ `input` gives 3×32×32 (net.yaml:1)
  = help: give one value for each axis, or a single one for all

## add of unequal shapes
input: [3, 32, 32]
layers:
  - {name: left, conv: 64, kernel: 3}
  - {name: right, conv: 32, kernel: 3, from: input}
  - add: [left, right]
→
error[E305]: layer `add1` takes 64×30×30 and 32×30×30
  ╭─ net.yaml:5:10
5 │   - add: [left, right]
  │          ^^^^^^^^^^^^^ 64 channels against 32
  ├─ `left` gives 64×30×30 (net.yaml:3)
  ╰─ `right` gives 32×30×30 (net.yaml:4)
  = help: a 1×1 convolution to 64 channels makes them equal; `concat` takes any
    number of channels

## concat of unequal shapes
input: [3, 32, 32]
layers:
  - {name: left, conv: 64, kernel: 3}
  - {name: right, conv: 64, kernel: 3}
  - concat: [left, right]
→
error[E306]: layer `concat1` takes 64×30×30 and 64×28×28
  ╭─ net.yaml:5:13
5 │   - concat: [left, right]
  │             ^^^^^^^^^^^^^ 30×30 against 28×28
  ├─ `left` gives 64×30×30 (net.yaml:3)
  ╰─ `right` gives 64×28×28 (net.yaml:4)
  = help: `fit: crop` cuts all to the smallest; or `padding: same` of `right`
    makes both 30×30

## dense on an unflattened input
input: [3, 32, 32]
layers:
  - {name: stem, conv: 8, kernel: 3}
  - {name: head, dense: 10}
→
error[E304]: layer `head` needs a flat input and gets 8×30×30
  ╭─ net.yaml:4:18
4 │   - {name: head, dense: 10}
  │                  ^^^^^ 8×30×30 has 2 spatial axes
  ╰─ `stem` gives 8×30×30 (net.yaml:3)
  = help: put `flatten` before it (7,200 inputs) or `global_avgpool` (8), or
    write `over: channels` for the same connection at each place

## conv on a flat input
input: [3, 32, 32]
layers:
  - flatten
  - {conv: 8, kernel: 3}
→
error[E304]: layer `conv1` convolves a flat input of 3072
  ╭─ net.yaml:4:6
4 │   - {conv: 8, kernel: 3}
  │      ^^^^ the input has no spatial axes
  ╰─ `flatten1` gives 3072 (net.yaml:3)
  = help: put it before the `flatten` or global pooling; an input is written [C,
    H, W] or [C, L]

## no projection
input: [3, 32, 32]
layers:
  - {name: stem, conv: 16, kernel: 1}
  - residual:
      - {conv: 16, kernel: 3}
    shortcut: auto
→
error[E309]: no 1×1 projection brings 16×32×32 to 16×30×30
  ╭─ net.yaml:4:5
4 │   - residual:
  │     ^^^^^^^^ its strides give 1×1
  ├─ `stem` gives 16×32×32 (net.yaml:3)
  ╰─ `conv1` gives 16×30×30 (net.yaml:5)
  = help: `padding: same` of `conv1` makes the path 16×32×32; or give the
    shortcut as a list of layers: `shortcut: [...]`

## expect not met
input: [3, 32, 32]
layers:
  - {name: stem, conv: 8, kernel: 3, expect: [8, 32, 32]}
→
error[C101]: layer `stem` gives 8×30×30 where 8×32×32 is expected
  ╭─ net.yaml:3:46
3 │   - {name: stem, conv: 8, kernel: 3, expect: [8, 32, 32]}
  │                                              ^^^^^^^^^^^ it gives 8×30×30
  = help: change the layer or what is expected of it

## two kinds in one layer
input: [3, 32, 32]
layers:
  - conv: 64
    kernel: 3
    maxpool: 2
→
error[E117]: two kinds in one layer: `conv` and `maxpool`
  ╭─ net.yaml:5:5
5 │     maxpool: 2
  │     ^^^^^^^ the second kind
  ╰─ `conv` is the first (net.yaml:3)
  = help: begin a new layer with `- ` before it

## option in both places
input: [3, 32, 32]
layers:
  - conv: {filters: 64, kernel: 3}
    kernel: 5
→
error[E118]: `kernel` is given twice
  ╭─ net.yaml:3:25
3 │   - conv: {filters: 64, kernel: 3}
  │                         ^^^^^^ given beside the kind as well
  ╰─ the other one (net.yaml:4)
  = help: keep one of them

## same name twice
input: [3, 32, 32]
layers:
  - {name: a, conv: 8, kernel: 3}
  - {name: a, conv: 8, kernel: 3}
→
error[E207]: the name `a` is taken
  ╭─ net.yaml:4:12
4 │   - {name: a, conv: 8, kernel: 3}
  │            ^ the second one
  ╰─ the first one (net.yaml:3)
  = help: give another

## same name in every round
input: [3, 32, 32]
layers:
  - for: {i: range(3)}
    do:
      - {name: down, maxpool: 2}
→
error[E207]: the name `down` is taken
  ╭─ net.yaml:5:16
5 │       - {name: down, maxpool: 2}
  │                ^^^^ given again by the next round
  = help: make it differ, as in `name: down$i` with the loop's variable

## shared weights of another shape
input: [3, 32, 32]
layers:
  - {name: a, conv: 3, kernel: 3, padding: same}
  - {name: b, conv: 3, kernel: 5, padding: same, share: a}
→
error[E208]: the weights of `a` have other shapes
  ╭─ net.yaml:4:57
4 │   - {name: b, conv: 3, kernel: 5, padding: same, share: a}
  │                                                         ^
  │ kernel 3×3×3×3, bias 3 there, kernel 3×3×5×5, bias 3 here
  ╰─ `a` is here (net.yaml:3)

## several inputs and none said
inputs: {left: [3, 32, 32], right: [3, 32, 32]}
layers:
  - {conv: 8, kernel: 3}
→
error[E209]: `conv` does not say which input it takes
  ╭─ net.yaml:3:6
3 │   - {conv: 8, kernel: 3}
  │      ^^^^ several inputs, and nothing before it
  = help: add `from:` with one of `left`, `right`

## duplicate key
input: [3, 32, 32]
layers:
  - conv: 64
    kernel: 3
    padding: same
    kernel: 5
→
error[E105]: `kernel` is given twice
  ╭─ net.yaml:6:5
6 │     kernel: 5
  │     ^^^^^^ the second one; the first is in line 4
  ╰─ the first one (net.yaml:4)
  = help: keep one of them

## colon without a space
input: [3, 32, 32]
layers:
  - conv: 64
    kernel:3
→
error[E104]: a space is missing after the colon of `kernel`
  ╭─ net.yaml:4:5
4 │     kernel:3
  │     ^^^^^^^^ one word, as YAML reads it
  = help: write `kernel: 3`

## no colon
input: [3, 32, 32]
layers
  - relu
→
error[E104]: `layers` has no colon
  ╭─ net.yaml:2:1
2 │ layers
  │ ^^^^^^ a key belongs here
  = help: a key ends in a colon: `layers:`; text that goes on from the line
    above is indented

## unclosed bracket
input: [3, 32, 32
layers:
  - relu
→
error[E104]: `[` is never closed
  ╭─ net.yaml:1:8
1 │ input: [3, 32, 32
  │        ^ opened here
  = help: write `]` where it ends

## unclosed brace
input: [3, 32, 32]
layers:
  - {conv: 64, kernel: 3
  - relu
→
error[E104]: `{` is never closed
  ╭─ net.yaml:3:5
3 │   - {conv: 64, kernel: 3
  │     ^ opened here
  = help: write `}` where it ends

## comma in braces
input: [3, 32, 32]
vars: {c: 4}
layers:
  - {conv: max(8, c), kernel: 3}
→
error[E119]: the comma cuts `max(8, c)` in two
  ╭─ net.yaml:4:12
4 │   - {conv: max(8, c), kernel: 3}
  │            ^^^^^^^^^ two entries, as YAML reads it
  = help: quote an expression with a comma inside { }: `conv: "max(8, c)"`

## not a mapping
- {conv: 64, kernel: 3}
- relu
→
error[E109]: a list stands at the top, where a spec has keys
  ╭─ net.yaml:1:1
1 │ - {conv: 64, kernel: 3}
  │ ^ this list
  = help: begin with keys: `input: [3, 224, 224]`, then `layers:` and a list
    below it

## only a word
resnet50
→
error[E109]: a text stands at the top, where a spec has keys
  ╭─ net.yaml:1:1
1 │ resnet50
  │ ^^^^^^^^ this text
  = help: begin with keys: `input: [3, 224, 224]`, then `layers:` and a list
    below it

## alias bomb
input: [3, 32, 32]
vars:
  a: &a [1, 1, 1, 1, 1, 1, 1, 1]
  b: &b [*a, *a]
→
error[E106]: `*a` is an alias, and a spec has none
  ╭─ net.yaml:4:10
4 │   b: &b [*a, *a]
  │          ^^ an alias
  ╰─ its anchor (net.yaml:3)
  = help: write the value out, or name it under `vars:` or `blocks:`
error[E106]: `*a` is an alias, and a spec has none
  ╭─ net.yaml:4:14
4 │   b: &b [*a, *a]
  │              ^^ an alias
  ╰─ its anchor (net.yaml:3)
  = help: write the value out, or name it under `vars:` or `blocks:`

## no input
layers:
  - relu
→
error[E111]: the file has no input
  ╭─ net.yaml:1:1
1 │ layers:
  │ ^^^^^^
  = help: add a line such as `input: [3, 224, 224]`

## no layers
input: [3, 32, 32]
→
error[E111]: the file has no layers
  ╭─ net.yaml:1:1
1 │ input: [3, 32, 32]
  │ ^^^^^^^^^^^^^^^^^^
  = help: add `layers:` with a list; `shapecalc new` shows one
"""

CASES = {
    name: (text, answer.rstrip())
    for name, text, answer in re.findall(r"^## (.*)\n([\s\S]*?)^→\n([\s\S]*?)(?=^##|\Z)", GOLDENS, re.MULTILINE)
}


@pytest.mark.parametrize(("text", "answer"), CASES.values(), ids=CASES.keys())
class TestEveryFault:
    def test_is_told_in_these_words(self, text, answer):
        assert told(text) == answer

    def test_is_told_within_80_columns(self, text, answer):
        assert max(cell_len(line) for line in told(text).splitlines()) <= 80

    def test_is_told_within_a_narrow_terminal(self, text, answer):
        assert max(cell_len(line) for line in told(text, 48).splitlines()) <= 48

    def test_is_told_in_no_words_of_python(self, text, answer):
        words = re.sub(r"`[^`]*`|│.*", "", told(text))
        assert not re.search(r"\b([Ii]nvalid|None|NoneType|dict|tuple|str|int|bool|float|Traceback)\b", words)

    def test_is_the_same_for_a_dict_without_a_snippet(self, text, answer):
        if (twin := dict_of(text)) is None:
            return  # what is wrong in its YAML is in no dict
        faults = build(Document.from_text(text, "net.yaml")).diagnostics
        assert build(Document.from_data(twin)).diagnostics == faults
        for fault, without in zip(faults, told(twin).split("error[")[1:], strict=True):
            assert without.startswith(f"{fault.code}]: ")
            assert " ╭─ <dict> at " in without or fault.route == ()
            assert not re.search(r"^ *\d+ │", without, re.MULTILINE)


def dict_of(text):
    try:
        return Document.from_text(text).data
    except SpecError:
        return None


# what no table of texts can hold


def test_an_empty_file():
    assert told("") == dedent("""\
        error[E103]: the file is empty
          ╭─ net.yaml:1:1
        1 │
          │ ^ nothing but comments and blank lines
          = help: `shapecalc new` writes a spec to begin with""")
    assert codes("# nothing\n\n# yet\n") == ["E103"]


def test_a_tab():
    assert told("input: [3, 32, 32]\nlayers:\n\t- relu\n") == dedent("""\
        error[E104]: a tab indents this line
          ╭─ net.yaml:3:1
        3 │     - relu
          │ ^^^^ a tab
          = help: indent with spaces""")


def test_brackets_too_deep():
    assert told("input: [3]\nlayers:\n  - " + "[" * 80 + "relu" + "]" * 80 + "\n") == dedent("""\
        error[E107]: lists and mappings are nested more than 64 deep
          ╭─ net.yaml:3:67
        3 │ …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[relu]]]]]]]]]]]]]]]]…
          │                                      ^ level 65
          = help: close the brackets that should end before; a spec is a few levels deep""")


def test_blocks_too_deep():
    blocks = "".join(f"  B{i}: {{layers: [B{i + 1}]}}\n" for i in range(70))
    assert told(f"input: [3]\nblocks:\n{blocks}  B70: {{layers: [relu]}}\nlayers: [B0]\n") == dedent("""\
        error[E206]: blocks and paths are nested deeper than 60
           ╭─ net.yaml:62:18
        62 │   B59: {layers: [B60]}
           │                  ^^^ too deep here
           = help: flatten some""")


def test_a_repeat_of_a_billion():
    start = monotonic()
    text = "input: [3]\nlayers:\n  - {relu: , repeat: 10**9}\n"
    assert told(text) == dedent("""\
        error[E206]: the network has more than 100,000 layers
          ╭─ net.yaml:3:22
        3 │   - {relu: , repeat: 10**9}
          │                      ^^^^^ counted up to here
          = help: use smaller loops or repeats""")
    assert monotonic() - start < 10


def test_a_binary_file():
    assert told(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") == dedent("""\
        error[E102]: the file is not text: at offset 8 stands a NUL byte
         ╭─ net.yaml
         = help: is this the right file? if it is, save it as UTF-8""")


def test_a_file_saved_in_another_encoding():
    assert told("name: Größe\ninput: [3]\nlayers: [relu]\n".encode("latin-1")) == dedent("""\
        error[E102]: the file is not UTF-8: at offset 8 stands the byte 0xF6
          ╭─ net.yaml:1:9
        1 │ name: Gr��e
          │         ^ this byte
          = help: save the file as UTF-8""")


def test_a_file_saved_as_utf_16():
    assert told("name: Net\n".encode("utf-16")) == dedent("""\
        error[E102]: the file is saved as UTF-16, and a spec is UTF-8
         ╭─ net.yaml
         = help: save the file as UTF-8""")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one spec, from which the tool is called."""
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "resnet.yaml").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("folder")
def test_no_such_file():
    assert told(Path("nets/resnt.yaml")) == dedent("""\
        error[E101]: there is no file `nets/resnt.yaml`
         ╭─ nets/resnt.yaml
         = help: did you mean `nets/resnet.yaml`?""")


@pytest.mark.usefixtures("folder")
def test_no_such_folder():
    assert told(Path("net/resnet.yaml")) == dedent("""\
        error[E101]: there is no file `net/resnet.yaml`
         ╭─ net/resnet.yaml
         = help: there is no folder `net` either""")


@pytest.mark.usefixtures("folder")
def test_a_folder_in_place_of_a_file():
    assert told(Path("nets")) == dedent("""\
        error[E101]: `nets` is a folder
         ╭─ nets
         = help: give a file in it: `nets/resnet.yaml`""")


# several faults


def test_a_file_with_three_faults_shows_three_errors_in_file_order():
    text = """\
        input: [3, 32, 32]
        layers:
          - {conv: 8, kernel: 40}
          - {name: left, conv: 8, kernel: 3, from: input}
          - {conv: 8, kernal: 3}
          - {conv: 8, kernel: 3, from: lft}
        """
    assert told(dedent(text)) == dedent("""\
        error[E302]: layer `conv1` slides a window of 40 cells along an axis of 32
          ╭─ net.yaml:3:23
        3 │   - {conv: 8, kernel: 40}
          │                       ^^ 40 cells do not fit in 32
          ╰─ `input` gives 3×32×32 (net.yaml:1)
          = help: `kernel: 32`, or `padding: 4`, or an input of 40×40 here would do
        error[E113]: `conv` has no option `kernal`
          ╭─ net.yaml:5:15
        5 │   - {conv: 8, kernal: 3}
          │               ^^^^^^ no option of this name
          = help: did you mean `kernel`?
        error[E201]: `lft` is not a layer before this one
          ╭─ net.yaml:6:32
        6 │   - {conv: 8, kernel: 3, from: lft}
          │                                ^^^ no layer before this one has the name
          = help: did you mean `left`?""")


MANY = """\
input: [3, 32, 32]
vars: {w: 8}
blocks:
  Down:
    params: {c: required}
    layers:
      - {conv: c, kernel: 3, padding: sane}
layers:
  - {conv: v, kernel: 3}
  - {convv: 8, kernel: 3}
  - {conv: 8, kernel: 50, from: input}
  - Down: 8
outputs: [nowhere]
budget: {params: lots}
"""


def test_faults_of_every_stage_stand_in_file_order():
    assert codes(MANY) == ["E116", "E121", "E112", "E302", "E201", "E114"]
    assert re.findall(r"net\.yaml:(\d+):", told(MANY)) == ["7", "9", "10", "11", "13", "14"]


def test_faults_of_a_dict_stand_in_its_order_too():
    assert codes(dict_of(MANY)) == codes(MANY)


def test_after_twenty_faults_the_rest_is_counted():
    answer = told("input: [3]\nlayers:\n" + "  - foo\n" * 1234).splitlines()
    assert sum(line.startswith("error[") for line in answer) == 20
    assert answer[-1] == "and 1,214 more"


def test_a_fault_inside_a_block_shows_its_line_and_the_calls_that_led_there():
    text = """\
        input: [3, 32, 32]
        blocks:
          Stage:
            params: {c: required}
            layers:
              - {maxpool: 2}
              - Down: 2 * c
          Down:
            params: {c: required}
            layers:
              - {conv: c, kernel: 17}
        layers:
          - relu
          - Stage: 8
        """
    assert told(dedent(text)) == dedent("""\
        error[E302]: layer `Stage1.Down1.conv1` slides a window of 17 cells along an
            axis of 16
           ╭─ net.yaml:11:27
        11 │       - {conv: c, kernel: 17}
           │                           ^^ 17 cells do not fit in 16
           ├─ `Stage1.maxpool1` gives 3×16×16 (net.yaml:6)
           ├─ called here (net.yaml:7)
           ╰─ called here (net.yaml:14)
           = help: `kernel: 16`, or `padding: 1`, or an input of 17×17 here would do""")


def test_a_call_over_several_lines_is_shown_where_it_begins():
    text = (
        "input: [3]\nblocks: {Down: {params: {c: 3}, layers: [{dense: c, over: x}]}}\nlayers:\n  - Down:\n      c: 4\n"
    )
    assert "called here (net.yaml:4)" in told(text)


# one fault gives one error

ONCE = {
    "a misspelt option that is required": "layers: [{conv: 8, kernal: 3}]",
    "a misspelt kind and its options": "layers: [{convv: 8, kernel: 3, stride: 2}]",
    "a misspelt layer and what follows it": "layers: [{conv: 8, kernal: 3}, {conv: 8, kernel: 3}, {dense: 10}]",
    "a shape that does not fit and what follows it": "layers: [{maxpool: 40}, {maxpool: 50}, {dense: 10}]",
    "a misspelt section": "layer: [relu]",
    "misspelt defaults": "default: {conv: {kernel: 3}}\nlayers: [{conv: 8}, {conv: 8}]",
    "misspelt blocks": "block: {B: {layers: [relu]}}\nlayers: [B, B]",
    "misspelt variables": "var: {w: 2}\nlayers: [{maxpool: w}, {maxpool: 2 * w}]",
    "misspelt layers of a block": "blocks: {B: {layer: [relu]}}\nlayers: [B]",
    "misspelt parameters of a block": "blocks: {B: {param: {c: 1}, layers: [{maxpool: c}]}}\nlayers: [B: 3]",
    "a misspelt argument": "blocks: {B: {params: {c: required}, layers: [relu]}}\nlayers: [B: {d: 3}]",
    "a misspelt do": "layers: [{for: {i: range(3)}, don: [relu]}]",
    "a misspelt join": "layers: [{parallel: {a: [relu], b: []}, jion: add}]",
    "a block called sixteen times": "blocks: {B: {layers: [maxpool: 40]}}\nlayers: [{for: {i: range(16)}, do: [B]}]",
    "a loop of sixteen rounds": "layers: [{for: {i: range(16)}, do: [{conv: n, kernel: 3}]}]",
    "a name in sixteen rounds": "layers: [{for: {i: range(16)}, do: [{name: a, relu: }]}]",
    "a repeated layer": "layers: [{conv: 8, kernel: 3, from: nowhere, repeat: 9}]",
    "a default of two layers": "defaults: {conv: {padding: sane, kernel: 3}}\nlayers: [{conv: 8}, {conv: 8}]",
    "a variable read twice": "vars: {w: 2 * v}\nlayers: [{conv: w, kernel: 3}, {conv: w + 1, kernel: 3}]",
    "an argument of two layers": "blocks: {B: {params: {c: 1}, layers: [maxpool: c, maxpool: c]}}\nlayers: [B: v]",
    "a cycle entered twice": "blocks: {A: {layers: [B, B]}, B: {layers: [A]}}\nlayers: [A, B]",
    "an option given twice": "layers: [{conv: {filters: 8, kernel: 3}, kernel: 3}, relu]",
    "two kinds": "layers: [{conv: 8, kernel: 3, maxpool: 2, dense: 3}]",
    "a layer without a kind": "layers: [{name: a, kernel: 3}, {relu, from: a}]",
    "a budget": "layers: [relu]\nbudget: {param: 3M}",
}


@pytest.mark.parametrize("text", ONCE.values(), ids=ONCE.keys())
def test_one_fault_gives_one_error(text):
    assert len(codes(f"input: [3, 32, 32]\n{text}\n")) == 1, told(f"input: [3, 32, 32]\n{text}\n")


def test_each_argument_at_fault_is_told():
    text = "input: [3]\nblocks: {B: {params: {c: 1}, layers: [{dense: c}]}}\nlayers: [B: v, B: w]\n"
    assert len(codes(text)) == 2, told(text)


# the right characters


def place(text):
    """The line of the first fault, stripped, its characters at fault between « and »."""
    line, below = (row.split("│ ", 1)[-1] for row in told(text).splitlines()[2:4])
    carets = re.search(r"\^+", below)
    cells = [cell_len(line[:index]) for index in range(len(line) + 1)]
    start, end = cells.index(carets.start()), cells.index(carets.end())
    return f"{line[:start]}«{line[start:end]}»{line[end:]}".strip()


@pytest.mark.parametrize(
    "marked",
    [
        "- {conv: «-1», kernel: 3}",
        "- conv: {filters: «0», kernel: 3}",
        "- {maxpool: «40»}",
        "- {maxpool: {size: «40»}}",
        "- {maxpool: 2, stride: [1, «0»]}",
        "- {conv: 8, kernel: [3, «yes»]}",
        "- {conv: 8, kernel: [3, 2 * «n»]}",
        "- {conv: 8, kernel: 3, padding: [[0, «x»], 1]}",
        "- {conv: 8, kernel: 3, padding: [same, «sane»]}",
        "- {conv: 8, kernel: 3, activation: {«rleu»: 3}}",
        "- {conv: 8, kernel: 3, activation: {leaky_relu: «x»}}",
        "- {conv: 8, kernel: 3, activation: {leaky_relu: {«slop»: 0.1}}}",
        "- {conv: 8, kernel: 3, norm: {batch: {epsilon: «0»}}}",
        "- {conv: 8, kernel: 3, expect: [8, «n», 30]}",
        "- {conv: 8, kernel: 3, expect: [8, 30, «0»]}",
        "- {concat: [input, «nowhere»]}",
        "- {add: [input, prev], «fitt»: crop}",
        "- {add: [input, prev], fit: «corp»}",
        '- {conv: "max(8, «n»)", kernel: 3}',
        "- {conv: '4 * «n»', kernel: 3}",
        "- {conv: 层 * «n» + 层, kernel: 3}",
        "- {name: 卷积层一, conv: 8, kernel: «n»}",
        "- {conv: $层 + 4 * «n», kernel: 3}",
        "- {relu, name: enc«$n»}",
        "- {relu, name: «a.b»}",
        "- {relu, when: 层 > «n»}",
        "- {relu, when: no, name: x«$n»}",
        "- {relu, repeat: «-1»}",
        "- {relu, share: «nowhere»}",
        "- {«kernel»: 3, stride: 2}",
        "- {«name»: a}",
        "- {for: {i: «3»}, do: [relu]}",
        "- «for»: {i: [1]}",
        "- {residual: [relu], shortcut: «atuo»}",
        "- {parallel: {a: [«rleu»]}, join: add}",
        "- {parallel: {«a.b»: [relu]}, join: add}",
        "- {parallel: {a: [relu]}, join: «sum»}",
        "- «rleu»",
        "- «5»",
    ],
)
def test_a_fault_points_at_the_right_characters(marked):
    text = marked.replace("«", "").replace("»", "")
    assert place(f"input: [3, 32, 32]\nvars: {{层: 8}}\nlayers:\n  {text}\n") == marked


def test_a_fault_of_a_variable_is_marked_where_it_is_defined():
    text = "input: [3]\nvars: {w: 4 * widht, width: 3}\nlayers:\n  - {dense: w + 100 + 200}\n"
    assert place(text) == "vars: {w: 4 * «widht», width: 3}"


def test_a_fault_of_an_argument_is_marked_in_the_call():
    text = "input: [3]\nblocks: {B: {params: {c: required}, layers: [{dense: c}]}}\nlayers:\n  - {B: 4 * widht}\n"
    assert place(text) == "- {B: 4 * «widht»}"


def test_a_fault_of_a_default_is_marked_in_the_defaults_and_says_which_layer_takes_it():
    text = "input: [3]\ndefaults: {dense: {activation: rleu}}\nlayers:\n  - relu\n  - dense: 3\n"
    assert place(text) == "defaults: {dense: {activation: «rleu»}}"
    assert "this layer takes it (net.yaml:5)" in told(text)


# what the user typed, however odd


def test_carets_stand_under_wide_characters():
    assert told("input: [3, 32]\nlayers:\n  - {name: 卷积, conv: 64, kernel: 3, stride: 零}  # 注释") == dedent("""\
        error[E121]: `零` is not a variable here
          ╭─ net.yaml:3:45
        3 │   - {name: 卷积, conv: 64, kernel: 3, stride: 零}  # 注释
          │                                               ^^ no variable of this name
          = help: define it under `vars:`, as in `vars: {零: 8}`""")


def test_carets_stand_under_characters_of_no_width():
    lines = told("input: [3]\nlayers:\n  - {name: e\u0301e\u0301, dense: 0}\n").splitlines()
    assert cell_len(lines[3][: lines[3].index("^")]) == cell_len(lines[2][: lines[2].index("0}")])


@pytest.mark.parametrize("sign", ["\\e[31m", "\\a", "\\b", "\\r", "\\x9b", "\\u202e", "\\u2066", "\\0"])
def test_no_sign_that_a_terminal_obeys_reaches_it(sign):
    odd = f'"a{sign}b"'
    for layer in (f"{{name: {odd}, relu: }}", f"{{{odd}: 3}}", f"{{relu, from: {odd}}}", f"{{dense: {odd}}}"):
        answer = told(f"input: [3]\nlayers:\n  - {layer}\n")
        assert answer.startswith("error[E")
        assert all(c.isprintable() or c == "\n" for c in answer), ascii(answer)


def test_markup_is_left_as_it_was_typed():
    assert "`[red]x` is not a layer" in told("input: [3]\nlayers:\n  - {relu, from: '[red]x'}\n")


def test_a_long_line_is_cut_around_the_caret():
    layer = f"{{name: {'a' * 300}, dense: widht, bias: yes, activation: relu, when: yes, repeat: 1}}"
    assert told(f"input: [3]\nlayers:\n  - {layer}\n") == dedent("""\
        error[E121]: `widht` is not a variable here
          ╭─ net.yaml:3:321
        3 │ …aaaaaaaaaaaaaaaaaaaaaaaaa, dense: widht, bias: yes, activation: relu, when…
          │                                    ^^^^^ no variable of this name
          = help: define it under `vars:`, as in `vars: {widht: 8}`""")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("name", ["a" * 500, "层" * 300, "a b " * 100, "e\u0301" * 300])
def test_no_line_of_a_file_is_shown_wider_than_the_terminal(name, width):
    layers = [
        f"{{name: '{name}', maxpool: 9}}",
        f"{{{name}: 3}}",
        f"{{relu, from: '{name}x'}}",
        f"{{name: {name}, dense: 0}}",
    ]
    text = "input: [3, 8, 8]\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers)
    for line in told(text, width).splitlines():
        if "│" in line:
            assert cell_len(line) <= width, line


# what cannot be pointed at


def test_a_dict_gives_the_route_in_place_of_a_line():
    data = {"input": [3, 8, 8], "blocks": {"B": {"layers": [{"conv": 3, "kernel": 9}]}}, "layers": ["relu", "B"]}
    assert told(data) == dedent("""\
        error[E302]: layer `B1.conv1` slides a window of 9 cells along an axis of 8
         ╭─ <dict> at blocks.B.layers[0].kernel
         │ 9 cells do not fit in 8
         ├─ `relu1` gives 3×8×8
         ╰─ called here
         = help: `kernel: 8`, or `padding: 1`, or an input of 9×9 here would do""")
