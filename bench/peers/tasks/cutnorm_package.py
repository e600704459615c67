"""The cut norm by the cutnorm package: semidefinite relaxation and rounding."""

import numpy as np
from inputs import read


def load(folder, parameters, threads):
    from cutnorm import compute_cutnorm

    a, b = read(folder, 'a'), read(folder, 'b')

    def run():
        np.random.seed(0)
        rounded, relaxed, _ = compute_cutnorm(a, b)
        return lambda: {'value': np.array([float(rounded)]), 'relaxed': np.array([float(relaxed)])}

    return run
