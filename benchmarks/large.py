"""Whole-process time of `analyze --format json` on files of 10,000 and 20,000 layers, written out and looped.

Run: python benchmarks/large.py [RUNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEAD = "name: large\ninput: [64, 32, 32]\nlayers:\n"
LAYER = "{conv: 64, kernel: 3, padding: same}"
FILES = {
    "10,000 written out": HEAD + f"  - {LAYER}\n" * 10_000,
    "20,000 written out": HEAD + f"  - {LAYER}\n" * 20_000,
    "10,000 by for": HEAD + f"  - for: {{i: range(10000)}}\n    do: [{LAYER}]\n",
    "10,000 by repeat": HEAD + f"  - {LAYER[:-1]}, repeat: 10000}}\n",
}


def seconds(file: Path) -> float:
    """The wall time of one `analyze` process."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "shapecalc", "analyze", str(file), "--format", "json"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Time every file in turn, and print medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder, f"{index}.yaml") for index, name in enumerate(FILES)}
        for name, file in files.items():
            file.write_text(FILES[name], encoding="utf-8")
        times: dict[str, list[float]] = {name: [] for name in files}
        for _ in range(runs):
            for name, file in files.items():
                times[name].append(seconds(file))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, value in medians.items():
        print(f"{name:20} {value:.2f} s")
    print(f"twice the layers cost {medians['20,000 written out'] / medians['10,000 written out']:.2f} times the time")


if __name__ == "__main__":
    main()
