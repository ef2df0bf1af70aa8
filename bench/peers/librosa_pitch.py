"""The peer of `bench vocoder`: librosa.effects.pitch_shift, on one thread.

    librosa_pitch.py time  --ratios 0.8,1.2 --seconds 0.5 SOUND      prints the median time for each ratio
    librosa_pitch.py shift --ratios 0.8,1.2 SOUND…                   writes SOUND.0.8, SOUND.1.2 … next to each file

Input files are raw little-endian floats at 16 kHz with one channel. Prints one JSON object. Requires librosa.
"""
import os

for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import argparse
import json
import statistics

import librosa
import numpy as np
from timing import repeated

RATE = 16_000


def shift(sound, ratio):
    return librosa.effects.pitch_shift(sound, sr=RATE, n_steps=12 * np.log2(ratio))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("task", choices=["time", "shift"])
    parser.add_argument("sounds", nargs="+")
    parser.add_argument("--ratios", required=True)
    parser.add_argument("--seconds", type=float, default=0.3)
    options = parser.parse_args()
    report = {"name": f"librosa {librosa.__version__}", "seconds": {}}
    for path in options.sounds:
        sound = np.fromfile(path, dtype="<f4")
        for ratio in options.ratios.split(","):
            if options.task == "time":
                times = repeated(lambda: shift(sound, float(ratio)), options.seconds)
                report["seconds"][ratio] = statistics.median(times)
            else:
                shift(sound, float(ratio)).astype("<f4").tofile(f"{path}.{ratio}")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
