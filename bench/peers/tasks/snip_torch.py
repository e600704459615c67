"""SNIP in PyTorch: one backward pass of the mean cross-entropy, |w g|, the k-th smallest by torch.kthvalue."""

import torch
from inputs import read, read_list


def load(folder, parameters, threads):
    torch.set_num_threads(threads)
    weights = [torch.from_numpy(w).requires_grad_() for w in read_list(folder, 'w')]
    x = torch.from_numpy(read(folder, 'x'))
    labels = torch.from_numpy(read(folder, 'labels')).long()
    total = sum(w.numel() for w in weights)
    drop = total - int(total * parameters['density'] + 0.5)

    def run():
        h = x
        for i, w in enumerate(weights):
            h = torch.nn.functional.linear(h, w)
            if i + 1 < len(weights):
                h = torch.relu(h)
        gradients = torch.autograd.grad(torch.nn.functional.cross_entropy(h, labels), weights)
        with torch.no_grad():
            scores = [(g * w).abs_() for g, w in zip(gradients, weights)]
            threshold = torch.kthvalue(torch.cat([s.flatten() for s in scores]), drop).values
            masks = [s > threshold for s in scores]
        return lambda: {f'mask{i}': m.to(torch.uint8).numpy() for i, m in enumerate(masks)}

    return run
