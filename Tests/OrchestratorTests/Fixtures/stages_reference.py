"""The golden values of the embedding that reads the stages: EfficientNet-B0 in inference mode in PyTorch, weights, running
averages and views as in cola_reference.py. Writes stages_reference.json beside itself.

Per map the mean and then the maximum over time of (band, channel), maps one after the other: features.2 with its 16 bands
averaged, or maximised, by twos, features.3 and features.5 with all of theirs. Needs torch, torchvision, numpy.
"""
import pathlib

import torch
from cola_reference import BUFFER, CLIPS, build, views
from hashed_values import hashed_values, summary, write

MAPS = {2: 8, 3: 8, 5: 4}  # number of the map: bands that are kept


@torch.no_grad()
def stages(dtype, clips):
    model = build(dtype)
    buffers = [b for name, b in model.named_buffers() if "running" in name]
    names = [name for name, _ in model.named_buffers() if "running" in name]
    for number, (name, buffer) in enumerate(zip(names, buffers)):
        scale, offset = (0.1, 0) if name.endswith("mean") else (0.5, 1.5)
        buffer.copy_(torch.from_numpy(hashed_values(BUFFER + number, buffer.numel(), scale, offset)))
    parts, x = [], views(clips).to(dtype)
    for number, layer in enumerate(model.eval().features):
        x = layer(x)  # (views, channels, time, mel)
        if number in MAPS:
            grouped = x.unflatten(3, (MAPS[number], -1))  # (views, channels, time, band, within)
            parts += [grouped.mean((2, 4)).transpose(1, 2).flatten(1), grouped.amax((2, 4)).transpose(1, 2).flatten(1)]
    return torch.cat(parts, 1)


if __name__ == "__main__":
    torch.set_num_threads(1)
    records = [summary(f"stages {clips}", stages(torch.double, clips), stages(torch.float, clips), 200) for clips in CLIPS]
    for record in records:
        print(record["name"], record["shape"], "error32", record["error32"])
    write(pathlib.Path(__file__).with_suffix(".json"), {"torch": torch.__version__.split("+")[0], "stages": records})
