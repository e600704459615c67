"""The structure of small chains of masks by networkx and NumPy, from the definitions.

Run from the repository's root, with networkx and numpy installed:  python3 test/oracle/structure_reference.py
Writes test/oracle/fixtures/structure.json: masks as hexadecimal bits (row-major, first entry in the highest bit of the first
byte) and what they measure. Paths are counted in whole numbers of any size, effective parts by searches in a directed graph,
singular values by a full decomposition, subgraphs of one degree by networkx.
"""

import json
import math
import pathlib
import sys

import networkx as nx
import numpy as np

rng = np.random.default_rng(20240607)


def bernoulli(rows, cols, p):
    return (rng.random((rows, cols)) < p).astype(int)


def constant_fan_in(rows, cols, degree):
    mask = np.zeros((rows, cols), dtype=int)
    for row in mask:
        row[rng.choice(cols, degree, replace=False)] = 1
    return mask


def chain(sizes, make):
    return [make(above, below) for below, above in zip(sizes, sizes[1:])]


def fano_plane():
    """Points and lines of the projective plane of order 2: the Heawood graph, a Ramanujan graph of degree 3."""
    return np.array([[1 if (column - row) % 7 in (0, 1, 3) else 0 for column in range(7)] for row in range(7)])


def two_parts(part):
    zero = np.zeros_like(part)
    return np.block([[part, zero], [zero, part]])


def without(masks, index, rows=(), cols=()):
    masks = [m.copy() for m in masks]
    masks[index][list(rows), :] = 0
    masks[index][:, list(cols)] = 0
    return masks


CHAINS = {
    "Bernoulli masks of density 0.2": chain([20, 16, 12, 5], lambda m, n: bernoulli(m, n, 0.2)),
    "Bernoulli masks of density 0.05": chain([40, 30, 25, 10], lambda m, n: bernoulli(m, n, 0.05)),
    "constant fan-in": chain([24, 18, 10, 4], lambda m, n: constant_fan_in(m, n, 4)),
    "dense masks": chain([6, 5, 4, 3], lambda m, n: np.ones((m, n), dtype=int)),
    "the Fano plane": [fano_plane(), fano_plane().T],
    "two parts that nothing connects": [two_parts(bernoulli(8, 8, 0.6)), two_parts(np.ones((4, 8), dtype=int))],
    "dead units on both sides": without(
        without(chain([30, 24, 20, 6], lambda m, n: bernoulli(m, n, 0.3)), 0, rows=range(5), cols=[3, 4]), 1, cols=range(4, 9)
    ),
    "no path left": without(chain([10, 8, 6, 3], lambda m, n: bernoulli(m, n, 0.4)), 2, rows=[0, 1, 2]),
    "uneven columns": [np.array([rng.random(60) < np.linspace(0.02, 0.6, 60) for _ in range(40)]).astype(int)],
    "Bernoulli masks of density 0.5": chain([60, 50, 40, 5], lambda m, n: bernoulli(m, n, 0.5)),
}


def effective(masks):
    graph = nx.DiGraph()
    depth = len(masks)
    for unit in range(masks[0].shape[1]):
        graph.add_edge("in", (0, unit))
    for unit in range(masks[-1].shape[0]):
        graph.add_edge((depth, unit), "out")
    for layer, mask in enumerate(masks):
        for i, j in np.argwhere(mask):
            graph.add_edge((layer, int(j)), (layer + 1, int(i)))
    alive = nx.descendants(graph, "in") & nx.ancestors(graph, "out")
    kept = [sum((l, int(j)) in alive and (l + 1, int(i)) in alive for i, j in np.argwhere(m)) for l, m in enumerate(masks)]
    sizes = [masks[0].shape[1], *[m.shape[0] for m in masks]]
    return kept, [sum((layer, unit) in alive for unit in range(size)) for layer, size in enumerate(sizes)]


def path_logs(masks):
    counts = [1] * masks[0].shape[1]
    logs = []
    for mask in masks:
        counts = [sum(counts[j] for j in np.flatnonzero(row)) for row in mask]
        logs.append(math.log(sum(counts)) if sum(counts) > 0 else None)
    return logs


def second_of(mask):
    return float(np.linalg.svd(mask.astype(float), compute_uv=False)[1]) if min(mask.shape) > 1 else None


def bound_of(mask):
    above, below = mask.sum(axis=1), mask.sum(axis=0)
    if mask.sum() == 0:
        return None
    return math.sqrt(above[above > 0].mean() - 1) + math.sqrt(below[below > 0].mean() - 1)


def mean_difference(mask):
    """Over subgraphs of units below of one fan-out, as a networkx graph each, by the spectrum of its adjacency matrix."""
    graph = nx.Graph()
    graph.add_nodes_from([("below", j) for j in range(mask.shape[1])])
    graph.add_edges_from([(("below", int(j)), ("above", int(i))) for i, j in np.argwhere(mask)])
    groups = {}
    for node, degree in graph.degree():
        if node[0] == "below" and degree > 0:
            groups.setdefault(degree, []).append(node)
    found = []
    for nodes in groups.values():
        if len(nodes) < 3:
            continue
        part = graph.subgraph(set(nodes).union(*[graph.neighbors(node) for node in nodes]))
        means = [np.mean([d for node, d in part.degree() if node[0] == side]) for side in ("above", "below")]
        if min(means) < 3:
            continue
        spectrum = np.sort(np.abs(np.linalg.eigvalsh(nx.to_numpy_array(part))))[::-1]
        found.append(sum(math.sqrt(d - 1) for d in means) - float(spectrum[2]))
    return {"difference": float(np.mean(found)) if found else None, "subgraphs": len(found)}


def degrees(values):
    return {"mean": float(values.mean()), "variance": float(values.var(ddof=1)) if len(values) > 1 else None}


def measure(masks):
    kept, units = effective(masks)
    return {
        "effectiveKept": kept,
        "effectiveUnits": units,
        "logPaths": path_logs(masks),
        "matrices": [
            {
                "inDegrees": degrees(m.sum(axis=1)),
                "outDegrees": degrees(m.sum(axis=0)),
                "first": float(np.linalg.svd(m.astype(float), compute_uv=False)[0]),
                "second": second_of(m),
                "bound": bound_of(m),
                "meanDifference": mean_difference(m),
            }
            for m in masks
        ],
    }


def bits(mask):
    flat = "".join(str(int(v)) for v in mask.flatten())
    flat += "0" * (-len(flat) % 8)
    return "".join(f"{int(flat[i:i + 8], 2):02x}" for i in range(0, len(flat), 8))


def main():
    versions = {"python": sys.version.split()[0], "networkx": nx.__version__, "numpy": np.__version__}
    print(versions)
    chains = [
        {"name": name, "sizes": [masks[0].shape[1], *[m.shape[0] for m in masks]], "masks": [bits(m) for m in masks], **measure(masks)}
        for name, masks in CHAINS.items()
    ]
    lines = ",\n".join(json.dumps(one) for one in chains)
    target = pathlib.Path(__file__).parent / "fixtures" / "structure.json"
    target.write_text(
        f'{{"madeBy": "test/oracle/structure_reference.py", "versions": {json.dumps(versions)}, "chains": [\n{lines}\n]}}\n'
    )


if __name__ == "__main__":
    main()
