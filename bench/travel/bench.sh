#!/bin/sh
# Times norms on this machine: forward, then backward. Results: bench/results in this folder. See README.md.
# Arguments are those of the benchmark: ./bench.sh --only LayerNorm --adapter swiftshader, ./bench.sh --help
here=$(cd "${0%/*}" && pwd) || exit

# PyTorch of the Python in $PYTHON, or else of python3.
for python in ${PYTHON:-} python3; do
  if "$python" -c "import torch" >/dev/null 2>&1; then
    set -- --torch "$python" "$@"
    break
  fi
done

bench() {
  "$here/node" --disable-warning=ExperimentalWarning "$here/bench/run.js" "$@"
}
bench --out cases "$@" && bench --grad --out gradients "$@"
