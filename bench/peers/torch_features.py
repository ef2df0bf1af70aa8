"""The peer of `bench features`: feature extraction in PyTorch on one thread, batched over all frames.

Computes log-mel with torch.stft and a matrix of mel bands, and CLAR's channels with torch.stft or (for its logarithmic
frequencies) with a product of overlapping frames with cosines and sines. The window, the hop length, the number of bands,
the logarithm and the use of magnitudes are the same as in Ossicle. Prints one JSON object. Requires torch.
"""
import argparse
import json
import math
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


def log_mel(fft, samples):
    window, audio, matrix = torch.hann_window(WINDOW), 0.0025 * torch.randn(samples), mel_matrix(fft)
    padded = torch.nn.functional.pad(window, (0, fft - WINDOW))

    def run():
        # With center=False, torch.stft needs fft samples for each frame. The last frames are padded.
        spectrum = torch.stft(
            torch.nn.functional.pad(audio, (0, fft - WINDOW)), fft, HOP, fft, padded, center=False,
            return_complex=True)  # fmt: skip
        return torch.log(torch.clamp(spectrum.abs().T @ matrix, min=1e-5))

    return run


def slaney_matrix(fft, bands, low, high):
    """A matrix of shape (bins, bands). The time depends on its shape, but not on its values."""
    first, ratio = 1000.0, math.log(6.4) / 27
    mel = [3 * f / 200 if f < first else 15 + math.log(f / first) / ratio for f in (low, high)]
    points = torch.linspace(mel[0], mel[1], bands + 2, dtype=torch.float64)
    edges = torch.where(points < 15, 200 * points / 3, first * torch.exp(ratio * (points - 15)))
    bins = (torch.arange(fft // 2 + 1, dtype=torch.float64) * RATE / fft)[:, None]
    foot, peak, end = edges[:-2], edges[1:-1], edges[2:]
    triangles = torch.clamp(torch.minimum((bins - foot) / (peak - foot), (end - bins) / (end - peak)), min=0)
    return (triangles * 2 / (end - foot)).float()


def clar(variant, samples, bands=128, hop=128, low=40.0, high=8000.0):
    fft = 2048 if variant == "code" else 256
    audio, window, matrix = 0.1 * torch.randn(samples), torch.hann_window(fft), slaney_matrix(fft, bands, low, high)
    hertz = low * (high / low) ** (torch.arange(bands, dtype=torch.float64) / bands)
    angle = 2 * math.pi / RATE * torch.outer(torch.arange(fft, dtype=torch.float64), hertz)
    waves = (torch.cat([angle.cos(), -angle.sin()], 1) * window.double()[:, None]).float()

    def run():
        spectrum = torch.stft(audio, fft, hop, fft, window, center=True, pad_mode="reflect", return_complex=True).T
        mel = (spectrum.real**2 + spectrum.imag**2) @ matrix
        if variant == "code":
            padded = torch.nn.functional.pad(audio[None], (fft // 2, fft // 2), mode="reflect")[0]
            re, im = (padded.unfold(0, fft, hop) @ waves).split(bands, 1)
            magnitude = 20 * torch.log10(torch.clamp(torch.sqrt(re**2 + im**2), min=1e-5)) - 20
            mel = 10 * torch.log10(torch.clamp(mel, min=1e-5)) - 10
        else:
            re, im = spectrum.real[:, :bands], spectrum.imag[:, :bands]
            magnitude = 10 * torch.log10(torch.clamp(re**2 + im**2, min=1e-10))
            mel = 10 * torch.log10(torch.clamp(mel, min=1e-10))
        return torch.stack([magnitude, torch.atan2(im, re), mel], 2)

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", nargs="+", help="FFT,SAMPLES of log-mel; code,SAMPLES or paper,SAMPLES of CLAR")
    parser.add_argument("--seconds", type=float, default=0.3)
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    kernels = []
    for case in options.cases:
        kind, samples = case.split(",")
        is_clar = not kind.isdigit()
        run = clar(kind, int(samples)) if is_clar else log_mel(int(kind), int(samples))
        name = f"CLAR 128 × 3, {kind}" if is_clar else f"log-mel {BANDS}, FFT {kind}"
        with torch.inference_mode():
            median = statistics.median(repeated(run, options.seconds))
        kernels.append({"name": f"{name}, {samples} samples", "median": median, "implementation": "torch.stft"})
    print(json.dumps({"name": f"PyTorch {torch.__version__.split('+')[0]}", "kernels": kernels}))


if __name__ == "__main__":
    main()
