"""A pruned LeNet-300-100 as PyTorch users save it, and how PyTorch trains it.

    python3 -m pip install torch
    python3 test/oracle/lenet_reference.py

writes fixtures/lenet-300-100.npz, the state_dict of the network in float32, pruned by torch.nn.utils.prune and made permanent,
so that zeros are all that is left of its masks; and fixtures/lenet-300-100.json, what PyTorch finds in float64 once the smallest
weights of the whole network have gone too: how many are left of each layer, the traces of its classes' tangent kernels, and
the loss 1/(2N) sum |f - f_0 - y|^2 of gradient descent on the samples below.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, jacrev
from torch.nn.utils import prune

SIZES = [784, 300, 100, 10]
SAMPLES, DENSITY, RATE, STEPS = 40, 0.035, 0.05, 60


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = (nn.Linear(a, b) for a, b in zip(SIZES, SIZES[1:]))

    def forward(self, x):
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x)))))


def samples():
    """Ten classes with means of their own; a formula, so that the test can have the same ones."""
    i, j = np.arange(SAMPLES)[:, None], np.arange(SIZES[0])[None, :]
    x = np.cos(0.7 * (i % 10 + 1) * (j + 1)) + 0.5 * np.cos(0.05 * (i + 1) * (j + 1))
    return torch.from_numpy(x), torch.eye(10, dtype=torch.float64)[torch.arange(SAMPLES) % 10]


torch.manual_seed(0)
net = LeNet()
for layer, amount in ((net.fc1, 0.98), (net.fc2, 0.85)):
    prune.l1_unstructured(layer, "weight", amount=amount)
    prune.remove(layer, "weight")

fixtures = Path(__file__).parent / "fixtures"
np.savez_compressed(fixtures / "lenet-300-100.npz", **{key: value.numpy() for key, value in net.state_dict().items()})

net = net.double()
weights = [layer.weight for layer in (net.fc1, net.fc2, net.fc3)]
scores = torch.cat([weight.detach().abs().flatten() for weight in weights])
kept = round(DENSITY * scores.numel())
threshold = scores.sort(descending=True).values[kept - 1]
masks = [(weight.detach().abs() >= threshold).double() for weight in weights]
with torch.no_grad():
    for weight, mask in zip(weights, masks):
        weight *= mask

x, y = samples()
start = {key: value.detach().clone() for key, value in net.named_parameters()}
jacobian = jacrev(lambda parameters: functional_call(net, parameters, (x,)))(start)
traces = torch.zeros(10, dtype=torch.float64)
for key, value in jacobian.items():
    mask = dict(zip(("fc1.weight", "fc2.weight", "fc3.weight"), masks)).get(key)
    value = value if mask is None else value * mask
    traces += (value.flatten(2) ** 2).sum((0, 2))

origin, losses = net(x).detach(), []
for _ in range(STEPS + 1):
    loss = ((net(x) - origin - y) ** 2).sum() / (2 * SAMPLES)
    losses.append(loss.item())
    net.zero_grad()
    loss.backward()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter -= RATE * parameter.grad
        for weight, mask in zip(weights, masks):
            weight *= mask

found = {
    "sizes": SIZES,
    "samples": SAMPLES,
    "density": DENSITY,
    "kept": [int(mask.sum()) for mask in masks],
    "traces": traces.tolist(),
    "learningRate": RATE,
    "loss": losses,
}
(fixtures / "lenet-300-100.json").write_text(json.dumps(found, indent=1) + "\n")
