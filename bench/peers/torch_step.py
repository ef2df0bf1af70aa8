"""The peer of `bench step`: one COLA training step in PyTorch on the CPU, in the modes that its users have.

Forward over all views, bilinear contrastive loss, backward, fused Adam; EfficientNet-B0 without drop-connect. Modes:
eager, cl (channels-last), compile, compile-cl. Prints one JSON object. Needs torch and torchvision.

Under glibc every step gives its large blocks back to the kernel and faults them in anew; PyTorch is measured at its best
with LD_PRELOAD=libtcmalloc_minimal.so.4 (`bench step` sets it where it finds the library).
"""
import argparse
import os

import torch
import torchvision
from timing import print_steps

FRAMES, MELS = 96, 64


class Step(torch.nn.Module):
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


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--views", type=int, default=128)
    parser.add_argument("--mode", choices=["eager", "cl", "compile", "compile-cl"], default="compile-cl")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=8)
    return parser.parse_args()


def main():
    options = arguments()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    layout = torch.channels_last if options.mode.endswith("cl") else torch.contiguous_format
    model = Step().train().to(memory_format=layout)
    views = torch.randn(options.views, 1, FRAMES, MELS).to(memory_format=layout)
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
