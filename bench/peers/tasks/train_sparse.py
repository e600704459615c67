"""One step of gradient descent on a masked network in PyTorch, sparse: surviving weights in a sparse tensor and its
transpose, torch.sparse.mm in both directions, the gradient at surviving places gathered from the dense product (sampled
products exist on GPUs only in the versions meant here). The last matrix, 10 rows, stays dense."""

import time

import torch
from inputs import read, read_list


def load(folder, parameters, threads):
    torch.set_num_threads(threads)
    initial = [torch.from_numpy(w) for w in read_list(folder, 'w')]
    masks = [torch.from_numpy(m) for m in read_list(folder, 'mask')]
    x = torch.from_numpy(read(folder, 'x')).t().contiguous()
    labels = torch.from_numpy(read(folder, 'labels')).long()
    rate, steps = parameters['learningRate'], int(parameters['steps'])
    n = x.shape[1]
    target = torch.nn.functional.one_hot(labels, initial[-1].shape[0]).float().t()
    places = [m.nonzero().t().contiguous() for m in masks]
    flat = [p[0] * m.shape[1] + p[1] for p, m in zip(places, masks)]
    # Entry k of the transpose is entry order[k] of the matrix.
    orders = [torch.argsort(p[1] * m.shape[0] + p[0]) for p, m in zip(places, masks)]
    transposed = [p.flip(0)[:, o].contiguous() for p, o in zip(places, orders)]

    def sparse(indices, values, shape):
        return torch.sparse_coo_tensor(indices, values, shape)._coalesced_(True)

    @torch.no_grad()
    def run():
        values = [w.flatten()[f] for w, f in zip(initial, flat)]
        begin = time.perf_counter()
        for _ in range(steps):
            post = [x]
            for i, (v, p, m) in enumerate(zip(values, places, masks)):
                z = torch.sparse.mm(sparse(p, v, m.shape), post[-1])
                post.append(torch.relu_(z) if i + 1 < len(values) else z)
            delta = (torch.softmax(post[-1], 0) - target) / n
            for i in range(len(values) - 1, -1, -1):
                gradient = (delta @ post[i].t()).flatten()[flat[i]]
                if i > 0:
                    back = sparse(transposed[i], values[i][orders[i]], masks[i].t().shape)
                    delta = torch.sparse.mm(back, delta).mul_(post[i] > 0)
                values[i].sub_(gradient, alpha=rate)
        seconds = (time.perf_counter() - begin) / steps

        def answer():
            return {
                f'w{i}': sparse(p, v, m.shape).to_dense().numpy() for i, (p, v, m) in enumerate(zip(places, values, masks))
            }

        return answer, seconds

    return run
