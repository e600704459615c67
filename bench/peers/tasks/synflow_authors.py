"""SynFlow as its authors run it (Tanaka et al. 2020, algorithm 1): autograd through the network with |w| and an all-ones
input, the k-th smallest of all scores by torch.kthvalue, masks re-made from it at every round."""

import torch
from inputs import read_list


def load(folder, parameters, threads):
    torch.set_num_threads(threads)
    kind = torch.float32 if parameters['bits'] == 32 else torch.float64
    signed = [torch.from_numpy(w).to(kind) for w in read_list(folder, 'w')]
    rounds, density = int(parameters['rounds']), parameters['density']
    total = sum(w.numel() for w in signed)
    ones = torch.ones(1, signed[0].shape[1], dtype=kind)

    def run():
        weights = [w.abs().requires_grad_() for w in signed]
        masks = [torch.ones_like(w) for w in signed]
        for t in range(1, rounds + 1):
            h = ones
            for w, m in zip(weights, masks):
                h = torch.nn.functional.linear(h, w * m)
            gradients = torch.autograd.grad(h.sum(), weights)
            with torch.no_grad():
                scores = [(g * w).abs_() for g, w in zip(gradients, weights)]
                drop = total - int(total * density ** (t / rounds) + 0.5)
                threshold = torch.kthvalue(torch.cat([s.flatten() for s in scores]), drop).values
                for m, s in zip(masks, scores):
                    m.copy_(s > threshold)
        return lambda: {f'mask{i}': m.to(torch.uint8).numpy() for i, m in enumerate(masks)}

    return run
