"""Pruning masks of small networks by PyTorch in float64, written from the papers' definitions with autograd.

Run from the repository's root:  python3 test/oracle/prune_reference.py
Writes test/oracle/fixtures/prune.json: networks, data, and the resulting masks as hexadecimal bits (row-major, first
entry in the highest bit of the first byte).

SNIP: Lee et al. 2019, |w dL/dw|. GraSP: Wang et al. 2020, the largest w (Hg) stay. SynFlow: Tanaka et al. 2020, |w|,
all-ones input, exponential schedule. L is the mean cross-entropy.
"""

import json
import math
import pathlib
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def float32_values(tensor):
    """Float32 values have short decimal forms and are exact in every file format."""
    return tensor.to(torch.float32).to(torch.float64)


def make_network(sizes, samples, seed, bias):
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return float32_values(torch.randn(*shape, generator=generator))

    weights = [float32_values(normal(o, i) * math.sqrt(2 / i)) for i, o in zip(sizes, sizes[1:])]
    biases = [float32_values(0.1 * normal(o)) for o in sizes[1:]] if bias else None
    x = normal(samples, sizes[0])
    labels = torch.randint(0, sizes[-1], (samples,), generator=generator)
    return weights, biases, x, labels


def output(weights, biases, x, linear=False):
    a = x
    for index, w in enumerate(weights):
        a = a @ w.T
        if biases is not None:
            a = a + biases[index]
        if not linear and index + 1 < len(weights):
            a = torch.relu(a)
    return a


def cross_entropy(weights, biases, x, labels, temperature=1.0):
    return torch.nn.functional.cross_entropy(output(weights, biases, x) / temperature, labels)


def trainable(tensors):
    return [t.clone().requires_grad_(True) for t in tensors]


def magnitude_scores(weights, biases, x, labels):
    return [w.abs() for w in weights]


def snip_scores(weights, biases, x, labels):
    ws = trainable(weights)
    gradient = torch.autograd.grad(cross_entropy(ws, biases, x, labels), ws)
    return [(w * g).abs().detach() for w, g in zip(ws, gradient)]


def grasp_scores(weights, biases, x, labels, temperature=1.0):
    ws = trainable(weights)
    gradient = torch.autograd.grad(cross_entropy(ws, biases, x, labels, temperature), ws, create_graph=True)
    fixed = [g.detach() for g in gradient]
    inner = sum((g * f).sum() for g, f in zip(gradient, fixed))
    hessian_gradient = torch.autograd.grad(inner, ws)
    return [(w * hg).detach() for w, hg in zip(ws, hessian_gradient)]


def synflow_scores(weights, biases, masks):
    ws = trainable([(w * m).abs() for w, m in zip(weights, masks)])
    bs = None if biases is None else [b.abs() for b in biases]
    total = output(ws, bs, torch.ones(1, weights[0].shape[1]), linear=True).sum()
    gradient = torch.autograd.grad(total, ws)
    return [(w * g).abs().detach() for w, g in zip(ws, gradient)]


def count(total, density):
    return math.floor(total * density + 0.5)


def keep_largest(scores, masks, kept):
    """Masks of the `kept` largest scores among what `masks` keep; Python's stable sort leaves ties in index order."""
    flat = torch.cat([s.flatten() for s in scores]).tolist()
    open_ = torch.cat([m.flatten() for m in masks]).tolist()
    order = sorted((i for i, o in enumerate(open_) if o), key=lambda i: -flat[i])
    chosen = torch.zeros(len(flat))
    chosen[order[:kept]] = 1
    parts = torch.split(chosen, [s.numel() for s in scores])
    return [p.reshape(s.shape) for p, s in zip(parts, scores)]


def prune_once(scores, masks, density, scope):
    if scope == "global":
        return keep_largest(scores, masks, count(sum(s.numel() for s in scores), density))
    return [keep_largest([s], [m], count(s.numel(), density))[0] for s, m in zip(scores, masks)]


def one_shot(scores_of, **options):
    def masks(weights, biases, x, labels, density, scope):
        scores = scores_of(weights, biases, x, labels, **options)
        return prune_once(scores, [torch.ones_like(w) for w in weights], density, scope)

    return masks


def synflow(weights, biases, x, labels, density, scope, rounds=100):
    masks = [torch.ones_like(w) for w in weights]
    for t in range(1, rounds + 1):
        masks = prune_once(synflow_scores(weights, biases, masks), masks, density ** (t / rounds), scope)
    return masks


METHODS = {
    "magnitude": (one_shot(magnitude_scores), {"method": "magnitude"}),
    "snip": (one_shot(snip_scores), {"method": "snip"}),
    "grasp": (one_shot(grasp_scores), {"method": "grasp"}),
    "grasp-200": (one_shot(grasp_scores, temperature=200.0), {"method": "grasp", "temperature": 200}),
    "synflow": (synflow, {"method": "synflow"}),
}

NETWORKS = [
    {"sizes": [12, 16, 16, 16, 5], "samples": 24, "seed": 1, "bias": False},
    {"sizes": [9, 21, 13, 4], "samples": 24, "seed": 2, "bias": False},
    {"sizes": [10, 14, 11, 3], "samples": 24, "seed": 3, "bias": True},
]


def bits(mask):
    flat = "".join(str(int(v)) for v in mask.flatten().tolist())
    flat += "0" * (-len(flat) % 8)
    return "".join(f"{int(flat[i:i + 8], 2):02x}" for i in range(0, len(flat), 8))


def short(values):
    """The shortest decimal that reads back as the same float32."""
    return [[float(f"{v:.9g}") for v in row] for row in values.tolist()]


def main():
    networks = []
    for spec in NETWORKS:
        weights, biases, x, labels = make_network(**spec)
        cases = [
            {**options, "density": density, "scope": scope,
             "masks": [bits(m) for m in method(weights, biases, x, labels, density, scope)]}
            for method, options in METHODS.values()
            for density in (0.5, 0.2, 0.05)
            for scope in ("global", "layer")
        ]
        networks.append({
            "sizes": spec["sizes"],
            "weights": [short(w) for w in weights],
            "biases": None if biases is None else [short(b.reshape(1, -1))[0] for b in biases],
            "x": short(x),
            "labels": labels.tolist(),
            "cases": cases,
        })
    versions = {"python": sys.version.split()[0], "torch": torch.__version__}
    print(versions)
    target = pathlib.Path(__file__).parent / "fixtures" / "prune.json"
    lines = [f'{{"madeBy": "test/oracle/prune_reference.py", "versions": {json.dumps(versions)}, "networks": [']
    lines.append(",\n".join(json.dumps(n, separators=(",", ":")).replace('"cases":[', '"cases":[\n').replace('},{"method"', '},\n{"method"') for n in networks))
    lines.append("]}")
    target.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
