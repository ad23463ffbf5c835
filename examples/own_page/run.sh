#!/usr/bin/env bash
# Sessions of 20 people on a page that is not deskhand's: the form page of the gentelella template.
# Usage: bash examples/own_page/run.sh [OUT]   (default: own_page_out; it must be absent or empty)
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
out="${1:-own_page_out}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts --prefix "$work" gentelella@4.2.0
site="$work/node_modules/gentelella/dist"

python -m deskhand screens compile "$site/production/form.html" --root "$site" \
  --name own/project --app own --viewport 1280x800 --out "$work"
python -m deskhand screens show "$work/project.screen.json" | sed -n 1,20p

cp "$here/own_page.json" "$work"
python -m deskhand generate "$work/own_page.json" --people 20 --seed 7 --out "$out" --format rrweb,parquet
python -m deskhand validate "$out"
