"""SynFlow in PyTorch without autograd: matrix-vector products on |w|, scores into one preallocated vector, pruned weights
zeroed in place."""

import torch
from inputs import read_list


def load(folder, parameters, threads):
    torch.set_num_threads(threads)
    kind = torch.float32 if parameters['bits'] == 32 else torch.float64
    signed = [torch.from_numpy(w).to(kind) for w in read_list(folder, 'w')]
    rounds, density = int(parameters['rounds']), parameters['density']
    total = sum(w.numel() for w in signed)
    everything = torch.empty(total, dtype=kind)
    pieces, at = [], 0
    for w in signed:
        pieces.append(everything[at : at + w.numel()].view_as(w))
        at += w.numel()

    @torch.no_grad()
    def run():
        weights = [w.abs() for w in signed]
        for t in range(1, rounds + 1):
            a = [torch.ones(weights[0].shape[1], dtype=kind)]
            for w in weights:
                a.append(w @ a[-1])
            delta = torch.ones(weights[-1].shape[0], dtype=kind)
            for w, piece, before in zip(reversed(weights), reversed(pieces), reversed(a[:-1])):
                torch.mul(w, before, out=piece)
                piece.mul_(delta[:, None])
                delta = delta @ w
            drop = total - int(total * density ** (t / rounds) + 0.5)
            threshold = torch.kthvalue(everything, drop).values
            for w, piece in zip(weights, pieces):
                w.mul_(piece > threshold)
        return lambda: {f'mask{i}': (w > 0).to(torch.uint8).numpy() for i, w in enumerate(weights)}

    return run
