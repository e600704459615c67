#!/usr/bin/env bash
# A study as arrays of Slurm, one for each stage, in a folder that all nodes see; then its report.
#   bash slurm.sh study.yaml /shared/out 40
# A share that waits for others ends with exit code 3 and goes on in the next array.
set -euo pipefail
study=$1 folder=$2 shares=${3:-40}

stages=$(limn study plan "$study" --out "$folder" --json | node -pe 'JSON.parse(require("fs").readFileSync(0, "utf8")).stages')
after=
for ((stage = 0; stage < stages; stage++)); do
  after=$(sbatch --parsable --array=0-$((shares - 1)) --cpus-per-task=1 --mem=2G --job-name=limn \
    ${after:+--dependency=afterany:$after} \
    --wrap "limn study exec '$folder' --index \$SLURM_ARRAY_TASK_ID --of $shares || [ \$? -eq 3 ]")
done
sbatch --parsable --dependency=afterany:"$after" --cpus-per-task=1 --mem=2G --job-name=limn-report \
  --wrap "limn study report '$folder'"
