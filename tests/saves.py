"""What PyTorch's autograd keeps for the way back, of each kind and of whole networks, as its hooks see it.

With torch and torchvision installed, ``python -m tests.saves`` writes tests/data/saves.json anew: for a batch of 2 and
of 3, the bytes of all storages that are saved, each once, those of parameters and buffers left out. Dropout is
``torch.native_dropout``, which keeps a mask of one byte as on a GPU; stochastic depth is off. The peak of a network's
training step is that of all storages that its operations make, less those that become gradients of parameters and the
gradient that is handed in, with the input; each is seen to come and to go.
"""

import gc
import json
import weakref
from pathlib import Path

from tests.analysis.memory.cases import CASES, FUSED

DATA = Path(__file__).parent / "data" / "saves.json"
BATCHES = (2, 3)
NETWORKS = {
    "alexnet": ("alexnet", {}),
    "convnext_tiny": ("convnext_tiny", {}),
    "densenet121": ("densenet121", {}),
    "efficientnet_b0": ("efficientnet_b0", {}),
    "googlenet": ("googlenet", {"aux_logits": False, "init_weights": False}),
    "inception_v3": ("inception_v3", {"aux_logits": False, "init_weights": False}),
    "mnasnet1_0": ("mnasnet1_0", {}),
    "mobilenet_v2": ("mobilenet_v2", {}),
    "mobilenet_v3_large": ("mobilenet_v3_large", {}),
    "mobilenet_v3_small": ("mobilenet_v3_small", {}),
    "regnet_y_400mf": ("regnet_y_400mf", {}),
    "resnet18": ("resnet18", {}),
    "resnet34": ("resnet34", {}),
    "resnet50": ("resnet50", {}),
    "resnet101": ("resnet101", {}),
    "resnext50": ("resnext50_32x4d", {}),
    "shufflenet_v2": ("shufflenet_v2_x1_0", {}),
    "squeezenet1_0": ("squeezenet1_0", {}),
    "squeezenet1_1": ("squeezenet1_1", {}),
    "swin_t": ("swin_t", {}),
    "vgg16": ("vgg16", {}),
    "vit_b_16": ("vit_b_16", {}),
    "wide_resnet50": ("wide_resnet50_2", {}),
}
"""A file in specs/: torchvision's builder, and its options."""
CHECKPOINTED = ("resnet18", "resnet50", "mobilenet_v2")
"""Networks whose blocks are run again as well, by torch.utils.checkpoint without re-entrance."""
BLOCKS = {"BasicBlock", "Bottleneck", "InvertedResidual"}


def saved(run, own):
    """The bytes of the storages that are saved in a run, each once, and what it gives."""
    import torch

    left_out = {tensor.untyped_storage().data_ptr() for tensor in own()}
    sizes, held = {}, []

    def pack(tensor):
        held.append(tensor)
        sizes[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        y = run()
    left_out |= {tensor.untyped_storage().data_ptr() for tensor in own()}
    return sum(size for place, size in sizes.items() if place not in left_out), y


def of_case(given, code, batch):
    """The bytes that a case saves."""
    import torch
    from torch import nn
    from torch.nn import functional as F  # noqa: N812

    torch.manual_seed(1)
    own = []

    def parameter(*shape):
        own.append(nn.Parameter(torch.rand(shape)))
        return own[-1]

    def buffer(*shape):
        own.append(torch.rand(shape))
        return own[-1]

    names = {"torch": torch, "F": F, "p": parameter, "b": buffer, "x": torch.randn(batch, *given, requires_grad=True)}
    return saved(lambda: exec(code, names), lambda: own)[0]


def built(name):
    """A torchvision model, in training."""
    from tests.engine.test_torchvision import vision

    torch, models = vision()
    builder, options = NETWORKS[name]
    torch.nn.functional.dropout = lambda x, p=0.5, training=True, inplace=False: (  # noqa: ARG005  as it is called
        torch.native_dropout(x, p, train=True)[0] if training and p else x
    )
    model = getattr(models, builder)(weights=None, **options).train()
    for module in model.modules():
        if type(module).__name__ == "StochasticDepth":
            module.p = 0.0
    return torch, model


def side_of(name):
    """The input of a network."""
    side = 299 if name == "inception_v3" else 224
    return 3, side, side


def saved_of(name):
    """The bytes that a network saves, for each batch."""
    torch, model = built(name)
    own = [*model.parameters(), *model.buffers()]
    return [
        saved(lambda: model(torch.randn(batch, *side_of(name))), lambda: own)[0]  # noqa: B023  run at once
        for batch in BATCHES
    ]


def peak_of(name, *, checkpointed=False):
    """The most bytes that are alive in a training step of a network, for each batch."""
    torch, model = built(name)
    if checkpointed:
        from torch.utils.checkpoint import checkpoint

        for module in model.modules():
            if type(module).__name__ in BLOCKS:
                module.forward = lambda x, run=module.forward: checkpoint(run, x, use_reentrant=False)
    return [step(torch, model, torch.randn(batch, *side_of(name))) for batch in BATCHES]


def step(torch, model, x):  # noqa: C901  a class that watches, inside
    """The most bytes that are alive in one step."""
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_leaves

    places, events = {}, []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            y = function(*args, **(kwargs or {}))
            for tensor in tree_leaves(y):
                if isinstance(tensor, torch.Tensor):
                    self.see(tensor.untyped_storage())
            return y

        def see(self, storage):
            if storage._cdata not in places:  # noqa: SLF001
                number, size = len(events), storage.nbytes()
                places[storage._cdata] = number  # noqa: SLF001
                events.append((number, size))
                weakref.finalize(storage, self.gone, storage._cdata, number, size)  # noqa: SLF001

        def gone(self, place, number, size):
            events.append((number, -size))
            if places.get(place) == number:
                del places[place]

    gc.collect()
    model.zero_grad(set_to_none=True)
    for tensor in (*model.parameters(), *model.buffers(), x):
        places[tensor.untyped_storage()._cdata] = -1  # noqa: SLF001
    with Watch():
        y = model(x)
        given = torch.ones_like(y)
        y.backward(given)
    last = (given, *(parameter.grad for parameter in model.parameters()))
    left_out = {places[tensor.untyped_storage()._cdata] for tensor in last}  # noqa: SLF001
    alive = most = x.nbytes
    for number, size in events:
        if number not in left_out:
            alive += size
            most = max(most, alive)
    return most


def main():
    import torch

    data = {
        "versions": {"torch": torch.__version__.split("+")[0], "torchvision": "0.28.0"},
        "batches": BATCHES,
        "kinds": {name: [of_case(given, code, batch) for batch in BATCHES] for name, given, _, code in CASES},
        "fused attention": [of_case(FUSED[1], FUSED[3], batch) for batch in BATCHES],
        "networks": {name: {"saved": saved_of(name), "peak": peak_of(name)} for name in NETWORKS},
        "checkpointed": {name: peak_of(name, checkpointed=True) for name in CHECKPOINTED},
    }
    DATA.write_text("{\n" + ",\n".join(f"{json.dumps(key)}: {lines(value)}" for key, value in data.items()) + "\n}\n")


def lines(value):
    """Data as text, a figure a line."""
    if not isinstance(value, dict):
        return json.dumps(value)
    return "{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(one)}" for key, one in value.items()) + "\n}"


if __name__ == "__main__":
    main()
