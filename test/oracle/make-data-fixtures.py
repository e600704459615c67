"""Makes test/data/fixtures with NumPy's and safetensors' own writers: pip install numpy safetensors; run from anywhere."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save

here = Path(__file__).resolve().parent.parent / "data" / "fixtures"
here.mkdir(parents=True, exist_ok=True)

halves = [0.0, -0.0, 1.0, -2.5, 65504.0, 2.0**-24, 2.0**-14, 1 / 3, float("inf"), float("-inf")]
values = {
    "bool": np.array([[True, False], [False, True]]),
    "u1": np.arange(6, dtype="u1").reshape(2, 3),
    "i1": np.array([-128, 127], dtype="i1"),
    "u2": np.array([1, 65535], dtype="u2"),
    "i2": np.array([-32768, 258], dtype="i2"),
    "u4": np.array([1, 2**32 - 1], dtype="u4"),
    "i4": np.array([-(2**31), 16909060], dtype="i4"),
    "u8": np.array([0, 2**53], dtype="u8"),
    "i8": np.array([-(2**53), 3], dtype="i8"),
    "f2": np.array(halves, dtype="f2"),
    "f4": np.array([[1 / 3, -2.0, 1e-40]], dtype="f4"),
    "f8": np.array([[1 / 3], [1e300]], dtype="f8"),
    "scalar": np.array(2.5),
    "empty": np.zeros((0, 3)),
    "big_endian": np.array([[1.5, -2.0, 1e10]], dtype=">f8"),
    "big_endian_i4": np.array([1, -2, 16909060], dtype=">i4"),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "fortran3": np.asfortranarray(np.arange(24, dtype="i2").reshape(2, 3, 4)),
}


class Unseekable(io.RawIOBase):
    """A stream that can only be appended to, for which the ZIP writer puts sizes behind the contents."""

    def __init__(self):
        self.buffer = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.buffer += data
        return len(data)


np.savez(here / "savez.npz", **values)
np.savez_compressed(here / "savez_compressed.npz", **values)
stream = Unseekable()
np.savez(stream, x=values["fortran"])
(here / "streamed.npz").write_bytes(bytes(stream.buffer))
# With the limit down, every size and offset goes to the ZIP64 fields, as in archives beyond 4 GiB.
zipfile.ZIP64_LIMIT, limit = 1, zipfile.ZIP64_LIMIT
np.savez_compressed(here / "zip64.npz", x=np.ones((50, 3)), y=np.arange(50))
zipfile.ZIP64_LIMIT = limit
np.save(here / "matrix.npy", np.arange(6.0).reshape(2, 3))
np.save(here / "vector.npy", np.array([1, 2, 3], dtype="f4"))
np.save(here / "strings.npy", np.array(["a", "bc"]))
np.save(here / "complex.npy", np.array([1j]))
np.save(here / "objects.npy", np.array([{}, None], dtype=object), allow_pickle=True)
np.save(here / "records.npy", np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]))
for version in (2, 3):
    with open(here / f"version{version}.npy", "wb") as file:
        np.lib.format.write_array(file, np.arange(3.0), version=(version, 0))

safe = {key: np.ascontiguousarray(values[key]) for key in ("bool", "u1", "i2", "i8", "f2", "f4", "f8", "empty")}
(here / "reference.safetensors").write_bytes(save(safe, metadata={"method": "snip", "density": "0.2"}))


def numbers(array):
    # JSON has no infinities.
    return [str(v) if np.isinf(v) else v for v in array.astype("f8").ravel().tolist()]


expected = {key: {"shape": list(array.shape), "values": numbers(array)} for key, array in values.items()}
(here / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
