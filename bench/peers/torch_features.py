"""The peer of `bench features`: log-mel by torch.stft and a matrix of mel bands, one thread, batched over all frames.

The same window, hop, number of bands and logarithm as ours; magnitudes as ours. Prints one JSON object. Needs torch.
"""
import argparse
import json
import statistics

import torch
from timing import repeated

RATE, WINDOW, HOP, BANDS, LOW, HIGH = 16_000, 400, 160, 64, 60.0, 7800.0


def mel_matrix(fft):
    def mel(hertz):
        return 1127.0 * torch.log1p(hertz / 700.0)

    bins = mel(torch.arange(fft // 2 + 1, dtype=torch.float64) * RATE / fft)[:, None]
    edges = torch.linspace(mel(torch.tensor(LOW)).item(), mel(torch.tensor(HIGH)).item(), BANDS + 2, dtype=torch.float64)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    return torch.clamp(torch.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)), min=0).float()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", nargs="+", help="FFT,SAMPLES")
    parser.add_argument("--seconds", type=float, default=0.3)
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    window = torch.hann_window(WINDOW)
    kernels = []
    for case in options.cases:
        fft, samples = map(int, case.split(","))
        audio, matrix = 0.0025 * torch.randn(samples), mel_matrix(fft)
        padded = torch.nn.functional.pad(window, (0, fft - WINDOW))

        def run():
            # Without centring torch.stft wants fft samples for every frame: the last ones are padded.
            spectrum = torch.stft(
                torch.nn.functional.pad(audio, (0, fft - WINDOW)), fft, HOP, fft, padded, center=False,
                return_complex=True)  # fmt: skip
            return torch.log(torch.clamp(spectrum.abs().T @ matrix, min=1e-5))

        with torch.inference_mode():
            median = statistics.median(repeated(run, options.seconds))
        kernels.append({
            "name": f"log-mel {BANDS}, FFT {fft}, {samples} samples", "median": median,
            "implementation": "torch.stft",
        })  # fmt: skip
    print(json.dumps({"name": f"PyTorch {torch.__version__.split('+')[0]}", "kernels": kernels}))


if __name__ == "__main__":
    main()
