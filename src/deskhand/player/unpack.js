"use strict";
// Unpacks what deskhand.player.pack packed: gzip of JSON and byte planes.

const $ = (id) => document.getElementById(id);

async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const flow = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(flow).arrayBuffer());
  const size = new DataView(bytes.buffer).getUint32(0, true);
  const data = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  let at = 4 + size;
  for (const [name, width, count, kind] of data.columns) {
    data[name] = column(bytes, at, width, count, kind);
    at += width * count;
  }
  return data;
}

function column(bytes, at, width, count, kind) {
  const spare = 32 - 8 * width;
  const made = kind === "time" ? new Float64Array(count) : new Int32Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let b = 0; b < width; b++) value |= bytes[at + b * count + i] << (8 * b);
    value = (value << spare) >> spare;
    if (kind === "plain") made[i] = value;
    else {
      sum += value;
      made[i] = kind === "time" ? sum / 10000 : sum;
    }
  }
  return made;
}

// How many of the sorted numbers are at most `value`.
function countTo(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (sorted[mid] <= value) low = mid + 1;
    else high = mid;
  }
  return low;
}

// Speed in px/s at each sample of the path, a mean over the neighbours; rest counts as 0.
function speeds(t, x, y) {
  const n = t.length;
  const made = new Float32Array(n);
  for (let i = 1; i < n; i++) {
    const dt = t[i] - t[i - 1];
    if (dt <= 0) made[i] = made[i - 1];
    else if (dt < 0.2) made[i] = Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]) / Math.max(dt, 0.004);
  }
  const raw = made.slice();
  for (let i = 2; i < n - 2; i++) {
    if (t[i + 2] - t[i - 2] < 0.15)
      made[i] = (raw[i - 2] + 2 * raw[i - 1] + 3 * raw[i] + 2 * raw[i + 1] + raw[i + 2]) / 9;
  }
  return made;
}

// Slow is blue, quick is red; the scale is a square root, since most of a movement is slow.
const HEAT = [[64, 120, 210], [42, 168, 160], [228, 178, 52], [226, 92, 44], [206, 44, 74]];
function heat(speed, top) {
  const place = Math.min(Math.sqrt(speed / top), 0.9999) * (HEAT.length - 1);
  const k = Math.floor(place);
  const f = place - k;
  return HEAT[k].map((c, j) => Math.round(c + (HEAT[k + 1][j] - c) * f));
}

const HUES = ["#3d7be0", "#e08a1e", "#2a9d74", "#9461d6", "#d24d78", "#1f9fb8", "#8a8f3c"];
function hues(data) {
  const apps = [...new Set(data.windows.map((w) => w.app).concat([...data.act_app].map((a) => data.names[a])))];
  return Object.fromEntries(apps.filter(Boolean).sort().map((app, k) => [app, HUES[k % HUES.length]]));
}

function inkOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
