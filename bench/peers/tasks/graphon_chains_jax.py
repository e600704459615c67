"""The recursions of graphon_chains_numpy.py in JAX, f64: one jitted function for both chains of a method and each block width,
widths rounded up to multiples of 128 so that few compilations serve all blocks; XLA fuses the layers of a block."""

import jax
import jax.numpy as jnp
import numpy as np
from graphon_chains_numpy import NAMES, ROWS, diagonals, halves, mirrored, plan

jax.config.update('jax_enable_x64', True)
STEP = 128


def output(k, theta, propagate, own, row_roots, column_roots):
    for layer, (v, row_root, column_root) in enumerate(zip(propagate, row_roots, column_roots)):
        size = row_root[:, :, None] * column_root[:, None, :]
        cosine = jnp.clip(jnp.where(size > 0, k / jnp.where(size > 0, size, 1), 0), -1, 1)
        rest_angle = jnp.pi - jnp.arccos(cosine)
        g = size * (jnp.sqrt(1 - cosine * cosine) + rest_angle * cosine)
        shape = -1, *k.shape[1:]
        flat = lambda values: values.reshape(values.shape[0], -1)
        if own is None:
            theta = (v @ flat(g + rest_angle * theta)).reshape(shape)
        else:
            theta = (v @ flat(rest_angle * theta) + own[layer] @ flat(g)).reshape(shape)
        if layer + 1 < len(propagate):
            k = (v @ flat(g)).reshape(shape)
    return theta[0]


@jax.jit
def block(rows, columns, first, chains, row_roots, column_roots):
    count, width = rows.shape[0], columns.shape[0]
    weighted = (first[:, None, :] * rows).reshape(first.shape[0] * count, -1)
    gram = (weighted @ columns.T).reshape(first.shape[0], count, width)
    return [
        output(*halves(gram, kind, first.shape[0] // 2), *chain, row_roots[kind], column_roots[kind])
        for kind, chain in enumerate(chains)
    ]


def load(folder, parameters, threads):
    x_host, methods = plan(folder, parameters)
    x = jnp.asarray(x_host)
    n = x.shape[0]
    firsts = [jnp.asarray(first) for first, _ in methods]
    scale = 1 / (2 * np.pi)
    scaled = [
        [tuple(m and [jnp.asarray(w * scale) for w in m] for m in chain) for chain in chains] for _, chains in methods
    ]

    def run():
        results = {}
        for m, (first_host, chains) in enumerate(methods):
            found = diagonals(first_host, chains, x_host)
            roots = [[np.sqrt(k) for k in hidden] for hidden, _ in found]
            kernels = np.empty((len(chains), n, n))
            for top in range(0, n, ROWS):
                left = top // STEP * STEP
                end = min(n, top + ROWS)
                thetas = block(
                    x[top:end],
                    x[left:],
                    firsts[m],
                    scaled[m],
                    [[r[:, top:end] for r in of] for of in roots],
                    [[r[:, left:] for r in of] for of in roots],
                )
                for kind, theta in enumerate(thetas):
                    kernels[kind, top:end, left:] = theta
            at = np.arange(n)
            kernels[:, at, at] = [theta[0] for _, theta in found]
            mirrored(kernels)
            results.update({f'{name}{m}': kernel for name, kernel in zip(NAMES, kernels)})
        return lambda: results

    return run
