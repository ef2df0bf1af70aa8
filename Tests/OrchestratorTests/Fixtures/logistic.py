"""scikit-learn's LogisticRegression in double precision, on rows that Swift makes alike from hashed values.

    x_i = noise_i + centre of class (i mod classes)        y_i = i mod classes
    x is (rows, dimension), once to learn from and once to test; the independent case has activity (rows, classes):
    y_ik = 1 where x_ik + noise > 0.3
"""

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from hashed_values import hashed_values, rounded, write

CASES = [
    dict(name="nearly separable", number=1, classes=4, rows=60, dimension=20, separation=0.5),
    dict(name="noisy", number=2, classes=10, rows=300, dimension=40, separation=0.25),
    dict(name="wide", number=3, classes=5, rows=80, dimension=200, separation=0.15),
]
INDEPENDENT = dict(name="independent", number=4, classes=3, rows=200, dimension=15, separation=0.5)
PENALTIES = [1e-3, 1e-2, 1e-1, 1.0, 10.0]


def inputs(case, part):
    """(rows, dimension) of part 0 (training) or 1 (test)."""
    base = 5000 + 10 * case["number"]
    noise = hashed_values(base + part, case["rows"] * case["dimension"], 1).reshape(case["rows"], -1)
    centres = hashed_values(base + 2, case["classes"] * case["dimension"], case["separation"])
    labels = np.arange(case["rows"]) % case["classes"]
    return noise + centres.reshape(case["classes"], -1)[labels], labels


def activity(case, part, x):
    noise = hashed_values(5000 + 10 * case["number"] + 3 + part, case["rows"] * case["classes"], 1)
    return (x[:, : case["classes"]] + noise.reshape(case["rows"], -1) > np.float32(0.3)).astype(int)


def fit(x, y, penalty):
    # Newton's method reaches the optimum to rounding.
    model = LogisticRegression(C=penalty, tol=1e-10, max_iter=10_000, solver="newton-cg")
    return model.fit(x.astype(np.float64), y)


def solutions(case):
    (x, y), (test_x, test_y) = inputs(case, 0), inputs(case, 1)
    for penalty in PENALTIES:
        model = fit(x, y, penalty)
        yield {
            "penalty": penalty, "norm": rounded(np.linalg.norm(model.coef_)),
            "trainingLoss": rounded(log_loss(y, model.predict_proba(x.astype(np.float64)))),
            "testLoss": rounded(log_loss(test_y, model.predict_proba(test_x.astype(np.float64)))),
            "testAccuracy": rounded(model.score(test_x.astype(np.float64), test_y)),
        }  # fmt: skip


def independent_solutions(case):
    x, test_x = inputs(case, 0)[0], inputs(case, 1)[0]
    y, test_y = activity(case, 0, x), activity(case, 1, test_x)
    for penalty in PENALTIES:
        models = [fit(x, y[:, k], penalty) for k in range(case["classes"])]
        probabilities = [
            np.stack([m.predict_proba(part.astype(np.float64))[:, 1] for m in models], 1) for part in (x, test_x)
        ]
        losses = [
            sum(log_loss(truth[:, k], p[:, k]) for k in range(case["classes"]))
            for p, truth in zip(probabilities, (y, test_y))
        ]
        yield {
            "penalty": penalty, "norm": rounded(np.linalg.norm([m.coef_ for m in models])),
            "trainingLoss": rounded(losses[0]), "testLoss": rounded(losses[1]),
            "testAccuracy": rounded(((probabilities[1] > 0.5) == test_y).mean()),
        }  # fmt: skip


def main():
    write("logistic.json", {
        "version": sklearn.__version__,
        "cases": [{**case, "solutions": list(solutions(case))} for case in CASES],
        "independent": {**INDEPENDENT, "solutions": list(independent_solutions(INDEPENDENT))},
    })


if __name__ == "__main__":
    main()
