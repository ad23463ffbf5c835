// The whole session in one strip: actions by application, how busy it was, breaks; also the seek bar.

const STRIP_H = 54;

class Overview {
  constructor(data, stage, hue, seek) {
    Object.assign(this, { data, stage, hue });
    this.canvas = $("overview");
    this.pen = this.canvas.getContext("2d");
    this.length = Math.max(data.header.duration_us / 1e6, 0.001);
    this.still = document.createElement("canvas");
    new ResizeObserver(() => this.fit()).observe(this.canvas.parentElement);
    const go = (event) => seek(this.timeAt(event));
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      go(event);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (event.buttons & 1) go(event);
      this.tip(event);
    });
    this.canvas.addEventListener("pointerleave", () => { $("tip").hidden = true; });
    this.fit();
  }

  timeAt(event) {
    const box = this.canvas.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * this.length;
  }

  tip(event) {
    const d = this.data;
    const t = this.timeAt(event);
    const k = countTo(d.act_t, t) - 1;
    const rest = d.breaks.find(([a, b]) => a / 1e6 <= t && t < b / 1e6);
    const tip = $("tip");
    const box = this.canvas.getBoundingClientRect();
    tip.hidden = false;
    tip.textContent = `${wallClock(d, t)}  ${rest ? `break${rest[2] ? `: ${rest[2]}` : ""}` : k >= 0 ? actionText(d, k) : ""}`;
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.min(box.width - half, Math.max(half, event.clientX - box.left))}px`;
  }

  fit() {
    this.width = this.canvas.parentElement.clientWidth;
    fitCanvas(this.canvas, this.width, STRIP_H);
    fitCanvas(this.still, this.width, STRIP_H);
    this.paint();
    this.stage.stale = true;
  }

  // Painted once for each size and theme; a frame only copies it.
  paint() {
    const d = this.data;
    const pen = this.still.getContext("2d");
    const dpr = devicePixelRatio || 1;
    const x = (t) => (t / this.length) * this.width;
    pen.setTransform(dpr, 0, 0, dpr, 0, 0);
    pen.clearRect(0, 0, this.width, STRIP_H);
    pen.fillStyle = inkOf("--lane");
    pen.fillRect(0, 0, this.width, 36);
    this.busy(pen, d.move_t, inkOf("--busy"), 4000);
    this.busy(pen, d.key_t, inkOf("--busy-keys"), 400);
    for (let k = 0; k < d.act_t.length; k++) {
      const quiet = d.names[d.act_verb[k]] === "think" || d.names[d.act_verb[k]] === "read";
      pen.fillStyle = this.hue[d.names[d.act_app[k]]] || "#888888";
      pen.globalAlpha = quiet ? 0.35 : 0.95;
      pen.fillRect(x(d.act_t[k]), 22, Math.max(0.7, x(d.act_length[k] / 1000)), 14);
    }
    pen.globalAlpha = 1;
    for (const [a, b] of d.breaks) this.hatch(pen, x(a / 1e6), x(b / 1e6));
    this.ticks(pen, x);
  }

  busy(pen, at, colour, top) {
    const bars = Math.ceil(this.width / 2);
    const counts = new Uint32Array(bars + 1);
    for (const t of at) counts[Math.min(bars, Math.floor((t / this.length) * bars))]++;
    const scale = Math.max(1, (top * this.length) / 3600 / bars, quantile(counts, 0.98));
    pen.fillStyle = colour;
    counts.forEach((count, b) => {
      const tall = Math.min(1, count / scale) * 20;
      pen.fillRect(b * 2, 22 - tall, 1.6, tall);
    });
  }

  hatch(pen, left, right) {
    pen.save();
    pen.beginPath();
    pen.rect(left, 0, Math.max(1, right - left), 36);
    pen.clip();
    pen.fillStyle = inkOf("--panel");
    pen.fillRect(left, 0, right - left, 36);
    pen.strokeStyle = inkOf("--soft");
    pen.globalAlpha = 0.45;
    for (let s = left - 40; s < right; s += 6) {
      pen.beginPath();
      pen.moveTo(s, 36);
      pen.lineTo(s + 36, 0);
      pen.stroke();
    }
    pen.restore();
  }

  ticks(pen, x) {
    const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
    const step = steps.find((s) => x(s) > 84) || 7200;
    const first = wallSecond(this.data, 0) % step;
    pen.font = "10.5px system-ui, sans-serif";
    pen.textBaseline = "alphabetic";
    for (let t = step - first; t < this.length; t += step) {
      pen.fillStyle = inkOf("--line");
      pen.fillRect(Math.round(x(t)), 36, 1, 5);
      pen.fillStyle = inkOf("--soft");
      const text = wallClock(this.data, t).slice(0, step < 60 ? 8 : 5);
      const half = pen.measureText(text).width / 2;
      pen.textAlign = "center";
      pen.fillText(text, Math.round(Math.min(this.width - half, Math.max(half, x(t)))), 51);
    }
  }

  draw(t) {
    const pen = this.pen;
    const dpr = devicePixelRatio || 1;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.still, 0, 0);
    pen.setTransform(dpr, 0, 0, dpr, 0, 0);
    const at = (t / this.length) * this.width;
    pen.fillStyle = inkOf("--play");
    pen.fillRect(Math.round(at) - 1, 0, 2, 38);
    pen.beginPath();
    pen.arc(Math.round(at), 4, 4.5, 0, 7);
    pen.fill();
  }
}

let offsetSeconds = null;

// Seconds since local midnight, in the session's own time zone.
function wallSecond(d, t) {
  if (offsetSeconds === null) {
    const start = new Date(d.header.start_wall_us / 1000);
    let text = "00:00:00";
    try {
      text = start.toLocaleTimeString("en-GB", { timeZone: d.header.time_zone, hour12: false });
    } catch {
      text = start.toLocaleTimeString("en-GB", { timeZone: "UTC", hour12: false });
    }
    const [h, m, s] = text.split(":").map(Number);
    offsetSeconds = (h % 24) * 3600 + m * 60 + s;
  }
  return offsetSeconds + t;
}

function wallClock(d, t) {
  const s = Math.floor(wallSecond(d, t)) % 86400;
  return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((n) => String(n).padStart(2, "0")).join(":");
}
