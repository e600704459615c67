"""The recursion of graphon_numpy.py in PyTorch: the same blocks, elementwise work on all threads and in place."""

import math

import torch
from graphon_numpy import ROWS, diagonals, plan


def load(folder, parameters, threads):
    torch.set_num_threads(threads)
    x_host, first_host, rest_host = plan(folder, parameters)
    x, first = torch.from_numpy(x_host), torch.from_numpy(first_host)
    rest = [torch.from_numpy(w) for w in rest_host]
    scaled = [w / (2 * math.pi) for w in rest]
    n, bins, classes = x.shape[0], first.shape[0], rest[-1].shape[0]

    @torch.no_grad()
    def run():
        hidden, k_diagonal, theta_diagonal = diagonals(first_host, rest_host, x_host)
        roots = [torch.from_numpy(k).sqrt() for k in hidden]
        nngp, ntk = (torch.empty(classes, n, n, dtype=torch.float64) for _ in range(2))
        for top in range(0, n, ROWS):
            rows = x[top : top + ROWS]
            count, width = len(rows), n - top
            weighted = (first[:, None, :] * rows).view(bins * count, -1)
            k = (weighted @ x[top:].t()).view(bins, count, width)
            theta = k.clone()
            for w, root in zip(scaled, roots):
                size = root[:, top : top + count, None] * root[:, None, top:]
                cosine = k.div_(size).nan_to_num_(nan=0.0).clamp_(-1, 1)
                rest_angle = torch.acos(cosine).neg_().add_(math.pi)
                sine = torch.addcmul(torch.ones((), dtype=torch.float64), cosine, cosine, value=-1).sqrt_()
                cosine.mul_(rest_angle).add_(sine).mul_(size)
                theta.mul_(rest_angle).add_(cosine)
                flat = w.shape[1], count * width
                k = (w @ cosine.view(flat)).view(-1, count, width)
                theta = (w @ theta.view(flat)).view(-1, count, width)
            nngp[:, top : top + count, top:] = k
            ntk[:, top : top + count, top:] = theta
        at = torch.arange(n)
        nngp[:, at, at], ntk[:, at, at] = torch.from_numpy(k_diagonal), torch.from_numpy(theta_diagonal)
        for result in (nngp, ntk):
            for c in range(classes):
                upper = result[c].triu()
                result[c] = upper + upper.triu(1).t()
        return lambda: {'nngp': nngp.numpy(), 'ntk': ntk.numpy()}

    return run
