"""The empirical NTK of a masked network in PyTorch by hand, f64: activations and output derivatives by two passes, the
Jacobian at surviving weights alone from gathered columns, and one Gram matrix per class and layer, in pieces that bound
the memory."""

import torch
from inputs import read, read_list

PIECE = 1 << 13


def load(folder, parameters, threads):
    torch.set_num_threads(threads)
    masks = [torch.from_numpy(m) for m in read_list(folder, 'mask')]
    weights = [torch.from_numpy(w).double() * m for w, m in zip(read_list(folder, 'w'), masks)]
    places = [m.nonzero(as_tuple=True) for m in masks]
    x = torch.from_numpy(read(folder, 'x')).double()
    n, classes = x.shape[0], weights[-1].shape[0]

    @torch.no_grad()
    def run():
        post = [x]
        for i, w in enumerate(weights):
            z = post[-1] @ w.t()
            post.append(torch.relu_(z) if i + 1 < len(weights) else z)
        # Feature-major, so that gathering takes whole rows.
        features = [a.t().contiguous() for a in post]
        theta = torch.zeros(classes, n, n, dtype=torch.float64)
        for c in range(classes):
            delta = torch.zeros(n, classes, dtype=torch.float64)
            delta[:, c] = 1
            for i in range(len(weights) - 1, -1, -1):
                rows, columns = places[i]
                errors = delta.t().contiguous()
                for start in range(0, len(rows), PIECE):
                    part = errors.index_select(0, rows[start : start + PIECE])
                    part.mul_(features[i].index_select(0, columns[start : start + PIECE]))
                    theta[c].addmm_(part.t(), part)
                if i > 0:
                    delta = (delta @ weights[i]).mul_(post[i] > 0)
        return lambda: {'ntk': theta.numpy()}

    return run
