// Decodes payloads, one a line of standard input, with clarity-decode; complaints make it fail.
const path = require("node:path");
const { decode } = require(path.join(process.argv[2], "clarity-decode"));
const complaints = [];
console.warn = console.error = (text) => complaints.push(text);
const lines = require("node:fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
process.stdout.write(JSON.stringify({ payloads: lines.map((line) => decode(line)), complaints }));
