"""What a recurrent layer does: products of its gates, and states that it makes."""

from __future__ import annotations

from shapecalc.figure import formula

PYTORCH = "PyTorch 2.13 documentation"


@formula(source=f"{PYTORCH}, torch.nn.RNN, torch.nn.GRU and torch.nn.LSTM: what is computed for each element")
def recurrent_macs(steps: int, directions: int, gates: int, units: int, inputs: int, states: int) -> int:
    """MACs of a recurrent layer: at each step each unit of each gate reads all inputs and all states before."""
    return steps * directions * gates * units * (inputs + states)


@formula(source=f"{PYTORCH}, torch.nn.LSTM: proj_size")
def projection_macs(steps: int, directions: int, units: int, states: int) -> int:
    """MACs of a recurrent projection: at each step the units are brought to fewer states."""
    return steps * directions * units * states


@formula(source="by definition")
def unit_steps(steps: int, directions: int, units: int, layers: int) -> int:
    """How often a unit makes its state anew: once a step, in each direction of each layer."""
    return steps * directions * units * layers
