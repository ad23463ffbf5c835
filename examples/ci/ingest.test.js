// The same files from JavaScript: `deskhand fixture fixtures --format jsonl`, then `npm test`.
const fs = require("node:fs");
const path = require("node:path");

const folder = process.env.DESKHAND_FIXTURES || path.join(__dirname, "fixtures");
const { cases } = JSON.parse(fs.readFileSync(path.join(folder, "manifest.json"), "utf8"));

function countClicks(file) {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(fs.readFileSync(file));
  let last = 0;
  let clicks = 0;
  for (const line of text.split("\n").filter(Boolean)) {
    const event = JSON.parse(line);
    if (event.t_us < last) throw new Error(`time runs back to ${event.t_us}`);
    last = event.t_us;
    if (event.type === "pointerup") clicks += 1;
  }
  return clicks;
}

describe.each(cases.filter((c) => c.format === "jsonl" && c.case !== "empty_file"))(
  "$case: $what",
  ({ path: place, verdict }) => {
    const file = path.join(folder, place, "events.jsonl");
    test(verdict, () => {
      if (verdict === "valid") expect(countClicks(file)).toBeGreaterThanOrEqual(0);
      else expect(() => countClicks(file)).toThrow();
    });
  },
);
