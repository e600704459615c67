"""The recursion of graphon_numpy.py in JAX, f64: one jitted function per block width, widths rounded up to multiples of
128 so that eight compilations serve 1024 samples; all layers of a block are fused by XLA."""

import jax
import jax.numpy as jnp
import numpy as np
from graphon_numpy import ROWS, diagonals, plan

jax.config.update('jax_enable_x64', True)
STEP = 128


@jax.jit
def block(rows, columns, first, rest, row_roots, column_roots):
    count, width = rows.shape[0], columns.shape[0]
    weighted = (first[:, None, :] * rows).reshape(first.shape[0] * count, -1)
    k = (weighted @ columns.T).reshape(first.shape[0], count, width)
    theta = k
    for w, row_root, column_root in zip(rest, row_roots, column_roots):
        size = row_root[:, :, None] * column_root[:, None, :]
        cosine = jnp.clip(jnp.where(size > 0, k / jnp.where(size > 0, size, 1), 0), -1, 1)
        rest_angle = jnp.pi - jnp.arccos(cosine)
        g = size * (jnp.sqrt(1 - cosine * cosine) + rest_angle * cosine)
        flat = w.shape[1], count * width
        scaled = w / (2 * jnp.pi)
        theta = (scaled @ (g + rest_angle * theta).reshape(flat)).reshape(-1, count, width)
        k = (scaled @ g.reshape(flat)).reshape(-1, count, width)
    return k, theta


def load(folder, parameters, threads):
    x_host, first_host, rest_host = plan(folder, parameters)
    x, first = jnp.asarray(x_host), jnp.asarray(first_host)
    rest = [jnp.asarray(w) for w in rest_host]
    n, classes = x.shape[0], rest_host[-1].shape[0]

    def run():
        hidden, k_diagonal, theta_diagonal = diagonals(first_host, rest_host, x_host)
        roots = [np.sqrt(k) for k in hidden]
        nngp, ntk = np.empty((classes, n, n)), np.empty((classes, n, n))
        for top in range(0, n, ROWS):
            left = top // STEP * STEP
            end = min(n, top + ROWS)
            k, theta = block(
                x[top:end], x[left:], first, rest, [r[:, top:end] for r in roots], [r[:, left:] for r in roots]
            )
            nngp[:, top:end, left:] = k
            ntk[:, top:end, left:] = theta
        at = np.arange(n)
        nngp[:, at, at], ntk[:, at, at] = k_diagonal, theta_diagonal
        for result in (nngp, ntk):
            for c in range(classes):
                upper = np.triu(result[c])
                result[c] = upper + np.triu(upper, 1).T
        return lambda: {'nngp': nngp, 'ntk': ntk}

    return run
