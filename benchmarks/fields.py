"""The receptive fields of networks of 1,000 layers that go down eight levels and up again.

Run: python benchmarks/fields.py [RUNS]
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT)]

import shapecalc as sc  # noqa: E402
from shapecalc.analysis.receptive import receptive_fields  # noqa: E402

CONV = {"conv": 2, "kernel": 3, "padding": "same"}
UP = {"conv_transpose": 2, "kernel": 2, "stride": 2}
DOWN = {"maxpool": 2}
LEVELS = 8


def unet(convs: int) -> list[dict[str, Any]]:
    """A U-Net with so many convolutions on each level, on either side."""
    layers: list[dict[str, Any]] = []
    for level in range(LEVELS):
        layers += [*[CONV] * (convs - 1), {**CONV, "name": f"down{level}"}, DOWN]
    layers += [CONV] * convs
    for level in reversed(range(LEVELS)):
        layers += [{**UP, "name": f"up{level}"}, {"concat": [f"down{level}", f"up{level}"]}, *[CONV] * convs]
    return layers


NETWORKS = {
    "58 convolutions on each of 17 levels, U-Net": unet(58),
    "983 convolutions of 256 phases each": [CONV, *[DOWN] * LEVELS, *[UP] * LEVELS, *[CONV] * 983],
}


def main() -> None:
    """Time both, and print medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, layers in NETWORKS.items():
        graph = sc.load({"input": [1, 1024, 1024], "layers": layers})
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            fields = receptive_fields(graph)
            times.append(time.perf_counter() - start)
        sizes = next(iter(fields[graph.nodes[-1].name].values())).sizes  # type: ignore[union-attr]
        print(f"{name}: {len(graph)} layers, {min(sizes)} to {max(sizes)} cells, {statistics.median(times):.2f} s")


if __name__ == "__main__":
    main()
