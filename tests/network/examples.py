"""The examples of the design, word for word, and one file with a little of everything."""

RESNET = """\
name: ResNet-50
input: [3, 224, 224]
defaults:
  conv: {padding: half, bias: no,
         norm: batch, activation: relu}
blocks:
  Bottleneck:
    params: {c: required, stride: 1}
    layers:
      - residual:
          - {conv: c, kernel: 1}
          - {conv: c, kernel: 3, stride: stride}
          - {conv: 4*c, kernel: 1,
             activation: none}
        shortcut: auto
        activation: relu
layers:
  - {conv: 64, kernel: 7, stride: 2}
  - {maxpool: 3, stride: 2, padding: 1}
  - for: {c: [64, 128, 256, 512],
          n: [3, 4, 6, 3], s: [1, 2, 2, 2]}
    do:
      - Bottleneck: {c: c, stride: s}
      - {Bottleneck: c, repeat: n - 1}
  - global_avgpool
  - dense: 1000
budget: {params: 25.6M, macs: 4.2G}
"""

UNET = """\
name: U-Net
input: [1, 572, 572]
vars: {width: 64, depth: 4, classes: 2}
defaults:
  conv: {kernel: 3, activation: relu}
blocks:
  Double:
    params: {c: required}
    layers:
      - conv: c
      - conv: c
layers:
  - for: {i: range(depth)}
    do:
      - {Double: width * 2**i, name: enc$i}
      - maxpool: 2
  - {Double: width * 2**depth, expect: [1024, 28, 28]}
  - for: {i: reversed(range(depth))}
    do:
      - {conv_transpose: width * 2**i, kernel: 2, stride: 2}
      - {concat: [enc$i, prev], fit: crop}
      - Double: width * 2**i
  - {conv: classes, kernel: 1, activation: none,
     expect: [2, 388, 388]}
"""

INCEPTION = """\
name: Inception 3a
input: [192, 28, 28]
vars: {reduce: yes}
defaults:
  conv: {padding: same, activation: relu}
layers:
  - parallel:
      one:   [{conv: 64, kernel: 1}]
      three: [{conv: 96, kernel: 1, when: reduce}, {conv: 128, kernel: 3}]
      five:  [{conv: 16, kernel: 1, when: reduce}, {conv: 32, kernel: 5}]
      pool:  [{maxpool: 3, stride: 1, padding: same}, {conv: 32, kernel: 1, when: reduce}]
    join: concat
"""

SUNDRY = """\
name: Sundry
description: A little of everything.
source: nowhere
inputs: {left: [3, 16, 16], right: {H: 16, C: 3, W: 16}, flat: 7}
vars: {w: 4, act: tanh, deep: no, half: w // 2, widths: [2, w]}
defaults: {leaky_relu: {slope: 0.1}}
blocks:
  Pair:
    description: twice
    params: {c: required, k: 3, act: relu}
    layers:
      - {conv: c, kernel: k, padding: same, activation: $act}
      - {conv: c, kernel: 1, share: Pair1.conv2, when: no}
layers:
  - {name: a, conv: w, kernel: [3, 3], padding: [[1, 1], same], norm: batch, activation: $act, from: left}
  - {name: b, conv: {filters: w, kernel: 3x3}, padding: 1, norm: batch, activation: tanh, from: right, share: a}
  - {add: [a, b], activation: {leaky_relu: 0.2}}
  - {Pair: w, repeat: 2, name: pair}
  - {Pair: {c: half, k: 1}, act: none}
  - for: {c: widths, i: range(2)}
    do:
      - {name: c$i, conv: c, kernel: 1, groups: 1, dilation: 2, bias: not deep}
      - {dropout: 1 / 4, when: i > 0 and deep}
  - {residual: [{conv: 6, kernel: 3, stride: 2, padding: half}], shortcut: auto, name: r$(w - 1), norm: batch}
  - {residual: [relu], shortcut: [{avgpool: 3, stride: 1, padding: same}], activation: relu}
  - {parallel: {x: [], y: [{maxpool: 3, stride: 1, padding: same, ceil: no}]}, join: multiply}
  - {conv_transpose: 3, kernel: 4, stride: 2, padding: 1, output_padding: 1, expect: [3, 17, 17]}
  - {concat: [prev, left], fit: crop}
  - {global_avgpool: , keep: yes}
  - {dense: "max(10, w)", over: channels, name: out}
  - flatten
  - {name: other, dense: 3, from: flat}
outputs: [out, other]
budget: {params: 1M, memory: 64 MiB, receptive_field: ">= 1"}
published: [{params: 1000, macs: 1.2k, convention: macs, source: by hand}]
"""

EXAMPLES = (RESNET, UNET, INCEPTION, SUNDRY)
