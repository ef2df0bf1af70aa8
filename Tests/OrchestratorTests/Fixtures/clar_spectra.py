"""Golden values of CLAR's front ends for CLARSpectraTests: librosa's mel, NumPy's sums at logarithmic frequencies.

    python3 clar_spectra.py    writes clar_spectra.json beside this file

It shares no line with the package. The signal is stored as 16-bit integers so that both sides read the same samples.
"""
import json
import pathlib

import librosa
import numpy as np

RATE, HOP, BANDS, LOW, HIGH = 16_000, 512, 128, 40.0, 8000.0

count = 1500
time = np.arange(count) / RATE
noise = np.random.default_rng(2).standard_normal(count)
signal = 0.3 * np.sin(2 * np.pi * (300 + 15_000 * time) * time) + 0.02 * noise
stored = np.round(signal * 32768).astype(int)
samples = stored / 32768


def frames(window):
    padded = np.pad(samples, window // 2, mode="reflect")
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    return np.stack([padded[t * HOP : t * HOP + window] * hann for t in range(1 + count // HOP)])


def mel(window):
    return librosa.feature.melspectrogram(
        y=samples, sr=RATE, n_fft=window, hop_length=HOP, win_length=window, window="hann", center=True,
        pad_mode="reflect", power=2.0, n_mels=BANDS, fmin=LOW, fmax=HIGH, htk=False, norm="slaney",
        dtype=np.float64).T  # fmt: skip


def rows(values, digits):
    return [round(float(v), digits) for v in np.ravel(values)]


hertz = LOW * (HIGH / LOW) ** (np.arange(BANDS) / BANDS)
code = frames(2048) @ np.exp(-2j * np.pi * np.outer(np.arange(2048), hertz) / RATE)
paper = librosa.stft(samples, n_fft=256, hop_length=HOP, window="hann", center=True, pad_mode="reflect").T[:, :BANDS]
golden = {
    "code": {
        "magnitude": rows(20 * np.log10(np.maximum(np.abs(code), 1e-5)) - 20, 5),
        "phase": rows(np.angle(code), 6),
        "mel": rows(10 * np.log10(np.maximum(mel(2048), 1e-5)) - 10, 5),
    },
    "paper": {
        "magnitude": rows(10 * np.log10(np.maximum(np.abs(paper) ** 2, 1e-10)), 5),
        "phase": rows(np.angle(paper), 6),
        "mel": rows(10 * np.log10(np.maximum(mel(256), 1e-10)), 5),
    },
}
path = pathlib.Path(__file__).with_name("clar_spectra.json")
path.write_text(json.dumps({
    "hop": HOP, "frames": 1 + count // HOP, "scale": 1 / 32768, "samples": stored.tolist(), **golden,
}) + "\n")  # fmt: skip
