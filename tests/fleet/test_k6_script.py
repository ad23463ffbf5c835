"""The script for k6 in examples/fleet, in Node.

k6 itself is not needed here, and not run: stand-ins take the place of its modules, each with the little
of it that the script uses. So this holds what the script does, not that k6 has what it asks for.
"""

import base64
import json
import shutil
import subprocess
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from deskhand.fleet.description import described
from deskhand.fleet.ndjson import write_ndjson
from deskhand.fleet.plan import make_plan

SCRIPT = Path(__file__).parent.parent.parent / "examples" / "fleet" / "k6.js"
MODULES = {
    "package.json": '{"name": "k6", "type": "module", "exports": {".": "./k6.js", "./*": "./*.js"}}',
    "k6.js": "export const check = (answer, tests) => { for (const name in tests) answer.checks[name] = tests[name](answer); };",
    "execution.js": "export default { scenario: { iterationInTest: 0 } };",
    "encoding.js": 'export default { b64decode: (text) => { const bytes = Buffer.from(text, "base64"); return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length); } };',
    "data.js": "export class SharedArray { constructor(name, make) { return make(); } }",
    "http.js": """
export const sent = [];
export default {
  post: (url, body, { headers }) => {
    const answer = { url, headers, body: Buffer.from(body).toString("base64"), checks: {} };
    answer.status = sent.length === 1 ? 503 : 202;
    sent.push(answer);
    return answer;
  },
};""",
}
DRIVER = """
import { readFileSync } from "node:fs";
globalThis.open = (path) => readFileSync(path, "utf8");
globalThis.__ENV = { HOST: "http://127.0.0.1:8080", RATE: "7", ...JSON.parse(process.argv[2]) };
const exec = (await import("k6/execution")).default;
const { sent } = await import("k6/http");
const script = await import("./script.js");
for (let place = 0; place < Number(process.argv[3]); place += 1) {
  exec.scenario.iterationInTest = place;
  script.default();
}
console.log(JSON.stringify({ options: script.options, sent }));
"""


def run_script(folder: Path, environment: dict[str, str], iterations: int) -> dict[str, Any]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node: apt-get install nodejs")
    (folder / "node_modules" / "k6").mkdir(parents=True)
    for name, text in MODULES.items():
        (folder / "node_modules" / "k6" / name).write_text(text)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "driver.js").write_text(DRIVER)
    shutil.copy(SCRIPT, folder / "script.js")
    command = [node, "driver.js", json.dumps(environment), str(iterations)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_each_line_is_posted_once_as_it_was_planned(tmp_path: Path) -> None:
    record = {
        "devices": 12,
        "target": "json",
        "sessions": {"scenarios": {"auth.login": 1}, "pool": 2},
        "faults": {"content": {"bad_utf8": 0.12}},
    }
    make_plan(described(record), tmp_path / "plan")
    bodies = tmp_path / "bodies.ndjson"
    count = write_ndjson(tmp_path / "plan", bodies)
    planned = [json.loads(line) for line in bodies.read_text().splitlines()]
    assert any("base64" in line for line in planned)
    # More iterations than lines: an arrival or two may come late at a constant rate.
    found = run_script(tmp_path / "node", {"BODIES": str(bodies)}, count + 2)
    wanted = [
        line["body"] if line.get("base64") else base64.b64encode(line["body"].encode()).decode()
        for line in planned
    ]
    assert [one["body"] for one in found["sent"]] == wanted
    assert [one["url"] for one in found["sent"]] == [
        f"http://127.0.0.1:8080{line['path']}" for line in planned
    ]
    assert [one["headers"] for one in found["sent"]] == [line["headers"] for line in planned]
    accepted = [one["checks"]["accepted"] for one in found["sent"]]
    assert accepted == [place != 1 for place in range(count)]
    scenario = found["options"]["scenarios"]["plan"]
    assert scenario["executor"] == "constant-arrival-rate"
    assert (scenario["rate"], scenario["duration"]) == (7, f"{ceil(count / 7)}s")
