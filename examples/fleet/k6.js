// Send a plan's batches with k6, at a rate that does not wait for the service:
//   deskhand fleet bodies plan --out bodies.ndjson
//   k6 run -e HOST=http://127.0.0.1:8080 -e RATE=200 k6.js
import exec from "k6/execution";
import encoding from "k6/encoding";
import http from "k6/http";
import { check } from "k6";
import { SharedArray } from "k6/data";

// Read once, and shared by all virtual users.
const lines = new SharedArray("bodies", () =>
  open(__ENV.BODIES || "bodies.ndjson").split("\n").filter((line) => line !== ""),
);
const rate = Number(__ENV.RATE || 100);

export const options = {
  scenarios: {
    plan: {
      executor: "constant-arrival-rate",
      rate,
      timeUnit: "1s",
      // One arrival a line, and no more.
      duration: `${Math.ceil(lines.length / rate)}s`,
      preAllocatedVUs: Math.max(10, Math.ceil(rate / 10)),
      maxVUs: rate * 10,
    },
  },
  thresholds: { http_req_duration: ["p(99)<200"], dropped_iterations: ["count==0"] },
  userAgent: "deskhand bodies, k6 (synthetic load)",
};

export default function () {
  const place = exec.scenario.iterationInTest;
  if (place >= lines.length) {
    return;
  }
  const batch = JSON.parse(lines[place]);
  const body = batch.base64 ? encoding.b64decode(batch.body) : batch.body;
  const answer = http.post(`${__ENV.HOST}${batch.path}`, body, { headers: batch.headers });
  check(answer, { accepted: ({ status }) => status >= 200 && status < 300 });
}
