"""The peer of `bench kernels`: the same convolutions in PyTorch (oneDNN, channels-last), forward and backward apart.

Reads the suite's own file of shapes. Our kernels apply batch norm, activation and gate to their operands and sum batch
statistics; here it is the bare convolution, so the comparison favours the peer. Prints one JSON object: the median of
the seconds, and the implementation that oneDNN chose. Needs torch.
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
    """The implementations that oneDNN names while `run` runs; it writes them to the process's own standard output."""
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
    line = height == 1  # a map of one row: a kernel of one row
    x = torch.randn(views, inputs, height, width).to(memory_format=torch.channels_last)
    w = torch.randn(outputs, inputs // groups, 1 if line else kernel, kernel).to(memory_format=torch.channels_last)
    stride, padding = ((1, stride), (0, kernel // 2)) if line else (stride, kernel // 2)
    x.requires_grad_(input_gradient)
    w.requires_grad_(True)

    def apply():
        return F.conv2d(x, w, stride=stride, padding=padding, groups=groups)

    def forward():
        with torch.no_grad():
            apply()

    y = apply()
    dy = torch.randn_like(y)
    leaves = [x, w] if input_gradient else [w]

    def backward():
        torch.autograd.grad(y, leaves, dy, retain_graph=True)

    return [(name.format("forward"), forward), (name.format("backward"), backward)]


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
        for name, run in pair:
            if re.search(options.filter, name):
                implementation = chosen(run)
                median = statistics.median(repeated(run, options.seconds))
                kernels.append({"name": name, "implementation": implementation, "median": median})
    print(json.dumps({
        "name": f"PyTorch {torch.__version__.split('+')[0]}, {torch.backends.cpu.get_cpu_capability()}",
        "kernels": kernels,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
