"""The engine against PyTorch, onnxruntime and ONNX's ReferenceEvaluator, where they are installed.

Each engine runs in a process of its own, all of them taking turns, so that what else the machine does meets them alike.
One thread is the measure; with two, what BLAS and the others make of them is compared as a check.

Run: python benchmarks/engine.py [NETWORK ...] [--rounds 7] [--batch 1] [--threads 1] [--without ENGINE]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT)]

import shapecalc as sc  # noqa: E402
from shapecalc.engine.run import Prepared  # noqa: E402
from shapecalc.engine.weights import expected  # noqa: E402

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph

NETWORKS: Mapping[str, Mapping[str, str]] = {
    "vgg16": {},
    "resnet50": {},
    "mobilenet_v2": {},
    "googlenet": {},
    "unet_padded": {"": "1x128x128"},
}
"""Files in specs/, and the input where it is not the file's own."""
ENGINES = {
    "fast, with Winograd": "shapecalc",
    "fast, without Winograd": "shapecalc",
    "direct": "shapecalc",
    "its bare products": "numpy",
    "PyTorch eager": "torch",
    "onnxruntime": "onnxruntime",
    "ReferenceEvaluator": "onnx",
}
"""Each engine by its mode, and the package that it is in."""
AGAINST = "PyTorch eager"
DIRECT = "direct"
PRODUCTS = "its bare products"
"""Nothing but the matrix products that the direct kernels of convolutions and dense layers contain."""
Runs = Callable[[], Mapping[str, Any]]


def network(name: str) -> Graph:
    """A network of the collection."""
    return sc.load(ROOT / "specs" / f"{name}.yaml", inputs=dict(NETWORKS[name]))


def weights_of(graph: Graph) -> dict[str, Any]:
    """Weights as strong as seeded ones and made faster: the same random numbers over and over."""
    block = np.random.default_rng(0).standard_normal(2**16, np.float32)
    made = {}
    for name, shape in expected(graph).items():
        made[name] = np.full(shape, name.endswith(("gamma", "variance")), "float32")
        if len(shape) > 1:
            flat = made[name].reshape(-1)
            for start in range(0, flat.size, block.size):
                part = flat[start : start + block.size]
                part[...] = block[: part.size] * np.float32((2 / math.prod(shape[1:])) ** 0.5)
    return made


def prepared(engine: str, name: str, batch: int, threads: int) -> Runs:
    """A function that runs a network once by an engine."""
    graph = network(name)
    weights = weights_of(graph)
    numbers = np.random.default_rng(1)
    inputs = {key: numbers.standard_normal((batch, *x)).astype("float32") for key, x in graph.inputs.items()}
    if engine == DIRECT or engine.startswith("fast"):
        mode = "direct" if engine == DIRECT else "fast"
        ours = Prepared(graph, weights, engine=mode, winograd=engine == "fast, with Winograd", shown=())
        return lambda: ours.run(inputs).outputs

    from others import in_onnx, in_torch, products  # noqa: PLC0415  they are not needed for ours

    if engine == PRODUCTS:
        return products(graph, batch)

    if engine == "PyTorch eager":
        import torch  # noqa: PLC0415

        torch.set_num_threads(threads)
        theirs = in_torch(graph, weights)
        return lambda: theirs(inputs)
    model = in_onnx(graph, weights, batch)
    names = list(graph.outputs)
    del weights
    if engine == "onnxruntime":
        import onnxruntime  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
        del model
        return lambda: dict(zip(names, session.run(None, inputs), strict=True))
    from onnx.reference import ReferenceEvaluator  # noqa: PLC0415

    evaluator = ReferenceEvaluator(model)
    return lambda: dict(zip(names, evaluator.run(None, inputs), strict=True))


def work(engine: str, name: str, batch: int, threads: int, file: str) -> None:
    """One engine's process: a run for every line that is read, its seconds a line that is written."""
    run = prepared(engine, name, batch, threads)
    np.savez(file, **run())
    run()
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(time.perf_counter() - start, flush=True)
    print(json.dumps({"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)


class Worker:
    """A process that runs one network by one engine."""

    def __init__(self, engine: str, name: str, batch: int, threads: int, file: Path) -> None:
        self.file = file
        self.seconds: list[float] = []
        alike = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
        options = {"--work": engine, "--batch": str(batch), "--threads": str(threads), "--file": str(file)}
        self.process = subprocess.Popen(
            [sys.executable, __file__, name, *(word for option in options.items() for word in option)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **alike},
            cwd=ROOT,
        )
        self.ready = self.line() == "ready"
        """Whether it can run the network at all."""

    def line(self) -> str:
        """What it writes next."""
        stream: IO[str] | None = self.process.stdout
        return stream.readline().strip() if stream else ""

    def turn(self) -> None:
        """Let it run once."""
        if self.process.stdin:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            self.seconds.append(float(self.line()))

    def end(self) -> float:
        """Let it go; the most memory it held, in bytes."""
        if self.process.stdin:
            self.process.stdin.close()
        peak = json.loads(self.line())["peak"]
        self.process.wait()
        return float(peak)


def apart(file: Path, other: Path) -> float:
    """The largest difference of the outputs in two files, in parts of the largest number of the second."""
    with np.load(file) as ours, np.load(other) as theirs:
        pairs = list(zip(ours.values(), theirs.values(), strict=True))
        return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)


def compare(name: str, engines: list[str], rounds: int, batch: int, threads: int) -> None:
    """Time one network by all engines in turn, and print a line for each."""
    with TemporaryDirectory() as folder:
        files = {engine: Path(folder) / f"{number}.npz" for number, engine in enumerate(engines)}
        tried = {engine: Worker(engine, name, batch, threads, file) for engine, file in files.items()}
        workers = {engine: worker for engine, worker in tried.items() if worker.ready}
        for _ in range(rounds):
            for worker in workers.values():
                worker.turn()
        peaks = {engine: worker.end() for engine, worker in workers.items()}
        base = workers.get(AGAINST)
        print(f"\n{name}, batch {batch}, {threads} thread{'s' if threads > 1 else ''}, medians of {rounds}")
        for engine, worker in workers.items():
            ratio = ""
            if base is not None:
                times = statistics.median(a / b for a, b in zip(worker.seconds, base.seconds, strict=True))
                ratio = f"{times:6.2f} × {AGAINST}"
                if engine not in {AGAINST, PRODUCTS}:
                    ratio += f", {apart(files[engine], files[AGAINST]):.0e} apart"
            milliseconds = statistics.median(worker.seconds) * 1000
            print(f"  {engine:<24}{milliseconds:9.1f} ms{peaks[engine] / 2**20:8.0f} MiB at most  {ratio}", flush=True)
        if DIRECT in workers and PRODUCTS in workers:
            pairs = zip(workers[DIRECT].seconds, workers[PRODUCTS].seconds, strict=True)
            print(f"  direct takes {statistics.median(a / b for a, b in pairs):.2f} × its bare products")
        for engine in tried.keys() - workers.keys():
            print(f"  {engine:<24}  cannot run it")


def main() -> None:
    """Compare what is installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help=", ".join(NETWORKS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--without", action="append", default=[], choices=list(ENGINES), metavar="ENGINE")
    parser.add_argument("--work", metavar="ENGINE", help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if unknown := [name for name in given.networks if name not in NETWORKS]:
        parser.error(f"no network {', '.join(unknown)}; there are {', '.join(NETWORKS)}")
    if given.work:
        work(given.work, given.networks[0], given.batch, given.threads, given.file)
        return
    engines = [engine for engine, package in ENGINES.items() if find_spec(package) and engine not in given.without]
    if missing := [engine for engine, package in ENGINES.items() if not find_spec(package)]:
        print(f"not installed: {', '.join(missing)}")
    for name in given.networks or NETWORKS:
        compare(name, engines, given.rounds, given.batch, given.threads)


if __name__ == "__main__":
    main()
