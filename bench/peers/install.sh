#!/usr/bin/env bash
# Makes the throw-away environments of the benchmark: install.sh FOLDER
#   FOLDER/numeric     NumPy, SciPy, JAX, neural-tangents, cutnorm
#   FOLDER/torch       the machine's PyTorch with an OpenBLAS in FOLDER/blas that takes the place of libblas.so.3
#   FOLDER/javascript  the libraries of package.json
# An environment that stands with the same requirements is left alone. One that cannot be made is reported, and its peers
# are left out of the run.
set -uo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
folder="${1:?usage: install.sh FOLDER}"
mkdir -p "$folder"

same() { cmp -s "$1" "$2"; }

numeric() {
  rm -rf "$folder/numeric"
  python3 -m venv "$folder/numeric" &&
    "$folder/numeric/bin/pip" install --quiet --no-deps -r "$here/requirements.txt" &&
    cp "$here/requirements.txt" "$folder/numeric/installed.txt"
}

torch() {
  rm -rf "$folder/torch" "$folder/blas"
  local found= python library
  for python in "${LIMN_TORCH_PYTHON:-}" /usr/bin/python3 python3; do
    if [ -n "$python" ] && "$python" -c 'import torch' 2>/dev/null; then found="$python"; break; fi
  done
  if [ -z "$found" ]; then
    echo "install.sh: no Python here has PyTorch; apt-get install python3-torch, or name one in LIMN_TORCH_PYTHON" >&2
    return 1
  fi
  "$found" -m venv --system-site-packages "$folder/torch" &&
    "$folder/torch/bin/pip" install --quiet --no-deps -r "$here/requirements-torch.txt" &&
    mkdir -p "$folder/blas" &&
    library="$(find "$folder/torch" -name 'libopenblas.so.0' | head -n 1)" &&
    [ -n "$library" ] &&
    ln -s "$(realpath "$library")" "$folder/blas/libblas.so.3" &&
    ln -s "$(realpath "$library")" "$folder/blas/liblapack.so.3" &&
    cp "$here/requirements-torch.txt" "$folder/torch/installed.txt"
}

# Library names resolve from the folder that a module lies in: load.mjs is how the benchmark reaches into this one.
# Install scripts stay off: they would compile native bindings, and these peers are the JavaScript and WebAssembly ones.
javascript() {
  rm -rf "$folder/javascript"
  mkdir -p "$folder/javascript" &&
    cp "$here/package.json" "$folder/javascript/package.json" &&
    npm install --prefix "$folder/javascript" --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error >&2 &&
    echo 'export default (name) => import(name)' > "$folder/javascript/load.mjs" &&
    cp "$here/package.json" "$folder/javascript/installed.json"
}

same "$here/requirements.txt" "$folder/numeric/installed.txt" || numeric || echo 'install.sh: no NumPy and JAX' >&2
same "$here/requirements-torch.txt" "$folder/torch/installed.txt" || torch || echo 'install.sh: no PyTorch' >&2
same "$here/package.json" "$folder/javascript/installed.json" || javascript || echo 'install.sh: no JavaScript libraries' >&2
exit 0
