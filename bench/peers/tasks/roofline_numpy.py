"""Dense products by NumPy: the best of some repeats, GFLOP/s in f32 and f64; and bytes moved per second."""

import time

import numpy as np


def best(step, repeats=6):
    shortest = float('inf')
    for _ in range(repeats):
        begin = time.perf_counter()
        step()
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest


def load(folder, parameters, threads):
    n, length = int(parameters['side']), int(parameters['length'])

    def run():
        found = {}
        for name, kind in (('f32', np.float32), ('f64', np.float64)):
            a = np.random.default_rng(0).random((n, n)).astype(kind)
            c = np.empty_like(a)
            found[name] = 2 * n**3 / best(lambda: np.matmul(a, a, out=c)) / 1e9
        # NumPy adds on one thread; a lower bound where PyTorch is missing.
        a, b, c = np.ones(length), np.ones(length), np.empty(length)
        found['bandwidth'] = 24 * length / best(lambda: np.add(a, b, out=c)) / 1e9
        return lambda: {key: np.array([value]) for key, value in found.items()}

    return run
