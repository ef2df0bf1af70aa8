"""Numbers that PyTorch and Swift make alike, bit for bit, so that no fixture has to store its weights.

    z = splitmix64(parameter·2³² + i)       u = (z >> 40)·2⁻²³ − 1, in −1 ..< 1       value = offset + scale·u  (float32)

i counts the elements in PyTorch's own memory order. GoldenValues.swift has the same formulas.
"""
import json
import math

import numpy as np

GOLDEN = 0x9E3779B97F4A7C15


def hashed_values(parameter, count, scale, offset=0.0):
    z = (np.uint64(parameter << 32) + np.arange(1, count + 1, dtype=np.uint64)) * np.uint64(GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    u = (z >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-23) - np.float32(1)
    return np.float32(offset) + np.float32(scale) * u


def sample_indices(count, samples):
    """Where a tensor is sampled: floor(count·frac((k + 1)·φ)), k = 0 ..< samples."""
    return [((((k + 1) * 0x9E3779B9) & 0xFFFFFFFF) * count) >> 32 for k in range(samples)]


def rounded(value, digits=8):
    value = float(value.detach() if hasattr(value, "detach") else value)
    return value if value == 0 or not math.isfinite(value) else float(f"{value:.{digits - 1}e}")


def summary(name, exact, single, samples):
    """What is kept of a tensor: the samples and sums of the double-precision one, and how far float32 PyTorch is off.

    error32 is ‖single − exact‖ / ‖exact‖ over the whole tensor, max_error32 the largest |single − exact|.
    """
    shape = list(exact.shape)
    exact, single = exact.detach().double().reshape(-1), single.detach().double().reshape(-1)
    norm = float(exact.norm())
    return {
        "name": name, "shape": shape, "sum": rounded(exact.sum()), "norm": rounded(norm),
        "samples": [rounded(exact[i], 7) for i in sample_indices(exact.numel(), samples)],
        "error32": rounded((single - exact).norm() / norm if norm > 0 else 0, 3),
        "max_error32": rounded((single - exact).abs().max(), 3),
    }  # fmt: skip


def write(path, document):
    """JSON with one record a line: a change of one number is a change of one line."""
    def lines(value, depth):
        if depth < 3 and isinstance(value, dict):
            return "{\n" + ",\n".join(f"{json.dumps(k)}: {lines(v, depth + 1)}" for k, v in value.items()) + "\n}"
        if depth < 3 and isinstance(value, list) and value and isinstance(value[0], (dict, list)):
            return "[\n" + ",\n".join(lines(v, depth + 1) for v in value) + "\n]"
        return json.dumps(value, separators=(",", ":"))

    with open(path, "w") as file:
        file.write(lines(document, 0) + "\n")
