"""The engine gives what torchvision's networks give, with the same weights carried across by the names of layers."""

import json
import math
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.engine.run import run
from shapecalc.engine.weights import expected

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "torchvision.json"

PLAIN = {"init_weights": False, "aux_logits": False}
BACKBONE = {"weights_backbone": None, "aux_loss": True}
# swin_t is not among them: its figures are torchvision's, but its shifted windows see across the seam, which is masked
# there, and its channels are merged in another order
# a file in specs/: the model's name there, its options, and the input where it is smaller than the file's own
MODELS = {
    "alexnet": ("alexnet", {}, None),
    "convnext_tiny": ("convnext_tiny", {}, [3, 96, 64]),
    "deeplab_v3": ("segmentation.deeplabv3_resnet50", BACKBONE, [3, 97, 81]),
    "densenet121": ("densenet121", {}, [3, 96, 64]),
    "efficientnet_b0": ("efficientnet_b0", {}, [3, 96, 65]),
    "fcn_resnet50": ("segmentation.fcn_resnet50", BACKBONE, [3, 97, 81]),
    "googlenet": ("googlenet", PLAIN, [3, 96, 65]),
    "inception_v3": ("inception_v3", PLAIN, [3, 99, 107]),
    "mnasnet1_0": ("mnasnet1_0", {}, [3, 96, 65]),
    "mobilenet_v2": ("mobilenet_v2", {}, [3, 96, 65]),
    "mobilenet_v3_large": ("mobilenet_v3_large", {}, [3, 96, 65]),
    "mobilenet_v3_small": ("mobilenet_v3_small", {}, [3, 96, 65]),
    "r2plus1d_18": ("video.r2plus1d_18", {}, [3, 5, 33, 48]),
    "regnet_y_400mf": ("regnet_y_400mf", {}, [3, 96, 65]),
    "resnet18": ("resnet18", {}, [3, 96, 65]),
    "resnet34": ("resnet34", {}, [3, 96, 65]),
    "resnet50": ("resnet50", {}, None),
    "resnet101": ("resnet101", {}, [3, 96, 65]),
    "resnet152": ("resnet152", {}, [3, 96, 65]),
    "resnext50": ("resnext50_32x4d", {}, [3, 96, 65]),
    "shufflenet_v2": ("shufflenet_v2_x1_0", {}, [3, 96, 64]),
    "squeezenet1_0": ("squeezenet1_0", {}, [3, 96, 65]),
    "squeezenet1_1": ("squeezenet1_1", {}, [3, 96, 65]),
    "vgg16": ("vgg16", {}, None),
    "vgg19": ("vgg19", {}, None),
    "vit_b_16": ("vit_b_16", {}, None),
    "wide_resnet50": ("wide_resnet50_2", {}, [3, 96, 65]),
}


def loaded(name):
    shape = MODELS[name][2]
    return sc.load(ROOT / "specs" / f"{name}.yaml", inputs=None if shape is None else {"": shape})


def vision():
    """torchvision's models; of a build whose compiled operators are missing it needs no more than their names."""
    torch = pytest.importorskip("torch")
    library = None
    while True:
        try:
            import torchvision.models  # noqa: F401
        except ImportError:
            pytest.skip("torchvision is not installed")
        except RuntimeError as error:
            missing = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if not missing:
                raise
            library = library or torch.library.Library("torchvision", "DEF")
            library.define(f"{missing[1]}(Tensor x) -> Tensor")
            for module in [module for module in sys.modules if module.split(".")[0] == "torchvision"]:
                del sys.modules[module]
        else:
            KEPT.append(library)  # the names are gone when it is
            return torch, sys.modules["torchvision"].models


KEPT = []
RENAMED = {"weight": "kernel", "bias": "bias", "running_mean": "mean", "running_var": "variance"}


def tensors(model, name):
    """The tensors of a torchvision model, module by module, in the order in which they are written in our file."""
    found = {}
    for key, tensor in model.state_dict().items():
        module, _, tensor_name = key.rpartition(".")
        if tensor_name != "num_batches_tracked":
            found.setdefault(module, {})[tensor_name] = tensor.numpy()
    if name == "regnet_y_400mf":  # the shortcut is written after the path
        order = sorted(found, key=lambda module: moved(module, r"(.*block\d+-\d+)\.proj\.", list(found)))
        found = {module: found[module] for module in order}
    return found


def moved(module, pattern, modules):
    """Where a module stands once those that fit a pattern come at the end of what they are part of."""
    match = re.match(pattern, module)
    if not match:
        return modules.index(module), 0
    return max(i for i, other in enumerate(modules) if other.startswith(f"{match[1]}.")), modules.index(module)


def paired(model, name, graph):
    """The tensors of a model by our names: layer by layer, and each has to have the shape that is due."""
    shapes = expected(graph)
    if name in SPECIAL:
        flat = SPECIAL[name](model)
    else:
        flat = [tensor for module in tensors(model, name).values() for tensor in module.values()]
    made = {}
    assert len(flat) == len(shapes)
    for (key, shape), tensor in zip(shapes.items(), flat, strict=True):
        assert tensor.size == math.prod(shape), key
        assert [n for n in tensor.shape if n > 1] == [n for n in shape if n > 1], key
        made[key] = tensor
    return made


def carried(model, name, graph):
    """The weights of a model by our names, in our shapes."""
    shapes = expected(graph)
    pairs = paired(model, name, graph).items()
    return {key: np.ascontiguousarray(tensor).reshape([int(n) for n in shapes[key]]) for key, tensor in pairs}


def convnext(model):
    """The scale of a block comes after its layers."""
    found = tensors(model, "convnext_tiny")
    flat = []
    for module, own in found.items():
        if "layer_scale" in own:
            continue
        flat += own.values()
        block = module.rpartition(".block.")[0]
        if module.endswith(".block.5"):
            flat.append(found[block]["layer_scale"])
    return flat


def heads(weight, bias):
    """One matrix for query, key and value, taken apart: three matrices, then three biases."""
    return [*np.split(weight, 3)], [*np.split(bias, 3)]


def vit(model):
    state = {key: tensor.numpy() for key, tensor in model.state_dict().items()}
    embedding = state["encoder.pos_embedding"][0].T
    first = {
        "kernel": state["conv_proj.weight"],
        "bias": state["conv_proj.bias"],
        "token": state["class_token"].reshape(-1),
        "positions": embedding,
    }
    flat = []
    layers = [key.rpartition(".")[0] for key in state if ".self_attention.in_proj_weight" in key]
    for attention in layers:
        layer = attention.rpartition(".")[0]
        matrices, biases = heads(state[f"{attention}.in_proj_weight"], state[f"{attention}.in_proj_bias"])
        flat += [state[f"{layer}.ln_1.weight"], state[f"{layer}.ln_1.bias"]]
        flat += [*matrices, state[f"{attention}.out_proj.weight"], *biases, state[f"{attention}.out_proj.bias"]]
        flat += [state[f"{layer}.ln_2.weight"], state[f"{layer}.ln_2.bias"]]
        flat += [state[f"{layer}.mlp.{part}"] for part in ("0.weight", "0.bias", "3.weight", "3.bias")]
    last = ("encoder.ln.weight", "encoder.ln.bias", "heads.head.weight", "heads.head.bias")
    return [*(first[key] for key in ("kernel", "bias", "token", "positions")), *flat, *(state[key] for key in last)]


SPECIAL = {"convnext_tiny": convnext, "vit_b_16": vit}


def given(shapes, k=5):
    return {name: pattern((1, *shape), k) * 2 for name, shape in shapes.items()}


def pattern(shape, k):
    """Numbers between -0.5 and 0.5 that anybody can make."""
    i = np.arange(math.prod(shape), dtype=np.int64)
    return (((i * i + 37 * i + 11 * k) % 61 - 30) / 61).reshape([int(n) for n in shape])


def weights_of(shapes):
    """What the note in the data says of a tensor."""
    made = {}
    for k, (name, shape) in enumerate(shapes.items()):
        x = pattern(shape, k)
        if name.endswith(("gamma", "variance")):
            made[name] = 1 + x / 2
        else:
            made[name] = x * (12 / math.prod(shape[1:])) ** 0.5 if len(shape) > 1 else x / 4
    return made


@pytest.mark.parametrize("winograd", [True, False], ids=["winograd", "no-winograd"])
@pytest.mark.parametrize("name", MODELS)
def test_torchvision_gives_the_same_for_the_same_weights(name, winograd):
    torch, models = vision()
    path, options, _ = MODELS[name]
    graph = loaded(name)
    maker = models
    for part in path.split("."):
        maker = getattr(maker, part)
    torch.manual_seed(3)
    model = maker(weights=None, **options).eval()
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Conv2d | torch.nn.Conv3d | torch.nn.Linear):
                torch.nn.init.kaiming_normal_(module.weight, nonlinearity="linear")
            if isinstance(module, torch.nn.BatchNorm2d | torch.nn.BatchNorm3d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
                torch.nn.init.uniform_(module.weight, 0.5, 1.5)
    weights = carried(model, name, graph)
    ((key, shape),) = graph.inputs.items()
    x = np.random.default_rng(2).standard_normal((1, *shape)).astype("float32")
    with torch.inference_mode():
        theirs = model(torch.from_numpy(x))
    theirs = list(theirs.values()) if isinstance(theirs, dict) else [theirs]
    ours = run(graph, {key: x}, weights, winograd=winograd, shown=()).outputs.values()
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == tuple(b.shape)
        assert np.abs(a - b.numpy()).max() <= 1e-5 * float(b.abs().max())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", json.loads(DATA.read_text())["cases"], ids=lambda case: case["id"])
def test_a_shipped_network_gives_what_torchvision_gave(case, dtype):
    graph = loaded(case["id"])
    made = {name: x.astype(dtype) for name, x in weights_of(expected(graph)).items()}
    inputs = {name: x.astype(dtype) for name, x in given(graph.inputs).items()}
    (y,) = run(graph, inputs, made, shown=()).outputs.values()
    assert list(y.shape) == case["shape"]
    seen = y.reshape(-1)[:: case["every"]]
    assert np.abs(seen - case["y"]).max() <= (1e-5 if dtype == "float32" else 1e-11) * case["largest"]
