"""The peer of `bench kernels`: the same convolutions in PyTorch (oneDNN, channels-last), forward and backward separately.

Reads the file of shapes of the benchmark. Our kernels also apply batch norm, activation and gate to their operands and
sum batch statistics. This script measures only the convolution, so the comparison favours the peer. A depthwise
convolution is also measured with the additional work of our kernel: in the forward pass, batch norm (with its statistics)
and swish; in the backward pass, the gradients of the swish before and of the batch norm after the convolution. Prints one
JSON object with the median times in seconds and the implementation that oneDNN selected. Requires torch.
"""
import argparse
import json
import math
import os
import re
import statistics
import tempfile

import torch
import torch.nn.functional as F
from timing import repeated


def chosen(run):
    """Return the implementations that oneDNN reports while `run` runs. oneDNN writes them to the standard output."""
    saved = os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            with torch.backends.mkldnn.verbose(torch.backends.mkldnn.VERBOSE_ON):
                run()
        finally:
            os.dup2(saved, 1)
            os.close(saved)
        file.seek(0)
        text = file.read().decode(errors="replace")
    names = re.findall(r"exec,cpu,convolution,([^,]*),", text)
    return " + ".join(dict.fromkeys(names)) or "native"


def convolution(name, views, height, width, inputs, outputs, kernel, stride, groups, input_gradient=True):
    line = height == 1  # a feature map of one row: use a kernel of one row
    x = torch.randn(views, inputs, height, width).to(memory_format=torch.channels_last)
    w = torch.randn(outputs, inputs // groups, 1 if line else kernel, kernel).to(memory_format=torch.channels_last)
    stride, padding = ((1, stride), (0, kernel // 2)) if line else (stride, kernel // 2)
    x.requires_grad_(input_gradient)
    w.requires_grad_(True)

    def convolve(a):
        return F.conv2d(a, w, stride=stride, padding=padding, groups=groups)

    def forward():
        with torch.no_grad():
            convolve(x)

    y = convolve(x)
    dy = torch.randn_like(y)
    leaves = [x, w] if input_gradient else [w]

    def backward():
        torch.autograd.grad(y, leaves, dy, retain_graph=True)

    whole = fused(x.detach(), w, convolve) if groups > 1 else (None, None)
    return [(name.format("forward"), forward, whole[0]), (name.format("backward"), backward, whole[1])]


def fused(x, w, convolve):
    """Return closures for the forward pass (batch norm, swish, convolution) and for the gradients of swish, convolution and
    the next batch norm.
    """
    scale, shift = (torch.randn(x.shape[1]) for _ in range(2))
    z = torch.randn_like(x).requires_grad_(True)
    y = convolve(F.silu(z))
    bias, gain = (torch.randn(y.shape[1]) for _ in range(2))
    o = F.batch_norm(y, None, None, gain, bias, training=True)
    do = torch.randn_like(o)

    def forward():
        with torch.no_grad():
            convolve(F.silu(F.batch_norm(x, None, None, scale, shift, training=True)))

    def backward():
        torch.autograd.grad(o, [z, w], do, retain_graph=True)

    return forward, backward


def cases(path, views):
    for line in open(path, encoding="utf-8"):
        words = line.split("#")[0].split()
        if not words:
            continue
        sizes = [int(word) for word in words[1:]]
        if words[0] == "pointwise":
            rows, inputs, outputs, _ = sizes
            width = max(d for d in range(1, math.isqrt(rows) + 1) if rows % d == 0)
            name = f"pointwise {{}} {rows}×{inputs}→{outputs}"
            yield convolution(name, views, rows // width, width, inputs, outputs, 1, 1, 1)
        elif words[0] == "depthwise":
            height, width, channels, kernel, stride, _ = sizes
            name = f"depthwise {{}} {height}×{width}×{channels} k{kernel} s{stride}"
            yield convolution(name, views, height, width, channels, channels, kernel, stride, channels)
        elif words[0] == "conv2d":
            height, width, inputs, outputs, kernel, stride, _ = sizes
            for method in ["direct", "winograd"] if height > 1 and (kernel, stride) == (3, 1) else ["direct"]:
                name = f"conv2d-{method} {{}} {height}×{width}×{inputs}→{outputs} k{kernel} s{stride}"
                yield convolution(name, views, height, width, inputs, outputs, kernel, stride, 1, inputs >= 8)
        elif words[0] == "stem":
            height, width, outputs = sizes
            yield convolution(f"stem {{}} {height}×{width}→{outputs}", views, height, width, 1, outputs, 3, 2, 1, False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shapes", required=True)
    parser.add_argument("--views", type=int, default=128)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--filter", default="")
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    kernels = []
    for pair in cases(options.shapes, options.views):
        for name, run, whole in pair:
            if re.search(options.filter, name):
                figure = {"name": name, "implementation": chosen(run)}
                figure["median"] = statistics.median(repeated(run, options.seconds))
                if whole:
                    figure["whole"] = statistics.median(repeated(whole, options.seconds))
                kernels.append(figure)
    print(json.dumps({
        "name": f"PyTorch {torch.__version__.split('+')[0]}, {torch.backends.cpu.get_cpu_capability()}",
        "kernels": kernels,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
