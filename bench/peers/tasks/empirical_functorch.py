"""The empirical NTK of a masked network by torch.func (functorch before PyTorch 2), f64: the Jacobian of one class over a
few samples with vmap and grad, gathered at surviving weights, and one Gram matrix per class."""

import torch
from inputs import read, read_list

try:
    from torch.func import grad, vmap
except ImportError:
    from functorch import grad, vmap

SAMPLES = 16


def load(folder, parameters, threads):
    torch.set_num_threads(threads)
    masks = [torch.from_numpy(m) for m in read_list(folder, 'mask')]
    weights = tuple(torch.from_numpy(w).double() * m for w, m in zip(read_list(folder, 'w'), masks))
    kept = [m.flatten().nonzero().flatten() for m in masks]
    x = torch.from_numpy(read(folder, 'x')).double()
    n, classes = x.shape[0], weights[-1].shape[0]
    total = sum(len(k) for k in kept)

    def output(w, sample, c):
        h = sample
        for i, matrix in enumerate(w):
            h = matrix @ h
            if i + 1 < len(w):
                h = torch.relu(h)
        return h[c]

    def run():
        theta = torch.empty(classes, n, n, dtype=torch.float64)
        jacobian = torch.empty(n, total, dtype=torch.float64)
        for c in range(classes):
            per_sample = vmap(grad(lambda w, sample: output(w, sample, c)), in_dims=(None, 0))
            for start in range(0, n, SAMPLES):
                parts = per_sample(weights, x[start : start + SAMPLES])
                at = 0
                for part, k in zip(parts, kept):
                    jacobian[start : start + SAMPLES, at : at + len(k)] = part.flatten(1)[:, k]
                    at += len(k)
            torch.matmul(jacobian, jacobian.t(), out=theta[c])
        return lambda: {'ntk': theta.numpy()}

    return run
