"""The cut norms of some pairs by the cutnorm package: semidefinite relaxation and rounding. `value` is the cut that the
rounding found, `relaxed` the relaxation's value, which is no proven bound because its solver stops early."""

import numpy as np
from inputs import read_list


def load(folder, parameters, threads):
    from cutnorm import compute_cutnorm

    pairs = list(zip(read_list(folder, 'a'), read_list(folder, 'b')))

    def run():
        np.random.seed(0)
        found = [compute_cutnorm(a, b) for a, b in pairs]
        rounded, relaxed = (np.array([float(f[k]) for f in found]) for k in (0, 1))
        return lambda: {'value': rounded, 'relaxed': relaxed}

    return run
