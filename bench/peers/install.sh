#!/usr/bin/env bash
# Makes the two throw-away Python environments of the benchmark: install.sh FOLDER
#   FOLDER/numeric  NumPy, SciPy, JAX, neural-tangents, cutnorm
#   FOLDER/torch    the machine's PyTorch with an OpenBLAS in FOLDER/blas that takes the place of libblas.so.3
# An environment that stands with the same requirements is left alone.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
folder="${1:?usage: install.sh FOLDER}"
mkdir -p "$folder"

same() { cmp -s "$1" "$2/installed.txt"; }

if ! same "$here/requirements.txt" "$folder/numeric"; then
  rm -rf "$folder/numeric"
  python3 -m venv "$folder/numeric"
  "$folder/numeric/bin/pip" install --quiet --no-deps -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$folder/numeric/installed.txt"
fi

if ! same "$here/requirements-torch.txt" "$folder/torch"; then
  rm -rf "$folder/torch" "$folder/blas"
  found=
  for python in "${LIMN_TORCH_PYTHON:-}" /usr/bin/python3 python3; do
    if [ -n "$python" ] && "$python" -c 'import torch' 2>/dev/null; then found="$python"; break; fi
  done
  if [ -z "$found" ]; then
    echo "install.sh: no Python here has PyTorch; apt-get install python3-torch, or name one in LIMN_TORCH_PYTHON" >&2
    exit 0
  fi
  "$found" -m venv --system-site-packages "$folder/torch"
  "$folder/torch/bin/pip" install --quiet --no-deps -r "$here/requirements-torch.txt"
  mkdir -p "$folder/blas"
  library="$(find "$folder/torch" -name 'libopenblas.so.0' | head -n 1)"
  ln -s "$(realpath "$library")" "$folder/blas/libblas.so.3"
  ln -s "$(realpath "$library")" "$folder/blas/liblapack.so.3"
  cp "$here/requirements-torch.txt" "$folder/torch/installed.txt"
fi
