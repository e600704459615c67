"""Makes test/data/fixtures/torch with PyTorch's, safetensors' and SciPy's own writers, and with what they hold.

pip install torch numpy scipy safetensors; run from anywhere. `expected.json` says of every file which tensors it holds (shape and
values, as PyTorch reads them back), or which words of its refusal name the cause; of refused files that a line of Python can
save as a state dict, `check-torch-remedies.py` takes the line from the refusal and runs it.
"""

import argparse
import collections
import io
import json
import math
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
import torch
from safetensors.torch import save_file
from torch.nn.utils import prune

here = Path(__file__).resolve().parent.parent / "data" / "fixtures" / "torch"
here.mkdir(parents=True, exist_ok=True)
for old in here.iterdir():
    old.unlink()
torch.manual_seed(0)
expected = {}


def numbers(tensor):
    # JSON has no infinities and no NaN.
    flat = tensor.detach().to(torch.float64 if tensor.is_floating_point() else torch.int64).flatten().tolist()
    return [v if math.isfinite(v) else str(v) for v in flat]


def tells(tensors):
    return {key: {"shape": list(tensor.shape), "values": numbers(tensor)} for key, tensor in tensors.items()}


def reads(name, tensors, **beside):
    """Notes what a file that is there holds."""
    expected[name] = {"tensors": tells(tensors), **beside}


def refuses(name, words, **beside):
    expected[name] = {"refused": words, **beside}


def saved(name, value, tensors, **beside):
    torch.save(value, here / name)
    reads(name, tensors, **beside)


class Net(torch.nn.Module):
    """A network of three layers, some of whose weights are exactly zero."""

    def __init__(self, sizes=(5, 4, 4, 3)):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = (torch.nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))
        with torch.no_grad():
            for layer in (self.fc1, self.fc2, self.fc3):
                layer.weight[torch.rand_like(layer.weight) < 0.4] = 0.0

    def forward(self, x):
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x)))))


net = Net()
state = net.state_dict()

# State dicts and where checkpoints keep them.
saved("plain.pt", state, state)
saved("plain.pth", dict(state), state)
for protocol in (3, 4, 5):
    torch.save(state, here / f"protocol-{protocol}.pt", pickle_protocol=protocol)
    reads(f"protocol-{protocol}.pt", state)
optimizer = torch.optim.Adam(net.parameters())
net(torch.ones(2, 5)).sum().backward()
optimizer.step()
state = net.state_dict()
saved(
    "checkpoint.pt",
    {"epoch": 3, "state_dict": state, "optimizer": optimizer.state_dict(), "best": torch.tensor(0.5), "name": "net"},
    state,
    apart={"optimizer": 18, "best": 1},
)
saved("model.pt", {"model": state, "loss": 0.25, "flags": [True, None]}, state)
saved("model-state-dict.pt", {"model_state_dict": state, "epoch": 2**70}, state)
saved("nested.pt", {"model": {"state_dict": state}}, state)
saved("only-entry.pt", {"net": state, "args": {"lr": 0.1}}, state)
saved("data-parallel.pt", torch.nn.DataParallel(net).state_dict(), state)
saved("compiled.pt", {"_orig_mod." + key: value for key, value in state.items()}, state)
saved("parameters.pt", dict(net.named_parameters()), state)
saved("size-and-dtype.pt", {"shape": torch.Size([2, 3]), "dtype": torch.float16, "state_dict": state}, state)
saved("circle.pt", (lambda d: (d.update(self=d), d)[1])({"state_dict": state}), state)

# Types.
types = {
    "f64": torch.tensor([1 / 3, -1e300], dtype=torch.float64),
    "f32": torch.tensor([[1 / 3, -0.0, 1e-40]]),
    "f16": torch.tensor([1.0, -2.5, 65504.0, 2.0**-24, 1 / 3], dtype=torch.float16),
    "bf16": torch.tensor([1.0, -0.15625, 3e38], dtype=torch.bfloat16),
    "bool": torch.tensor([[True, False], [False, True]]),
    "u8": torch.tensor([0, 255], dtype=torch.uint8),
    "i8": torch.tensor([-128, 127], dtype=torch.int8),
    "i16": torch.tensor([-32768, 258], dtype=torch.int16),
    "i32": torch.tensor([-(2**31), 16909060], dtype=torch.int32),
    "i64": torch.tensor([-(2**53), 3], dtype=torch.int64),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 3),
    "infinite": torch.tensor([float("inf"), float("-inf"), float("nan")]),
}
saved("types.pt", types, types)
unsigned = {"u16": torch.tensor([1, 65535], dtype=torch.uint16), "u32": torch.tensor([7, 2**32 - 1], dtype=torch.uint32)}
torch.save({**unsigned, "u64": torch.tensor([2**53], dtype=torch.uint64)}, here / "unsigned.pt")
expected["unsigned.pt"] = {
    "tensors": {
        "u16": {"shape": [2], "values": [1, 65535]},
        "u32": {"shape": [2], "values": [7, 2**32 - 1]},
        "u64": {"shape": [1], "values": [2**53]},
    }
}
torch.save(
    {
        "fc.weight": torch.ones(2, 2),
        "wave": torch.ones(2, dtype=torch.complex64),
        "scale": torch.ones(2).to(torch.float8_e4m3fn),
        "conj": torch.ones(2, dtype=torch.complex64).conj().imag,
        "large": torch.tensor([2**53 + 1]),
        "expanded": torch.ones(1).expand(1000, 1000),
    },
    here / "unreadable-types.pt",
)
reads(
    "unreadable-types.pt",
    {"fc.weight": torch.ones(2, 2)},
    unreadable={
        "wave": "torch.complex64",
        "scale": "torch.float8_e4m3fn",
        "conj": "lazily negated",
        "large": "9007199254740993",
        "expanded": "repeating elements",
    },
)

# Views of storages.
base = torch.arange(24.0)
views = {
    "whole": base.view(4, 6),
    "transposed": base.view(4, 6).t(),
    "columns": base.view(4, 6)[:, 1::2],
    "rows": base.view(4, 6)[1:3],
    "offset": base[7:],
    "permuted": base.view(2, 3, 4).permute(2, 0, 1),
    "expanded": base[3].expand(2, 3),
    "windows": base.unfold(0, 4, 2),
    "scalar": base[5],
    "none": base[24:],
    "channels": torch.arange(16.0).view(1, 2, 2, 4).to(memory_format=torch.channels_last),
}
saved("views.pt", views, views)
half = torch.arange(12.0).to(torch.bfloat16).view(3, 4)
saved("strided-types.pt", {"half": half.t(), "flags": (half > 5).t()}, {"half": half.t(), "flags": (half > 5).t()})


# Byte order: the same archive with every storage turned round, which PyTorch itself reads back.
def rewritten(name, change, source="types.pt", **options):
    old = zipfile.ZipFile(here / source)
    with zipfile.ZipFile(here / name, "w", **options) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename), change(info.filename, old.read(info)), options.get("compression"))


sizes = {}
for index, tensor in enumerate(types.values()):
    sizes[str(index)] = tensor.element_size()


def turned(name, data):
    if name.endswith("/byteorder"):
        return b"big"
    folder, _, key = name.rpartition("/")
    if not folder.endswith("/data"):
        return data
    return np.frombuffer(data, dtype=f"V{sizes[key]}").view("u1").reshape(-1, sizes[key])[:, ::-1].tobytes()


rewritten("big-endian.pt", turned)
back = torch.load(here / "big-endian.pt")
assert all(torch.equal(back[key], types[key]) or key == "infinite" for key in types)
reads("big-endian.pt", types)

# ZIP64: every size and offset in the fields that archives beyond 4 GiB need.
zipfile.ZIP64_LIMIT, limit = 1, zipfile.ZIP64_LIMIT
rewritten("zip64.pt", lambda name, data: data, source="plain.pt")
zipfile.ZIP64_LIMIT = limit
assert len(torch.load(here / "zip64.pt")) == len(state)
expected["zip64.pt"] = expected["plain.pt"]
rewritten("no-byteorder.pt", lambda name, data: data, source="plain.pt")
old = zipfile.ZipFile(here / "plain.pt")
with zipfile.ZipFile(here / "no-byteorder.pt", "w") as new:
    for info in old.infolist():
        if not info.filename.endswith("/byteorder"):
            new.writestr(zipfile.ZipInfo("any name/" + info.filename.split("/", 1)[1]), old.read(info))
expected["no-byteorder.pt"] = expected["plain.pt"]

# Masks.
pruned = Net()
for layer in (pruned.fc1, pruned.fc2, pruned.fc3):
    prune.l1_unstructured(layer, "weight", amount=0.5)
prune.random_unstructured(pruned.fc2, "bias", amount=0.25)
masks = {f"fc{i}": getattr(pruned, f"fc{i}").weight_mask for i in (1, 2, 3)}
alike = {f"{key}.weight": mask for key, mask in masks.items()}
saved("prune.pt", pruned.state_dict(), pruned.state_dict(), masks=tells(alike))
save_file({key: value.contiguous() for key, value in pruned.state_dict().items()}, here / "prune.safetensors")
reads("prune.safetensors", pruned.state_dict(), masks=tells(alike))
np.savez(here / "prune.npz", **{key: value.numpy() for key, value in pruned.state_dict().items()})
reads("prune.npz", pruned.state_dict(), masks=tells(alike))
bare = {f"{key}.weight": getattr(pruned, key).weight.detach() for key in masks}
saved("zeros.pt", bare, bare, masks=tells(alike))
save_file({key: value.contiguous() for key, value in bare.items()}, here / "zeros.safetensors")
reads("zeros.safetensors", bare, masks=tells(alike))
np.savez(here / "zeros.npz", **{key: value.numpy() for key, value in bare.items()})
reads("zeros.npz", bare, masks=tells(alike))
halved = {key: value.to(torch.bfloat16) for key, value in bare.items()}
saved("zeros-bf16.pt", halved, halved, masks=tells({key: value != 0 for key, value in halved.items()}))
save_file(halved, here / "zeros-bf16.safetensors")
reads("zeros-bf16.safetensors", halved, masks=tells({key: value != 0 for key, value in halved.items()}))
beside = {f"{key}.mask": value.bool() for key, value in masks.items()}
saved("masks.pt", beside, beside, masks=tells(alike))
save_file(beside, here / "masks.safetensors")
reads("masks.safetensors", beside, masks=tells(alike))
np.savez(here / "masks.npz", **{key: value.numpy() for key, value in beside.items()})
reads("masks.npz", beside, masks=tells(alike))
of_weights = {**{f"{k}.weight": torch.ones_like(m) for k, m in masks.items()}, **{f"{k}.weight.mask": m for k, m in masks.items()}}
saved("masks-of-weights.pt", of_weights, of_weights, masks=tells(alike))
saved("lone-mask.pt", masks["fc1"].bool(), {"": masks["fc1"].bool()}, masks=tells({"": masks["fc1"]}))
listed = [mask.to(torch.uint8) for mask in masks.values()]
saved("list.pt", listed, dict(zip("012", listed)), masks=tells(dict(zip("012", listed))))
np.savez(here / "list.npz", *[mask.numpy() for mask in listed])
reads("list.npz", {f"arr_{i}": mask for i, mask in enumerate(listed)}, masks=tells(dict(zip("012", listed))))
stack = (torch.rand(3, 4, 4) < 0.5).to(torch.uint8)
np.save(here / "stack.npy", stack.numpy())
reads("stack.npy", {"": stack}, masks=tells(dict(zip("012", stack))))
dense = masks["fc1"].to(torch.uint8).numpy()
for form in ("csr", "csc", "coo", "dia", "bsr"):
    name = f"sparse-{form}.npz"
    sparse.save_npz(here / name, getattr(sparse, f"{form}_matrix")(dense), compressed=form != "csr")
    reads(name, {"": masks["fc1"]}, masks=tells({"": masks["fc1"]}))
sparse.save_npz(here / "sparse-array.npz", sparse.coo_array(dense.astype("f4") * 0.5))
reads("sparse-array.npz", {"": masks["fc1"] * 0.5}, masks=tells({"": masks["fc1"]}))

# Several safetensors files with an index, as Hugging Face writes them.
shards = {"shard-00001-of-00002.safetensors": ("fc1.", "fc2.w"), "shard-00002-of-00002.safetensors": ("fc2.b", "fc3.")}
weight_map = {}
for shard, starts in shards.items():
    part = {key: value for key, value in state.items() if key.startswith(starts)}
    save_file(part, here / shard, metadata={"format": "pt"})
    weight_map.update(dict.fromkeys(part, shard))
index = {"metadata": {"total_size": sum(v.nbytes for v in state.values())}, "weight_map": dict(sorted(weight_map.items()))}
(here / "shard.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")
reads("shard.safetensors.index.json", state)
narrow = {**types, "scale": torch.ones(2).to(torch.float8_e4m3fn)}
save_file(narrow, here / "types.safetensors")
reads("types.safetensors", types, unreadable={"scale": "F8_E4M3"})

# What is no state dict. `remedy` says what the line of Python in the refusal leaves.
torch.save(net, here / "whole-model.pt")
refuses("whole-model.pt", "__main__.Net", remedy=tells(state))
torch.save({"model": net, "epoch": 1}, here / "whole-model-in-checkpoint.pt")
refuses("whole-model-in-checkpoint.pt", "__main__.Net", remedy=tells(state))
torch.save({"state_dict": state, "args": argparse.Namespace(lr=0.1)}, here / "namespace.pt")
refuses("namespace.pt", "argparse.Namespace", remedy=tells(state))
torch.save({"state_dict": state, "counts": collections.Counter("ab")}, here / "counter.pt")
refuses("counter.pt", "collections.Counter", remedy=tells(state))
torch.save({"state_dict": state, "loss": np.float64(0.5)}, here / "numpy-scalar.pt")
refuses("numpy-scalar.pt", "multiarray.scalar", remedy=tells(state))
torch.save({"fc.weight": torch.eye(3).to_sparse(), "fc.bias": torch.ones(3)}, here / "sparse-tensor.pt")
dense_too = {"fc.weight": torch.eye(3), "fc.bias": torch.ones(3)}
refuses("sparse-tensor.pt", "torch._utils._rebuild_sparse_tensor", remedy=tells(dense_too))
torch.save({"generator": state, "discriminator": state, "epoch": 1}, here / "same-twice.pt")
reads("same-twice.pt", state)
torch.save({"generator": state, "discriminator": dict(Net().state_dict())}, here / "two-networks.pt")
refuses("two-networks.pt", "generator, discriminator", remedy=tells(state))
torch.save({"epoch": 3, "loss": 0.5}, here / "no-tensors.pt")
refuses("no-tensors.pt", "a dictionary of names to tensors")
torch.save(state, here / "legacy.pt", _use_new_zipfile_serialization=False)
refuses("legacy.pt", "before 1.6", remedy=tells(state))
torch.save(net, here / "legacy-model.pt", _use_new_zipfile_serialization=False)
refuses("legacy-model.pt", "before 1.6", remedy=tells(state))
torch.jit.save(torch.jit.trace(net, torch.ones(1, 5)), here / "torchscript.pt")
refuses("torchscript.pt", "TorchScript", remedy=tells(state))
rewritten("packed.pt", lambda name, data: data, source="plain.pt", compression=zipfile.ZIP_DEFLATED)
refuses("packed.pt", "packed", remedy=expected["plain.pt"]["tensors"])
torch.serialization.set_crc32_options(False)
torch.save(state, here / "no-checksums.pt")
torch.serialization.set_crc32_options(True)
reads("no-checksums.pt", state)


class Command:
    """What a pickle would run."""

    def __reduce__(self):
        import os

        return os.system, ("touch /tmp/limn-was-here",)


torch.save({"state_dict": state, "extra": Command()}, here / "command.pt")
refuses("command.pt", "posix.system")

(here / "expected.json").write_text(json.dumps(expected) + "\n")
largest = max(here.iterdir(), key=lambda path: path.stat().st_size)
print(len(expected), "files,", largest.name, largest.stat().st_size, "bytes is the largest")
