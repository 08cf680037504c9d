import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest


def tuples(value):
    """JSON has lists where the kernels take tuples."""
    return tuple(tuples(part) for part in value) if isinstance(value, list) else value


DATA = json.loads((Path(__file__).parents[1] / "data" / "torch_kernels.json").read_text())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["id"])
def test_a_kernel_gives_what_torch_gives(case, dtype):
    module, name = case["kernel"].split(".")
    arrays = {key: np.array(values, dtype) for key, values in case["arrays"].items()}
    options = {key: tuples(value) for key, value in case["options"].items()}
    y = getattr(import_module(f"shapecalc.kernels.{module}"), name)(**arrays, **options)
    expected = np.array(case["y"])
    assert y.dtype == dtype
    assert y.shape == expected.shape
    assert np.abs(y - expected).max() <= 1e-5 * np.abs(expected).max()
