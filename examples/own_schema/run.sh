#!/usr/bin/env bash
# Sessions of five people in the schema of Larkspur, a made-up company, and back into tables.
# Usage: bash examples/own_schema/run.sh [OUT]   (default: own_schema_out; it must be absent or empty)
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
out="${1:-own_schema_out}"

python -m deskhand generate crm.create_lead --people 5 --seed 7 --out "$out/run" \
  --format "parquet,mapping:$here/larkspur.json"
for folder in "$out"/run/shard=*/mapping; do
  python -m deskhand validate "$folder" --format "mapping:$here/larkspur.json"
done
python -m deskhand convert "$out/run" "$out/back" --from "mapping:$here/larkspur.json" --to parquet
python "$here/write_and_read.py" "$out/one.events.jsonl"
