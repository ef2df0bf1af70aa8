"""The peer of `bench step`: one training step in PyTorch on the CPU, eager or compiled.

A step is the forward pass over all views, the contrastive loss, the backward pass and fused Adam. The model is
EfficientNet-B0 without drop-connect and with the bilinear loss of COLA, or ResNet-18 for spectra or waveforms with the
heads of CLAR and NT-Xent. Modes: eager, cl (channels-last), compile, compile-cl. Prints one JSON object. Requires torch
and torchvision.

With the allocator of glibc, every step returns large blocks of memory to the operating system and causes new page faults.
PyTorch is fastest with LD_PRELOAD=libtcmalloc_minimal.so.4 (`bench step` sets it if the library is installed).
"""
import argparse
import os

import torch
import torchvision
from timing import print_steps

SHAPES = {"effb0": (1, 96, 64), "resnet18-2d": (3, 126, 128), "resnet18-1d": (1, 16000)}


class Cola(torch.nn.Module):
    def __init__(self):
        super().__init__()
        network = torchvision.models.efficientnet_b0(stochastic_depth_prob=0.0)
        network.features[0][0] = torch.nn.Conv2d(1, 32, 3, stride=2, padding=1, bias=False)
        self.encoder = network.features
        self.head = torch.nn.Sequential(torch.nn.Linear(1280, 512), torch.nn.LayerNorm(512), torch.nn.Tanh())
        self.bilinear = torch.nn.Parameter(0.05 * torch.randn(512, 512))

    def forward(self, views):
        projected = self.head(self.encoder(views).amax(dim=(2, 3)))
        anchors, positives = projected.chunk(2)
        logits = anchors @ self.bilinear @ positives.t()
        return torch.nn.functional.cross_entropy(logits, torch.arange(len(anchors)))


class Block(torch.nn.Module):
    """A basic block of the one-dimensional ResNet-18."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.branch = torch.nn.Sequential(
            torch.nn.Conv1d(inputs, outputs, 9, stride, 4, bias=False), torch.nn.BatchNorm1d(outputs),
            torch.nn.ReLU(), torch.nn.Conv1d(outputs, outputs, 9, 1, 4, bias=False),
            torch.nn.BatchNorm1d(outputs))  # fmt: skip
        self.shortcut = torch.nn.Identity()
        if stride > 1 or inputs != outputs:
            self.shortcut = torch.nn.Sequential(
                torch.nn.Conv1d(inputs, outputs, 1, stride, bias=False), torch.nn.BatchNorm1d(outputs))  # fmt: skip

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


def resnet18_of_waveforms():
    layers = [torch.nn.Conv1d(1, 64, 7, 2, 3, bias=False), torch.nn.BatchNorm1d(64), torch.nn.ReLU(),
              torch.nn.MaxPool1d(9, 2, 1)]  # fmt: skip
    inputs = 64
    for outputs, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        layers += [Block(inputs, outputs, stride), Block(outputs, outputs, 1)]
        inputs = outputs
    return torch.nn.Sequential(*layers, torch.nn.AdaptiveAvgPool1d(1), torch.nn.Flatten())


class Clar(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        if model == "resnet18-1d":
            self.encoder = resnet18_of_waveforms()
        else:
            self.encoder = torchvision.models.resnet18()
            self.encoder.fc = torch.nn.Identity()
        hidden = [[torch.nn.Linear(512, 512, bias=False), torch.nn.BatchNorm1d(512), torch.nn.ReLU()] for _ in range(2)]
        self.head = torch.nn.Sequential(*hidden[0], *hidden[1], torch.nn.Linear(512, 128, bias=False))

    def forward(self, views):
        z = torch.nn.functional.normalize(self.head(self.encoder(views)), dim=1)
        clips = len(z) // 2
        similarity = (z @ z.t() / 0.5).fill_diagonal_(-1e9)
        partners = torch.cat([torch.arange(clips, 2 * clips), torch.arange(clips)])
        return torch.nn.functional.cross_entropy(similarity, partners)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=SHAPES, default="effb0")
    parser.add_argument("--views", type=int, default=128)
    parser.add_argument("--mode", choices=["eager", "cl", "compile", "compile-cl"], default="compile-cl")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=8)
    return parser.parse_args()


def main():
    options = arguments()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    shape = SHAPES[options.model]
    # One-dimensional feature maps have no channels-last layout.
    last = options.mode.endswith("cl") and len(shape) == 3
    layout = torch.channels_last if last else torch.contiguous_format
    model = (Cola() if options.model == "effb0" else Clar(options.model)).train().to(memory_format=layout)
    views = torch.randn(options.views, *shape).to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)
    run = torch.compile(model) if options.mode.startswith("compile") else model

    def step():
        optimizer.zero_grad(set_to_none=True)
        run(views).backward()
        optimizer.step()

    name = f"PyTorch {torch.__version__.split('+')[0]} {options.mode}"
    print_steps(name, step, options.views, options.threads, options.steps)


if __name__ == "__main__":
    main()
