"""Runs the line of Python in every refusal of a PyTorch file, and compares what it saves with what it should.

pip install torch numpy; npm run build; run from the root. The files are those of make-torch-fixtures.py.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

root = Path(__file__).resolve().parent.parent
fixtures = root / "data" / "fixtures" / "torch"
command = [shutil.which("node"), str(root.parent / "dist" / "cli" / "main.js")]


class Net(torch.nn.Module):
    """The class of the whole models, as the line's writer has it."""

    def __init__(self):
        super().__init__()

    def forward(self, x):
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x)))))


failed = 0
for name, told in json.loads((fixtures / "expected.json").read_text()).items():
    if "remedy" not in told:
        continue
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        shutil.copy(fixtures / name, path)
        out = Path(folder) / "c.npz"
        refusal = subprocess.run([*command, "graphon", str(path), "--out", str(out)], capture_output=True, text=True)
        assert refusal.returncode == 1 and refusal.stderr.count("\n") == 1, refusal
        line = refusal.stderr.strip().split(" with Python: ", 1)[1]
        exec(line, globals())
        saved = path.with_suffix(".state.pt")
        got = torch.load(saved)
        alike = set(got) == set(told["remedy"]) and all(
            list(got[key].shape) == tensor["shape"] and got[key].flatten().tolist() == tensor["values"]
            for key, tensor in told["remedy"].items()
        )
        again = subprocess.run([*command, "graphon", str(saved), "--out", str(out)], capture_output=True, text=True)
        good = alike and again.returncode == 0
        failed += not good
        print("ok" if good else "FAILED", name, "" if good else again.stderr + line)
sys.exit(failed > 0)
