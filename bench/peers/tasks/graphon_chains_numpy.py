"""Tangent kernels of several Graphon NTK recursions in NumPy, f64, ReLU, no bias: of every method's chain with V = W and with
energies V of its own, the mean over classes. As in graphon_numpy.py a few rows of samples against all later ones; the first
layers of a method's two chains are one product, since both need that of W."""

import numpy as np
from graphon_numpy import ROWS, mirrored
from inputs import read, read_list

NAMES = 'redrawn', 'kept'


def fold(chain, measures, scale):
    """A chain's matrices with everything constant in them; of the output layer the mean over classes."""
    sigma = [1.0] + [2.0] * (len(chain) - 2) + [1.0]
    first = chain[0] * (sigma[0] / scale)
    rest = [w * m * s for w, m, s in zip(chain[1:], measures, sigma[1:])]
    return first, rest[:-1] + [rest[-1].mean(axis=0, keepdims=True)]


def plan(folder, parameters):
    """Samples; of every method the first matrices of W and V, one below the other, and (V, W) of its two chains' others."""
    x = read(folder, 'x')
    measures = read_list(folder, 'measure')
    methods = []
    for m in range(parameters['methods']):
        (w_first, w), (v_first, v) = (
            fold(read_list(folder, f'method{m}-{name}'), measures, x.shape[1]) for name in 'WV'
        )
        methods.append((np.concatenate([w_first, v_first]), [(w, None), (v, w)]))
    return x, methods


def halves(gram, kind, bins):
    """K and Theta of the first layer: those of W where weights are drawn again, K that of V where they are kept."""
    return (gram[:bins] if kind == 0 else gram[bins:]), gram[:bins]


def diagonals(first, chains, x):
    """Of each chain K^l(u; x, x) of every hidden layer, and the output's Theta on the diagonal: rho is exactly 1 there."""
    gram = first @ (x * x).T
    found = []
    for kind, (propagate, own) in enumerate(chains):
        k, theta = halves(gram, kind, len(first) // 2)
        hidden = []
        for v, w in zip(propagate, own or propagate):
            hidden.append(k)
            k, theta = v @ (k / 2), v @ (theta / 2) + w @ (k / 2)
        found.append((hidden, theta))
    return found


def load(folder, parameters, threads):
    x, methods = plan(folder, parameters)
    n, bins = x.shape[0], parameters['bins']
    scale = 1 / (2 * np.pi)
    scaled = [[tuple(m and [w * scale for w in m] for m in chain) for chain in chains] for _, chains in methods]

    def output(k, theta, propagate, own, roots, top, count):
        width = n - top
        for layer, (v, root) in enumerate(zip(propagate, roots)):
            size = root[:, top : top + count, None] * root[:, None, top:]
            with np.errstate(invalid='ignore', divide='ignore'):
                cosine = np.divide(k, size)
            cosine = np.clip(np.nan_to_num(cosine, copy=False), -1, 1, out=cosine)
            rest_angle = np.arccos(cosine)
            np.subtract(np.pi, rest_angle, out=rest_angle)
            sine = np.sqrt(1 - cosine * cosine)
            np.multiply(cosine, rest_angle, out=cosine)
            cosine += sine
            cosine *= size
            np.multiply(theta, rest_angle, out=rest_angle)
            flat = v.shape[1], count * width
            if own is None:
                rest_angle += cosine
                theta = v @ rest_angle.reshape(flat)
            else:
                theta = v @ rest_angle.reshape(flat)
                theta += own[layer] @ cosine.reshape(flat)
            theta = theta.reshape(-1, count, width)
            if layer + 1 < len(propagate):
                k = (v @ cosine.reshape(flat)).reshape(-1, count, width)
        return theta[0]

    def run():
        results = {}
        for m, (first, chains) in enumerate(methods):
            found = diagonals(first, chains, x)
            roots = [[np.sqrt(k) for k in hidden] for hidden, _ in found]
            kernels = np.empty((len(chains), n, n))
            for top in range(0, n, ROWS):
                rows = x[top : top + ROWS]
                count, width = len(rows), n - top
                weighted = (first[:, None, :] * rows).reshape(-1, x.shape[1])
                gram = (weighted @ x[top:].T).reshape(-1, count, width)
                for kind, (propagate, own) in enumerate(scaled[m]):
                    k, theta = halves(gram, kind, bins)
                    kernels[kind, top : top + count, top:] = output(
                        k, theta, propagate, own, roots[kind], top, count
                    )
            at = np.arange(n)
            kernels[:, at, at] = [theta[0] for _, theta in found]
            mirrored(kernels)
            results.update({f'{name}{m}': kernel for name, kernel in zip(NAMES, kernels)})
        return lambda: results

    return run
