"""The Graphon NTK recursion in NumPy, f64, ReLU, no bias, V = W. Samples are taken a few rows at a time against all later
ones, so that the symmetric half is left out, the first layer is one large product, and the arrays stay near the cache."""

import numpy as np
from inputs import read, read_list

ROWS = 8


def diagonals(first, rest, x):
    """K^l(u; x, x) of every hidden layer, and the outputs' K and Theta on the diagonal: rho is exactly 1 there."""
    k = first @ (x * x).T
    theta = k
    hidden = []
    for w in rest:
        hidden.append(k)
        k, theta = w @ (k / 2), w @ (k / 2 + theta / 2)
    return hidden, k, theta


def plan(folder, parameters):
    x = read(folder, 'x')
    chain = read_list(folder, 'W')
    measures = read_list(folder, 'measure')
    sigma = [1.0] + [2.0] * (len(chain) - 2) + [1.0]
    first = chain[0] * (sigma[0] / x.shape[1])
    rest = [w * m * s for w, m, s in zip(chain[1:], measures, sigma[1:])]
    return x, first, rest


def mirrored(k):
    """Copies the upper triangle to the lower one; only later columns of each block of rows were filled."""
    for c in range(k.shape[0]):
        upper = np.triu(k[c])
        k[c] = upper + np.triu(upper, 1).T


def load(folder, parameters, threads):
    x, first, rest = plan(folder, parameters)
    n, bins, classes = x.shape[0], first.shape[0], rest[-1].shape[0]

    def run():
        hidden, k_diagonal, theta_diagonal = diagonals(first, rest, x)
        roots = [np.sqrt(k) for k in hidden]
        nngp, ntk = np.empty((classes, n, n)), np.empty((classes, n, n))
        for top in range(0, n, ROWS):
            rows = x[top : top + ROWS]
            count, width = len(rows), n - top
            weighted = (first[:, None, :] * rows).reshape(bins * count, -1)
            k = (weighted @ x[top:].T).reshape(bins, count, width)
            theta = k.copy()
            for w, root in zip(rest, roots):
                size = root[:, top : top + count, None] * root[:, None, top:]
                with np.errstate(invalid='ignore', divide='ignore'):
                    cosine = np.clip(np.nan_to_num(np.divide(k, size, out=k), copy=False), -1, 1, out=k)
                rest_angle = np.arccos(cosine)
                np.subtract(np.pi, rest_angle, out=rest_angle)
                sine = np.sqrt(1 - cosine * cosine)
                np.multiply(cosine, rest_angle, out=cosine)
                cosine += sine
                cosine *= size
                theta *= rest_angle
                theta += cosine
                flat = w.shape[1], count * width
                scale = 1 / (2 * np.pi)
                k = ((w * scale) @ cosine.reshape(flat)).reshape(-1, count, width)
                theta = ((w * scale) @ theta.reshape(flat)).reshape(-1, count, width)
            nngp[:, top : top + count, top:] = k
            ntk[:, top : top + count, top:] = theta
        at = np.arange(n)
        nngp[:, at, at], ntk[:, at, at] = k_diagonal, theta_diagonal
        mirrored(nngp), mirrored(ntk)
        return lambda: {'nngp': nngp, 'ntk': ntk}

    return run
