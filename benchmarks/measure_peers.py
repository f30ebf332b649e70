"""What others take for the same rates, by the Python that has them: `python -m benchmarks.measure_peers NAME FOLDER`.

Each fits the curve of each lead type with its intervals and reads the median. The arrays are in memory before the clock runs.
Nothing of the project is imported, so that the packages need not be in its environment.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

HORIZONS = (30, 60, 90, 180, 365)
MODULES = {"statsmodels": "statsmodels", "scikit-survival": "sksurv", "lifelines": "lifelines"}


def cpu() -> float:
    """Seconds of CPU so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def statsmodels(age: np.ndarray, cause: np.ndarray) -> object:
    """CumIncidenceRight, with its standard errors."""
    from statsmodels.duration.survfunc import CumIncidenceRight  # noqa: PLC0415

    found = CumIncidenceRight(age, cause)
    return _read(found.times, found.cinc[0])


def scikit_survival(age: np.ndarray, cause: np.ndarray) -> object:
    """cumulative_incidence_competing_risks with log-log intervals."""
    from sksurv.nonparametric import cumulative_incidence_competing_risks  # noqa: PLC0415

    times, shares, _ = cumulative_incidence_competing_risks(cause, age, conf_type="log-log")
    return _read(times, shares[1])


def lifelines(age: np.ndarray, cause: np.ndarray) -> object:
    """AalenJohansenFitter with variance; it moves ties by chance."""
    from lifelines import AalenJohansenFitter  # noqa: PLC0415

    fitted = AalenJohansenFitter(calculate_variance=True, seed=1).fit(age, cause, event_of_interest=1)
    return _read(fitted.cumulative_density_.index.to_numpy(), fitted.cumulative_density_.iloc[:, 0].to_numpy())


def _read(times: np.ndarray, shares: np.ndarray) -> list[float]:
    places = np.searchsorted(times, HORIZONS, side="right") - 1
    return [*shares[places], times[np.argmax(shares >= shares[-1] / 2)]]


def main(name: str, folder: Path) -> dict[str, float]:
    """Seconds for all types; nothing where the package is not there."""
    if importlib.util.find_spec(MODULES[name]) is None:
        return {}
    warnings.simplefilter("ignore")
    arrays = np.load(folder / "ages.npz")
    kinds = np.unique(arrays["kind"])
    parts = [(arrays["age"][arrays["kind"] == kind], arrays["cause"][arrays["kind"] == kind]) for kind in kinds]
    fits: dict[str, Callable[[np.ndarray, np.ndarray], object]] = {
        "statsmodels": statsmodels,
        "scikit-survival": scikit_survival,
        "lifelines": lifelines,
    }
    fits[name](parts[0][0][:1000], parts[0][1][:1000])
    start = cpu()
    for age, cause in parts:
        fits[name](age, cause)
    return {"seconds": cpu() - start}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
