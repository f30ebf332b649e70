"""What others take for the same rates, by the Python that has them: `python -m benchmarks.measure_peers NAME FOLDER`.

Each fits the curve of each lead type with its intervals and reads the median, from the same Parquet file, whose rows DuckDB
turns into the arrays that they want; `fit` is without that. Nothing of the project is imported, so that the packages need not be in its environment.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

ENDS = """
select type, case when s3 is not null then 1 when left_on is not null then 2 else 0 end as cause,
    (coalesce(s3, greatest(left_on, s0), date '2026-10-31') - s0)::double as age
from read_parquet(?) where excluded is null and not backwards and s0 is not null and type is not null
"""
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

    times, shares, _ = cumulative_incidence_competing_risks(cause, age, conf_type="log-log", var_type="Dinse_Approx")
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
    fits: dict[str, Callable[[np.ndarray, np.ndarray], object]] = {
        "statsmodels": statsmodels,
        "scikit-survival": scikit_survival,
        "lifelines": lifelines,
    }
    some = np.random.default_rng(1)
    fits[name](some.integers(0, 9, 99).astype(np.float64), some.integers(0, 3, 99))
    with duckdb.connect(config={"threads": 2}) as engine:
        start = cpu()
        found = engine.execute(ENDS, [str(folder / "passes.parquet")]).fetchnumpy()
    types = np.asarray(found["type"])
    parts = [(found["age"][types == kind], found["cause"][types == kind].astype(np.int64)) for kind in set(types)]
    loaded = cpu()
    for age, cause in parts:
        fits[name](np.asarray(age), np.asarray(cause))
    return {"seconds": cpu() - start, "fit": cpu() - loaded}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
