"""The golden values of CLAR's training step: ResNet-18 in two and in one dimension, heads, NT-Xent and the labels'
cross-entropy, gradients, and ten steps of LARS in PyTorch.

Everything is computed twice, in double precision (the truth, recorded) and in float32 (its error is recorded: ours has
to be of that order). Weights and inputs are hashed (hashed_values.py). Writes clar_reference.json beside itself.

Choices: batch norm eps 1e-5 and momentum 0.01 (running average 0.99); views are (first views..., second views...), of
(3 channels, 32 frames, 32 bands) or (1, 128 samples). LARS as in SimCLR: no adaptation and no decay of biases and norms.
The input's number is the one of sixty at which the values at ReLUs and the two largest of a window keep farthest away from
the kinks, 9e-6: float32 that takes the other side once is off by 1e-3 of a gradient. Needs torch, torchvision, numpy.
"""
import math
import pathlib

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from hashed_values import hashed_values, rounded, summary, write
from torchvision.models.resnet import BasicBlock, ResNet

CLIPS, LABELS, CLASSES, HIDDEN, WIDTH = 5, [0, -1, 1, 2, 1], 3, 64, 32
SHAPES = {"resnet18-2d": (3, 32, 32), "resnet18-1d": (1, 128)}
TEMPERATURE, STEPS, MOMENTUM, DECAY, TRUST = 0.5, 10, 0.9, 1e-4, 0.001
LEARNING_RATE = 0.004  # gentler than in training: float32 has to follow ten steps
INPUT, BUFFER = 1104, 3000  # parameter numbers: the input's, + number of the buffer


class Layer(nn.Linear):
    """Dense, batch norm, ReLU."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs, bias=False)
        self.norm = nn.BatchNorm1d(outputs)

    def forward(self, x):
        return F.relu(self.norm(super().forward(x)))


class Classifier(nn.Linear):
    """Batch norm, ReLU, dense."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.norm = nn.BatchNorm1d(inputs)

    def forward(self, x):
        return super().forward(F.relu(self.norm(x)))


class Clar(ResNet):
    def __init__(self, name):
        super().__init__(BasicBlock, [2, 2, 2, 2])
        if name == "resnet18-1d":
            flatten(self)
            self.conv1, self.maxpool = nn.Conv1d(1, 64, 7, 2, 3, bias=False), nn.MaxPool1d(9, 2, 1)
            self.avgpool = nn.AdaptiveAvgPool1d(1)
        self.fc = nn.Identity()
        self.projection = nn.ModuleList([Layer(512, HIDDEN), nn.Linear(HIDDEN, WIDTH)])
        self.classifier = Classifier(WIDTH, CLASSES)
        for layer in self.modules():
            if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
                layer.momentum = 0.01

    def losses(self, views):
        z = self.projection[1](self.projection[0](self(views)))
        u = F.normalize(z)
        similarity = (u @ u.t() / TEMPERATURE).fill_diagonal_(-math.inf)
        contrast = F.cross_entropy(similarity, torch.arange(2 * CLIPS).roll(CLIPS))
        labels = torch.tensor(LABELS * 2)
        return contrast, F.cross_entropy(self.classifier(z), labels, ignore_index=-1)


def flatten(module):
    """Convolutions of 3×3 become ones of 9, in place."""
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            size = 9 if child.kernel_size[0] > 1 else 1
            child = nn.Conv1d(child.in_channels, child.out_channels, size, child.stride[0], size // 2, bias=False)
            setattr(module, name, child)
        elif isinstance(child, nn.BatchNorm2d):
            setattr(module, name, nn.BatchNorm1d(child.num_features))
        else:
            flatten(child)


def parameters(model):
    """Number, name, tensor and (scale, offset): the number is the position in named_parameters()."""
    for number, (name, tensor) in enumerate(model.named_parameters()):
        gain = name.endswith("weight")  # of batch norm
        scale, offset = (0.1, 1.0 if gain else 0.0)
        if tensor.dim() > 1:  # variance 2/fan-in: what ReLU takes away
            scale, offset = math.sqrt(6 / math.prod(tensor.shape[1:])), 0.0
        yield number, name, tensor, float(np.float32(scale)), offset


def views(name):
    shape = (2 * CLIPS, *SHAPES[name])
    return torch.from_numpy(hashed_values(INPUT, math.prod(shape), 1)).view(shape)


def build(name, dtype):
    model = Clar(name)
    with torch.no_grad():
        for number, _, tensor, scale, offset in parameters(model):
            tensor.copy_(torch.from_numpy(hashed_values(number, tensor.numel(), scale, offset)).view_as(tensor))
    return model.to(dtype).train()


@torch.no_grad()
def lars(model, moments):
    for name, w in model.named_parameters():
        g = w.grad
        if w.dim() > 1:
            norms = w.norm(), g.norm()
            trust = TRUST * norms[0] / (norms[1] + DECAY * norms[0])
            g = trust * (g + DECAY * w)
        moments[name] = MOMENTUM * moments[name] + g if name in moments else g
        w -= LEARNING_RATE * moments[name]


def train(name, dtype):
    model, x, moments, kept = build(name, dtype), views(name).to(dtype), {}, {"losses": []}
    for step in range(STEPS):
        model.zero_grad()
        terms = model.losses(x)
        sum(terms).backward()
        if step == 0:
            kept["terms"] = [term.item() for term in terms]
            kept["gradients"] = {name: p.grad.clone() for name, p in model.named_parameters()}
            kept["running"] = {name: b.clone() for name, b in model.named_buffers() if "running" in name}
        lars(model, moments)
        kept["losses"].append(sum(terms).item())
    kept["losses"].append(sum(model.losses(x)).item())
    kept["weights"] = {name: p.detach() for name, p in model.named_parameters()}
    return kept


def embed(name, dtype):
    """h in inference mode, with hashed running averages: mean 0.1·u, variance 1.5 + 0.5·u, in the order of the buffers."""
    model = build(name, dtype)
    for number, (buffer_name, buffer) in enumerate((n, b) for n, b in model.named_buffers() if "running" in n):
        scale, offset = (0.1, 0) if buffer_name.endswith("mean") else (0.5, 1.5)
        buffer.copy_(torch.from_numpy(hashed_values(BUFFER + number, buffer.numel(), scale, offset)))
    with torch.no_grad():
        return model.eval()(views(name).to(dtype))


def record(name):
    exact, single = train(name, torch.double), train(name, torch.float)
    both = lambda key, samples: [summary(n, v, single[key][n], samples) for n, v in exact[key].items()]
    listed = [{"name": n, "shape": list(tensor.shape), "scale": scale, "offset": offset}
              for _, n, tensor, scale, offset in parameters(Clar(name))]  # fmt: skip
    result = {"name": name, "input": list(views(name).shape), "labels": LABELS, "parameters": listed,
              "terms": [rounded(term, 12) for term in exact["terms"]],
              "gradients": both("gradients", 8), "running": both("running", 4),
              "inference": [summary("h", embed(name, torch.double), embed(name, torch.float), 32)],
              "losses": [rounded(loss, 12) for loss in exact["losses"]],
              "losses32": [rounded(loss, 12) for loss in single["losses"]], "weights": both("weights", 16)}  # fmt: skip
    start = dict(build(name, torch.double).named_parameters())
    for entry in result["weights"]:
        entry["way"] = rounded((exact["weights"][entry["name"]] - start[entry["name"]]).norm())
    print(name, "losses", result["losses"])
    print("  error32, per step", [f"{abs(a / b - 1):.1e}" for a, b in zip(result["losses32"], result["losses"])])
    for key in ("gradients", "running", "inference", "weights"):
        errors = sorted((e["error32"], e["name"]) for e in result[key])
        print(f"  {key}: error32 median {errors[len(errors) // 2][0]:.1e}, worst {errors[-1][0]:.1e} ({errors[-1][1]})")
    return result


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    document = {"torch": torch.__version__.split("+")[0], "learning_rate": LEARNING_RATE, "momentum": MOMENTUM,
                "decay": DECAY, "trust": TRUST, "models": [record(name) for name in SHAPES]}  # fmt: skip
    write(pathlib.Path(__file__).with_suffix(".json"), document)
