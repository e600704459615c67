#!/usr/bin/env bash
# A study on the cores of one machine, or of several with --sshlogin, by GNU parallel; then its report.
#   bash parallel.sh study.yaml out/study 8
# A share that waits for others ends with exit code 3 and goes on in the next round.
set -euo pipefail
study=$1 folder=$2 shares=${3:-8}

stages=$(limn study plan "$study" --out "$folder" --json | node -pe 'JSON.parse(require("fs").readFileSync(0, "utf8")).stages')
for ((stage = 0; stage < stages; stage++)); do
  seq 0 $((shares - 1)) | parallel "limn study exec '$folder' --index {} --of $shares || [ \$? -eq 3 ]"
done
limn study report "$folder"
