"""The golden values of COLA's training step: EfficientNet-B0, head, loss, gradients and ten Adam steps in PyTorch.

Everything is computed twice, in double precision (the truth, recorded) and in float32 (its error is recorded: ours has
to be of that order). Weights and inputs are hashed (hashed_values.py). Writes cola_reference.json beside itself.

Choices: batch norm eps 1e-3 and momentum 0.01 (running average 0.99), layer norm eps 1e-5, no drop-connect, views are
(anchors..., positives...), each (1, 96 frames, 64 mels). Needs torch, torchvision, numpy.
"""
import math
import pathlib

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision
from hashed_values import hashed_values, rounded, summary, write

FRAMES, MELS, STEPS, LEARNING_RATE = 96, 64, 10, 1e-5  # gentler than in training: float32 has to follow ten steps
CLIPS = [4, 6]
INPUT, PATTERN, BUFFER = 1100, 2100, 3000  # parameter numbers: + clips, + clips, + number of the buffer


class Cola(nn.Module):
    def __init__(self):
        super().__init__()
        net = torchvision.models.efficientnet_b0(stochastic_depth_prob=0.0)
        net.features[0][0] = nn.Conv2d(1, 32, 3, 2, 1, bias=False)
        for layer in net.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eps, layer.momentum = 1e-3, 0.01
        self.features = net.features
        self.projection = nn.Linear(1280, 512)
        self.norm = nn.LayerNorm(512, eps=1e-5)
        self.bilinear = nn.Parameter(torch.empty(512, 512))

    def forward(self, views, record=lambda name, value: value):
        x = views
        for number, stage in enumerate(self.features):
            if isinstance(stage, torchvision.ops.Conv2dNormActivation):
                x = record(f"features.{number}", stage(x))
            else:
                for repeat, block in enumerate(stage):
                    x = record(f"features.{number}.{repeat}", block(x))
        h = record("h", x.amax((2, 3)))
        z = record("projection", torch.tanh(self.norm(self.projection(h))))
        n = len(z) // 2
        s = record("logits", z[:n] @ self.bilinear @ z[n:].t())
        return F.cross_entropy(s, torch.arange(n))


def generator(name, shape):
    """(scale, offset) of a parameter's hashed values: activations and gradients stay within a few decades."""
    if name == "bilinear":
        return 0.02 * math.sqrt(3), 0.0  # logits of standard deviation about 3
    if len(shape) > 1:  # variance 2/fan-in: what swish takes away
        return math.sqrt(6 / math.prod(shape[1:])), 0.0
    is_gain = name.endswith("weight")  # of batch norm or layer norm
    return 0.1, 1.0 if is_gain else 0.0


def parameters(model):
    """Number, name, tensor and (scale, offset): the number is the position in named_parameters()."""
    for number, (name, tensor) in enumerate(model.named_parameters()):
        scale, offset = generator(name, tensor.shape)
        yield number, name, tensor, float(np.float32(scale)), offset


def views(clips):
    """x = (hashed − 4) + the clip's pattern in cells of 4×4, shared by its two views: (2·clips, 1, 96, 64)."""
    pattern = hashed_values(PATTERN + clips, clips * 24 * 16, 2).reshape(clips, 24, 16)
    pattern = np.tile(pattern.repeat(4, 1).repeat(4, 2), (2, 1, 1))
    x = hashed_values(INPUT + clips, 2 * clips * FRAMES * MELS, 1, -4).reshape(2 * clips, FRAMES, MELS)
    return torch.from_numpy((x + pattern)[:, None])


def build(dtype):
    model = Cola()
    with torch.no_grad():
        for number, _, tensor, scale, offset in parameters(model):
            tensor.copy_(torch.from_numpy(hashed_values(number, tensor.numel(), scale, offset)).view_as(tensor))
    return model.to(dtype).train()


def train(dtype, clips):
    model, x, kept = build(dtype), views(clips).to(dtype), {"layers": {}, "losses": []}
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8)

    def record(name, value):
        kept["layers"][name] = value.detach().clone()
        return value

    for step in range(STEPS):
        optimizer.zero_grad()
        loss = model(x, record) if step == 0 else model(x)
        loss.backward()
        if step == 0:
            kept["gradients"] = {name: p.grad.clone() for name, p in model.named_parameters()}
            kept["running"] = {name: b.clone() for name, b in model.named_buffers() if "running" in name}
        optimizer.step()
        kept["losses"].append(loss.item())
    kept["losses"].append(model(x).item())
    kept["weights"] = {name: p.detach() for name, p in model.named_parameters()}
    return kept


def closest_maxima(clips):
    """The smallest distance between the two largest of a channel's six: near 0, float32 could choose another maximum."""
    with torch.no_grad():
        largest = build(torch.double).features(views(clips).double()).flatten(2).topk(2, dim=2).values
    return rounded((largest[..., 0] - largest[..., 1]).min(), 3)


def embed(dtype, clips):
    """h in inference mode, with hashed running averages: mean 0.1·u, variance 1.5 + 0.5·u, in the order of the buffers."""
    model, kept = build(dtype), {}
    buffers = [(name, b) for name, b in model.named_buffers() if "running" in name]
    for number, (name, buffer) in enumerate(buffers):
        scale, offset = (0.1, 0) if name.endswith("mean") else (0.5, 1.5)
        buffer.copy_(torch.from_numpy(hashed_values(BUFFER + number, buffer.numel(), scale, offset)))
    with torch.no_grad():
        model.eval()(views(clips).to(dtype), kept.setdefault)
    return kept["h"]


def update(before, exact, single):
    """How far float32's ten steps end from double's, as a share of the way that the weights went."""
    way = float((exact.double() - before.double()).norm())
    return rounded((single.double() - exact).norm() / way, 3)


def batch(clips):
    exact, single, start = train(torch.double, clips), train(torch.float, clips), dict(build(torch.float).named_parameters())
    both = lambda key, samples: [summary(n, v, single[key][n], samples) for n, v in exact[key].items()]
    result = {"clips": clips, "closest_maxima": closest_maxima(clips), "layers": both("layers", 8), "gradients": both("gradients", 16), "running": both("running", 4)}
    result["inference"] = [summary("h", embed(torch.double, clips), embed(torch.float, clips), 32)]
    result["losses"] = [rounded(loss, 12) for loss in exact["losses"]]
    result["losses32"] = [rounded(loss, 12) for loss in single["losses"]]
    result["weights"] = both("weights", 4)
    for entry in result["weights"]:
        name = entry["name"]
        entry["update_error32"] = update(start[name].detach(), exact["weights"][name], single["weights"][name])
    return result


def report(result):
    print("clips", result["clips"], "closest maxima", result["closest_maxima"], "losses", result["losses"])
    print("  loss error32, per step", [f"{abs(a / b - 1):.1e}" for a, b in zip(result["losses32"], result["losses"])])
    for key in ("layers", "gradients", "running", "inference", "weights"):
        errors = sorted((e["error32"], e["name"]) for e in result[key])
        print(f"  {key}: error32 median {errors[len(errors) // 2][0]:.1e}, worst {errors[-1][0]:.1e} ({errors[-1][1]})")
    ways = sorted(e["update_error32"] for e in result["weights"])
    print(f"  ten steps' way: error32 median {ways[len(ways) // 2]:.1e}, worst {ways[-1]:.1e}")
    for e in result["layers"]:
        print(f"    {e['name']:14} rms {e['norm'] / math.sqrt(math.prod(e['shape'])):.3f} error32 {e['error32']:.1e}")


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    listed = [{"name": name, "shape": list(tensor.shape), "scale": scale, "offset": offset}
              for _, name, tensor, scale, offset in parameters(Cola())]  # fmt: skip
    batches = [batch(clips) for clips in CLIPS]
    for result in batches:
        report(result)
    probe = {"parameter": 7, "scale": 0.1, "offset": 1.0, "values": hashed_values(7, 16, 0.1, 1.0).tolist()}
    document = {"torch": torch.__version__.split("+")[0], "torchvision": torchvision.__version__.split("+")[0],
                "learning_rate": LEARNING_RATE, "hash": [probe], "parameters": listed, "batches": batches}  # fmt: skip
    write(pathlib.Path(__file__).with_suffix(".json"), document)
