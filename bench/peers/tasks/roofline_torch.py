"""Dense products and memory bandwidth by PyTorch, on all threads: c = a + b over arrays beyond every cache, 24 bytes per
element counted (the write's own read is not)."""

import torch
from roofline_numpy import best


def load(folder, parameters, threads):
    torch.set_num_threads(threads)
    n, length = int(parameters['side']), int(parameters['length'])

    def run():
        found = {}
        for name, kind in (('f32', torch.float32), ('f64', torch.float64)):
            a = torch.rand(n, n, dtype=kind)
            c = torch.empty_like(a)
            found[name] = 2 * n**3 / best(lambda: torch.matmul(a, a, out=c)) / 1e9
        a, b, c = (torch.ones(length, dtype=torch.float64) for _ in range(3))
        found['bandwidth'] = 24 * length / best(lambda: torch.add(a, b, out=c)) / 1e9
        return lambda: {key: torch.tensor([value]) for key, value in found.items()}

    return run
