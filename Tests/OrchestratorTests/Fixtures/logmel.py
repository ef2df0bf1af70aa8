"""Golden log-mel values for LogMelTests: NumPy's FFT in double, following the paper's and its code's definition.

    python3 logmel.py    writes logmel.json beside this file

It shares no line with the package. The signal is stored as 16-bit integers so that both sides read the same samples.
"""
import json
import pathlib

import numpy as np

RATE, WINDOW, HOP, FFT, BANDS, LOW, HIGH, FLOOR = 16_000, 400, 160, 1024, 64, 60.0, 7800.0, 1e-5

frames = 5
count = WINDOW + HOP * (frames - 1)
time = np.arange(count) / RATE
noise = np.random.default_rng(1).standard_normal(count)
signal = 0.2 * np.sin(2 * np.pi * (200 + 20_000 * time) * time) + 0.05 * noise * np.exp(-20 * time)
stored = np.round(signal * 32768).astype(int)
samples = 0.01 * stored / 32768  # about the level of a normalised clip

hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
framed = np.stack([samples[t * HOP : t * HOP + WINDOW] for t in range(frames)])
magnitude = np.abs(np.fft.rfft(framed * hann, FFT))


def mel(hertz):
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)


edges = np.linspace(mel(LOW), mel(HIGH), BANDS + 2)
bins = mel(np.arange(FFT // 2 + 1) * RATE / FFT)[:, None]
rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
filters = np.maximum(0, np.minimum(rise, fall))
golden = np.log(np.maximum(magnitude @ filters, FLOOR))

path = pathlib.Path(__file__).with_name("logmel.json")
path.write_text(json.dumps({
    "frames": frames, "bands": BANDS, "scale": 0.01 / 32768,
    "samples": stored.tolist(), "logmel": [round(float(v), 6) for v in golden.ravel()],
}) + "\n")
