"""Functions that the peers' scripts share: measuring times and printing the result of a step."""
import json
import resource
import statistics
import time

WARM_UP = 3


def repeated(run, seconds):
    """Return the times of `run` in seconds, measured for about `seconds` and at least five times, after two warm-up runs."""
    run()
    run()
    times = []
    while len(times) < 5 or sum(times) < seconds:
        times.append(once(run))
    return times


def once(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def print_steps(name, run, views, threads, steps):
    """Run `steps` steps after a warm-up, and print the JSON object that `bench step` reads."""
    times = [once(run) for _ in range(WARM_UP + steps)][WARM_UP:]
    print(json.dumps({
        "name": name, "views": views, "threads": threads,
        "views_per_second": views / statistics.median(times),
        "best_views_per_second": views / min(times),
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))  # fmt: skip
