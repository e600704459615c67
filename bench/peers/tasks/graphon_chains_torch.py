"""The recursions of graphon_chains_numpy.py in PyTorch: the same blocks, elementwise work on all threads and in place."""

import math

import torch
from graphon_chains_numpy import NAMES, ROWS, diagonals, halves, plan


def load(folder, parameters, threads):
    torch.set_num_threads(threads)
    x_host, methods = plan(folder, parameters)
    x = torch.from_numpy(x_host)
    n, bins = x.shape[0], parameters['bins']
    firsts = [torch.from_numpy(first) for first, _ in methods]
    scaled = [
        [tuple(m and [torch.from_numpy(w) / (2 * math.pi) for w in m] for m in chain) for chain in chains]
        for _, chains in methods
    ]
    one = torch.ones((), dtype=torch.float64)

    def output(k, theta, propagate, own, roots, top, count):
        width = n - top
        for layer, (v, root) in enumerate(zip(propagate, roots)):
            size = root[:, top : top + count, None] * root[:, None, top:]
            cosine = k.div(size).nan_to_num_(nan=0.0).clamp_(-1, 1)
            rest_angle = torch.acos(cosine).neg_().add_(math.pi)
            sine = torch.addcmul(one, cosine, cosine, value=-1).sqrt_()
            cosine.mul_(rest_angle).add_(sine).mul_(size)
            rest_angle.mul_(theta)
            flat = v.shape[1], count * width
            if own is None:
                theta = v @ rest_angle.add_(cosine).view(flat)
            else:
                theta = (v @ rest_angle.view(flat)).addmm_(own[layer], cosine.view(flat))
            theta = theta.view(-1, count, width)
            if layer + 1 < len(propagate):
                k = (v @ cosine.view(flat)).view(-1, count, width)
        return theta[0]

    @torch.no_grad()
    def run():
        results = {}
        for m, (first_host, chains) in enumerate(methods):
            first = firsts[m]
            found = diagonals(first_host, chains, x_host)
            roots = [[torch.from_numpy(k).sqrt() for k in hidden] for hidden, _ in found]
            kernels = torch.empty(len(chains), n, n, dtype=torch.float64)
            for top in range(0, n, ROWS):
                rows = x[top : top + ROWS]
                count, width = len(rows), n - top
                weighted = (first[:, None, :] * rows).view(-1, x.shape[1])
                gram = (weighted @ x[top:].t()).view(-1, count, width)
                for kind, (propagate, own) in enumerate(scaled[m]):
                    k, theta = halves(gram, kind, bins)
                    kernels[kind, top : top + count, top:] = output(
                        k, theta, propagate, own, roots[kind], top, count
                    )
            at = torch.arange(n)
            for kind, (_, theta) in enumerate(found):
                kernels[kind, at, at] = torch.from_numpy(theta[0])
                upper = kernels[kind].triu()
                kernels[kind] = upper + upper.triu(1).t()
            results.update({f'{name}{m}': kernel.numpy() for name, kernel in zip(NAMES, kernels)})
        return lambda: results

    return run
