"""Limit kernels of nearly parallel samples in 60-digit arithmetic, as the recursion of docs/theory.md reads.

    python3 -m pip install mpmath
    python3 test/oracle/near_parallel_reference.py

writes fixtures/near-parallel.json. Inputs are doubles, written so that they are read back to the last bit.
"""

import json
import random
from pathlib import Path

from mpmath import acos, asin, atan, mp, mpf, nstr, pi, sin, sqrt

mp.dps = 60


def arc_cosine(slope):
    s = mpf(slope)

    def dual(q, r, k):
        if q == 0 or r == 0:
            return mpf(0), s * s if q == r else s * (1 + s) / 2
        n = sqrt(q * r)
        angle = acos(max(mpf(-1), min(mpf(1), k / n)))
        w = (1 - s) ** 2 / (2 * pi)
        return s * k + w * (n * sin(angle) + k * (pi - angle)), s + w * (pi - angle)

    return dual


def erf(q, r, k):
    a, b = 1 + 2 * q, 1 + 2 * r
    return 2 / pi * asin(2 * k / sqrt(a * b)), 4 / pi / sqrt(a * b - 4 * k * k)


def recursion(case, a, b):
    """K and Θ of every class for samples a and b."""
    W, V, measures = case["W"], case["V"], case["measures"]
    d = len(a)
    name, _, slope = case["activation"].partition(":")
    dual = erf if name == "erf" else arc_cosine(slope or 0)
    standard = case["parameterization"] == "standard"
    masked = case["convention"] == "masked"
    pairs = [(a, a), (b, b), (a, b)]
    outer = [[[mpf(x) * mpf(y) for x, y in zip(*pair)]] for pair in pairs]
    K = theta = None
    for l, (rows, energies) in enumerate(zip(W, V)):
        sw, sb = mpf(case["sigmaW2"][l]), mpf(case["sigmaB2"])
        own = mpf(case["sizes"][l]) if standard else sw
        own_bias = mpf(1) if standard and sb > 0 else sb
        weight = [mpf(1) / d] * d if l == 0 else [mpf(m) for m in measures[l - 1]]
        next_K, next_theta = [], []
        for p in range(3):
            if l == 0:
                columns = [(g, mpf(0)) for g in outer[p][0]]
            else:
                columns = []
                for v in range(len(weight)):
                    q, r = (K[0][v], K[1][v]) if p == 2 else (K[p][v], K[p][v])
                    g, slope_ = dual(q, r, K[p][v])
                    columns.append((g, slope_ * theta[p][v]))
            next_K.append([])
            next_theta.append([])
            for row, energy in zip(rows, energies):
                k = t = mpf(0)
                for w, v, m, (g, h) in zip(row, energy, weight, columns):
                    k += sw * mpf(v) * m * g
                    t += own * (mpf(w) if masked else 1) * m * g + sw * mpf(v) * m * h
                next_K[p].append(k + sb)
                next_theta[p].append(t + own_bias)
        K, theta = next_K, next_theta
    return K[2], theta[2]


def chain(rng, d, bins, classes, dense=False):
    shape = [d, *bins, classes]
    draw = lambda low, high: [
        [[round(rng.uniform(low, high), 4) for _ in range(shape[l])] for _ in range(shape[l + 1])]
        for l in range(len(shape) - 1)
    ]
    W, V = draw(0.05, 1), draw(0.05, 1.5)
    if dense:
        W[0] = V[0] = [[1.0] * d for _ in range(bins[0])]
    # Measures are multiples of 1/64, so that they sum to 1 exactly.
    measures = []
    for k in bins:
        parts = [64 // k + (1 if i < 64 % k else 0) for i in range(k)]
        measures.append([p / 64 for p in parts])
    return {"W": W, "V": V, "measures": measures}


def neighbours(rng, d, mean=0.0, size=1.0):
    """A sample with multiples, opposites and neighbours at many distances; another one with a neighbour; nothing."""
    a, b = ([mean + size * rng.gauss(0, 1) for _ in range(d)] for _ in range(2))
    near = lambda x, step: [v + step * size * rng.gauss(0, 1) for v in x]
    times = lambda x, c: [c * v for v in x]
    return [
        a, times(a, 0.9), times(a, -1.7), near(a, 1e-9), near(times(a, 1.1), 1e-7), near(a, 1e-4), near(a, 0.02),
        near(times(a, -1), 1e-6), list(a), b, near(b, 1e-12), times(b, 1e-3), [0.0] * d,
    ]


def images(rng, d):
    """Samples that are one value in most coordinates, at two contrasts each, and neighbours of the first."""
    x = []
    for _ in range(4):
        shown = rng.sample(range(d), d // 4)
        x.append([rng.uniform(0, 3) if j in shown else -0.42 for j in range(d)])
    changed = lambda step: [v + step * rng.gauss(0, 1) if v > 0 else v for v in x[0]]
    return [*x, *[[1.25 * v for v in row] for row in x], changed(1e-8), changed(1e-5), changed(0.01)]


def main():
    rng = random.Random(9)
    base = {"sigmaB2": 0.0, "convention": "masked", "parameterization": "ntk"}
    relu = {"activation": "relu", "sigmaW2": [1.0, 2.0, 2.0, 1.0]}
    cases = []

    def add(name, x, network, dense=False, **options):
        d = len(x[0])
        case = {**base, **network, **options, **chain(rng, d, (3, 2, 3), 2, dense), "sizes": [d, 40, 30, 20, 2]}
        entries = [recursion(case, x[i], x[j]) for i in range(len(x)) for j in range(i, len(x))]
        case["nngp"] = [[float(nstr(k[c], 25)) for k, _ in entries] for c in range(2)]
        case["ntk"] = [[float(nstr(t[c], 25)) for _, t in entries] for c in range(2)]
        cases.append({"name": name, "x": x, **case})

    d = 6
    leaky = {"activation": "leaky-relu:0.2", "sigmaW2": [1.0, 1.9, 1.9, 1.0]}
    folded = {"activation": "leaky-relu:-0.9", "sigmaW2": [1.0, 1.0, 1.0, 1.0]}
    smooth = {"activation": "erf", "sigmaW2": [1.0, 1.0, 1.0, 1.0]}
    add("ReLU", neighbours(rng, d), relu)
    add("ReLU, variance convention, dense inputs", neighbours(rng, d), relu, dense=True, convention="variance")
    add("ReLU with biases, standard parameterisation", neighbours(rng, d), relu, sigmaB2=0.3, parameterization="standard")
    add("ReLU, all inputs near 1e5", neighbours(rng, d, mean=1e5), relu)
    add("ReLU, tiny inputs", neighbours(rng, d, size=1e-120), relu)
    add("ReLU, images on a background", images(rng, 24), relu)
    add("ReLU, biases far above the inputs", neighbours(rng, d), relu, sigmaB2=1e7)
    add("leaky ReLU", neighbours(rng, d), leaky)
    add("leaky ReLU, nearly a modulus", neighbours(rng, d), folded, sigmaB2=0.1)
    add("erf, all inputs near 1e5", neighbours(rng, d, mean=1e5), smooth, sigmaB2=0.2)
    add("erf, large inputs and weights", neighbours(rng, d, size=1e3), {**smooth, "sigmaW2": [1.0, 50.0, 50.0, 1.0]})
    add("erf, biases far above the inputs", neighbours(rng, d), smooth, sigmaB2=1e10)
    target = Path(__file__).parent / "fixtures" / "near-parallel.json"
    target.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    print(f"{len(cases)} cases, {target.stat().st_size} bytes")


main()
