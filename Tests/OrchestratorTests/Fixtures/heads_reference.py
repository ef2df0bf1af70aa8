"""Golden values of the small parts: bilinear and cosine similarity losses, and the labels' cross-entropy head.

Everything is small enough to be recorded in full, from double precision. Inputs are hashed (hashed_values.py).
Writes heads_reference.json beside itself. Needs torch, numpy.
"""
import pathlib

import torch
import torch.nn.functional as F
from hashed_values import hashed_values, rounded, write

CLIPS, WIDTH = 6, 32  # of the similarities
ROWS, FEATURES, CLASSES = 7, 24, 5  # of the labels' head


def leaf(parameter, shape, scale, offset=0.0):
    values = torch.from_numpy(hashed_values(parameter, torch.Size(shape).numel(), scale, offset))
    return values.double().view(shape).requires_grad_()


def tensor(name, value):
    return {"name": name, "shape": list(value.shape), "values": [rounded(v) for v in value.detach().reshape(-1)]}


def similarity(bilinear):
    """anchors are parameter 1, positives 2 (scale 1), W 3 (scale 0.5); S = A·W·Pᵀ, or cosines ÷ 0.2."""
    anchors, positives, w = leaf(1, (CLIPS, WIDTH), 1), leaf(2, (CLIPS, WIDTH), 1), leaf(3, (WIDTH, WIDTH), 0.5)
    if bilinear:
        s = anchors @ w @ positives.t()
    else:
        s = F.normalize(anchors, eps=1e-12) @ F.normalize(positives, eps=1e-12).t() / 0.2
    loss = F.cross_entropy(s, torch.arange(CLIPS))
    loss.backward()
    leaves = [("anchors", anchors), ("positives", positives)] + ([("bilinear", w)] if bilinear else [])
    return {"loss": [rounded(loss, 12)], "logits": [tensor("logits", s)],
            "gradients": [tensor(name, value.grad) for name, value in leaves]}  # fmt: skip


def labels():
    """features are parameter 4 (scale 1), weight 5 (scale 0.5), bias 6 (scale 0.1); label of row r = 3·r mod 5."""
    x, w, b = leaf(4, (ROWS, FEATURES), 1), leaf(5, (CLASSES, FEATURES), 0.5), leaf(6, (CLASSES,), 0.1)
    s = F.linear(x, w, b)
    loss = F.cross_entropy(s, torch.arange(ROWS) * 3 % CLASSES)
    loss.backward()
    leaves = [("features", x), ("weight", w), ("bias", b)]
    return {"loss": [rounded(loss, 12)], "logits": [tensor("logits", s)],
            "gradients": [tensor(name, value.grad) for name, value in leaves]}  # fmt: skip


if __name__ == "__main__":
    document = {"bilinear": similarity(True), "cosine": similarity(False), "labels": labels()}
    write(pathlib.Path(__file__).with_suffix(".json"), document)
