"""The engine gives what other engines gave for the same numbers."""

import numpy as np
import pytest

from tests.kinds import MODULES
from tests.oracles import kept, ours, theirs

CASES = [
    pytest.param(family, *case, id=f"{family}: {case[0]}")
    for family, module in MODULES.items()
    for case in getattr(module, "ORACLES", ())
]


@pytest.mark.parametrize(("family", "name", "spec", "code"), CASES)
def test_a_layer_gives_what_torch_gave(family, name, spec, code):
    assert "y = " in code
    case = kept(family)[name]
    y, expected = ours(spec), np.array(case["y"]).reshape(case["shape"])
    assert y.shape == expected.shape
    assert np.abs(y - expected).max() <= 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize(("family", "name", "spec", "code"), CASES)
def test_what_is_kept_is_what_torch_gives(family, name, spec, code):
    pytest.importorskip("torch")
    case, y = kept(family)[name], theirs(spec, code)
    assert list(y.shape) == case["shape"]
    assert np.abs(y.ravel() - np.array(case["y"])).max() <= 1e-7 * max(1.0, np.abs(y).max())
