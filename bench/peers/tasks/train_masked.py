"""One step of gradient descent on a masked network in PyTorch, dense: weights are kept masked, so that only the gradient
has to be multiplied by the mask."""

import time

import torch
from inputs import read, read_list


def load(folder, parameters, threads):
    torch.set_num_threads(threads)
    initial = [torch.from_numpy(w) for w in read_list(folder, 'w')]
    masks = [torch.from_numpy(m).float() for m in read_list(folder, 'mask')]
    x = torch.from_numpy(read(folder, 'x'))
    labels = torch.from_numpy(read(folder, 'labels')).long()
    rate, steps = parameters['learningRate'], int(parameters['steps'])

    def run():
        weights = [(w * m).requires_grad_() for w, m in zip(initial, masks)]
        begin = time.perf_counter()
        for _ in range(steps):
            h = x
            for i, w in enumerate(weights):
                h = torch.nn.functional.linear(h, w)
                if i + 1 < len(weights):
                    h = torch.relu(h)
            gradients = torch.autograd.grad(torch.nn.functional.cross_entropy(h, labels), weights)
            with torch.no_grad():
                for w, g, m in zip(weights, gradients, masks):
                    w.addcmul_(g, m, value=-rate)
        seconds = (time.perf_counter() - begin) / steps
        return (lambda: {f'w{i}': w.detach().numpy() for i, w in enumerate(weights)}), seconds

    return run
