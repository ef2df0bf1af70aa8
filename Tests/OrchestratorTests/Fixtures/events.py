"""Scores of sound event detection by sed_eval and psds_eval, and SciPy's median filter, on small invented cases.

An event is stored as [onset, offset, number of its label]; NaN as null.
"""

import json
import logging
import math
import random
import warnings

import numpy
import pandas
import psds_eval
import scipy
import sed_eval

# psds_eval 0.5.3 calls what pandas 3 and numpy 2.4 no longer have; their forerunners warn.
warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

LABELS = ["bell", "cough", "knock"]


def recording(stream, seconds, count, grid, labels):
    """Events that do not overlap within a label, on a grid of seconds."""
    events = []
    for _ in range(20 * count):
        if len(events) == count:
            break
        onset = round(stream.randrange(int(seconds / grid) - 1) * grid, 6)
        offset = round(min(seconds, onset + grid * stream.randint(1, int(2 / grid))), 6)
        label = stream.choice(labels)
        if all(e[2] != label or e[1] <= onset or offset <= e[0] for e in events):
            events.append([onset, offset, label])
    return sorted(events)


def detections(stream, reference, seconds, grid, jitter, errors, labels):
    """The reference with moved ends, some events left out, some relabelled, some invented."""
    found = []
    candidates = [list(e) for e in reference if stream.random() >= errors]
    candidates += recording(stream, seconds, stream.randint(0, 2), grid, labels)
    for onset, offset, label in candidates:
        if stream.random() < errors:
            label = stream.choice(labels)
        move = lambda: grid * stream.randint(-int(jitter / grid), int(jitter / grid))
        onset = round(max(0, onset + move()), 6)
        offset = round(min(seconds, max(onset + grid, offset + move())), 6)
        if onset < offset and all(e[2] != label or e[1] <= onset or offset <= e[0] for e in found):
            found.append([onset, offset, label])
    return sorted(found)


def case(name, seed, files, grid, jitter, errors, predicted=(0, 1, 2), count=6, labels=(0, 1, 2)):
    stream = random.Random(seed)
    result = {"name": name, "files": []}
    for index in range(files):
        seconds = [10.0, 7.3, 12.0][index % 3]
        reference = recording(stream, seconds, count, grid, labels)
        found = detections(stream, reference, seconds, grid, jitter, errors, labels)
        result["files"].append(
            {"seconds": seconds, "reference": reference, "prediction": [e for e in found if e[2] in predicted]}
        )
    return result


def pack(value):
    if isinstance(value, dict):
        return {key: pack(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, numpy.ndarray)):
        return [pack(item) for item in value]
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def event_list(events):
    return [{"onset": e[0], "offset": e[1], "event_label": LABELS[e[2]], "file": "a"} for e in events]


def f_measures(metric):
    measures = {"overall": metric.overall_f_measure()}
    measures["mean"] = metric.results_class_wise_average_metrics()["f_measure"]
    metric.empty_system_output_handling = "zero_score"
    measures["overall_zero"] = metric.overall_f_measure()
    measures["mean_zero"] = metric.results_class_wise_average_metrics()["f_measure"]
    return measures


def sed_scores(files):
    scores = {}
    for name, offset in (("onset", False), ("onset_offset", True)):
        metric = sed_eval.sound_event.EventBasedMetrics(LABELS, evaluate_offset=offset, t_collar=0.2)
        for f in files:
            metric.evaluate(event_list(f["reference"]), event_list(f["prediction"]))
        scores[name] = f_measures(metric)
    for name, given in (("segment", False), ("segment_seconds", True)):
        metric = sed_eval.sound_event.SegmentBasedMetrics(LABELS, time_resolution=1.0)
        for f in files:
            metric.evaluate(
                event_list(f["reference"]), event_list(f["prediction"]),
                evaluated_length_seconds=f["seconds"] if given else None)
        scores[name] = f_measures(metric)
        scores[name]["error_rate"] = metric.overall_error_rate()
    return scores


def table(files, key):
    rows = [(f"{n}.wav", e[0], e[1], LABELS[e[2]]) for n, f in enumerate(files) for e in f[key]]
    return pandas.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"])


def psds_case(name, seed, files, grid, **options):
    """Ten operating points, from few errors of one kind to many of the other."""
    base = case(name, seed, files, grid, 0, 0, **options)["files"]
    stream = random.Random(seed + 1)
    points = []
    for index in range(10):
        points.append([
            detections(stream, f["reference"], f["seconds"], grid, 0.1 * index, 0.06 * (9 - index), (0, 1, 2))
            for f in base])
    points.append([[] for _ in base])
    settings = []
    for dtc, gtc, cttc, alpha_ct, alpha_st, max_efpr in (
        (0.7, 0.7, 0.3, 0.0, 1.0, 100), (0.1, 0.1, 0.3, 0.5, 1.0, 100), (0.5, 0.5, 0.3, 0.0, 0.0, 100),
        (0.5, 0.5, 0.3, 1.0, 0.0, 400), (0.5, 0.5, 0.5, 1.0, 0.5, 5000), (0.0, 0.0, 0.0, 0.2, 0.1, 1500),
        (1.0, 1.0, 1.0, 0.5, 0.0, 1000),
    ):
        metadata = pandas.DataFrame(
            [(f"{n}.wav", f["seconds"]) for n, f in enumerate(base)], columns=["filename", "duration"])
        score = psds_eval.PSDSEval(
            dtc, gtc, cttc, ground_truth=table(base, "reference"), metadata=metadata, duration_unit="hour")
        for point in points:
            score.add_operating_point(table([{"prediction": p} for p in point], "prediction"))
        rates = score._effective_fp_rate(alpha_ct)
        settings.append({
            "dtc": dtc, "gtc": gtc, "cttc": cttc, "alpha_ct": alpha_ct, "alpha_st": alpha_st, "max_efpr": max_efpr,
            "psds": score.psds(alpha_ct, alpha_st, max_efpr).value,
            # Of the last operating point but one, a value a label that occurs.
            "tp_ratio": rates.tp_ratio[:, 9], "effective_fp_rate": rates.effective_fp_rate[:, 9],
        })
    return {
        "name": name,
        "files": [{"seconds": f["seconds"], "reference": f["reference"]} for f in base],
        "points": points, "settings": settings,
    }


def median_case(seed, frames, width):
    stream = random.Random(seed)
    active = [int(stream.random() < (0.8 if i // 7 % 2 else 0.2)) for i in range(frames)]
    filtered = scipy.ndimage.median_filter(numpy.array(active), size=width, mode="nearest")
    return {"width": width, "active": active, "filtered": filtered}


def main():
    cases = [
        case("ordinary", 1, 3, 0.01, 0.3, 0.2),
        # Onsets a collar apart, ends on segment borders.
        case("on a grid of 0.1 s", 2, 4, 0.1, 0.3, 0.1, count=8),
        case("crowded", 3, 2, 0.05, 0.4, 0.1, count=25),
        case("a label that is never predicted", 4, 3, 0.01, 0.2, 0.1, predicted=(0, 1)),
        case("a label that never occurs", 5, 2, 0.01, 0.2, 0.3, labels=(0, 2)),
        case("nothing predicted", 6, 2, 0.01, 0.2, 0.1, predicted=()),
    ]
    for c in cases:
        c["scores"] = sed_scores(c["files"])
    result = {
        "versions": {"sed_eval": sed_eval.__version__, "psds_eval": "0.5.3", "scipy": scipy.__version__},
        "labels": LABELS,
        "cases": cases,
        "psds": [
            psds_case("ordinary", 11, 6, 0.01),
            # Shares that meet the criteria exactly.
            psds_case("on a grid of 0.1 s", 12, 6, 0.1, count=8),
            psds_case("two labels", 13, 3, 0.05, labels=(0, 2)),
        ],
        "medians": [median_case(s, f, w) for s, f, w in ((1, 60, 1), (2, 60, 3), (3, 60, 7), (4, 5, 9), (5, 60, 21))],
    }
    with open("events.json", "w") as file:
        file.write(json.dumps(pack(result), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
