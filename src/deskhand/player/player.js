// The clock and the controls; everything else draws the state at a time it is given.

const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32];
const IDLE_S = 2.5;
const LEAD_S = 0.5;

class Player {
  constructor(data) {
    this.data = data;
    this.hue = hues(data);
    this.length = data.header.duration_us / 1e6;
    this.view = new PageView(data);
    this.stage = new Stage(data, this.view, this.hue);
    this.lanes = new Lanes(data, this.stage, this.hue, 10);
    const seek = (t) => this.seek(t);
    this.overview = new Overview(data, this.stage, this.hue, seek);
    this.list = new ActionList(data, this.hue, seek);
    this.time = 0;
    this.rate = 1;
    this.playing = false;
    this.before = 0;
    this.idle = idleSpans(data, this.length);
    this.idleStarts = this.idle.map((span) => span[0]);
    this.controls();
    this.describe();
    const asked = /[#&]t=([\d.]+)/.exec(location.hash);
    this.seek(asked ? Number(asked[1]) : Math.max(0, (data.act_t[0] || 0) - 0.4));
    requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    const passed = Math.min((now - this.before) / 1000, 0.1);
    this.before = now;
    if (this.playing) this.advance(passed);
    if (this.playing || this.stage.stale) this.draw(passed);
    requestAnimationFrame((next) => this.frame(next));
  }

  advance(passed) {
    this.time = Math.min(this.length, this.time + passed * this.rate);
    if ($("skip").checked) {
      const gap = this.idle[countTo(this.idleStarts, this.time) - 1];
      if (gap && this.time < gap[1]) {
        this.note(`skipped ${spanText(gap[1] - this.time)}`);
        this.time = gap[1];
      }
    }
    if (this.time >= this.length) this.pause();
  }

  draw(passed) {
    this.stage.stale = false;
    const t = this.time;
    this.view.seek(t);
    this.stage.draw(t, this.playing ? this.rate : 1, passed);
    this.lanes.draw(t);
    this.overview.draw(t);
    this.now(t);
  }

  now(t) {
    const d = this.data;
    $("clock").textContent = wallClock(d, t);
    $("elapsed").textContent = `${spanText(t)} of ${spanText(this.length)}`;
    const k = countTo(d.act_t, t) - 1;
    this.list.mark(k);
    const rest = d.breaks.find(([a, b]) => a / 1e6 <= t && t < b / 1e6);
    const over = k < 0 || t > d.act_t[k] + d.act_length[k] / 1000 + 0.05;
    $("now-act").textContent = rest ? `Away${rest[2] ? `: ${rest[2]}` : ""}` : k < 0 ? "Not begun" : actionText(d, k);
    $("now-act").classList.toggle("over", over || !!rest);
    const window = d.windows[this.view.window];
    const app = (k >= 0 && !over && d.names[d.act_app[k]]) || window?.app || "";
    $("now-app").textContent = app;
    $("now-app").hidden = !app;
    $("now-app").style.setProperty("--hue", this.hue[app] || "#888");
    $("now-task").textContent = k < 0 ? "" : `${d.names[d.act_scenario[k]]}, task ${d.act_task[k] + 1}`;
    const node = this.view.focused;
    const typed = node && /^(input|textarea)$/.test(node.localName) && !/^(checkbox|radio|button|submit)$/.test(node.type);
    const text = !typed ? "" : node.type === "password" ? DOT.repeat(node.value.length) : node.value;
    $("now-text").textContent = text.length > 160 ? `\u2026${text.slice(-160)}` : text;
    $("now-text").hidden = !typed;
    $("overview").setAttribute("aria-valuenow", t.toFixed(1));
    $("overview").setAttribute("aria-valuetext", wallClock(d, t));
  }

  seek(t) {
    this.time = Math.min(this.length, Math.max(0, t));
    this.stage.stale = true;
    this.draw();
  }

  play() {
    if (this.time >= this.length - 0.01) this.seek(0);
    this.playing = true;
    this.before = performance.now();
    this.button();
  }

  pause() {
    this.playing = false;
    this.button();
    this.stage.stale = true;
  }

  button() {
    $("play").setAttribute("aria-label", this.playing ? "Pause" : "Play");
    $("play").querySelector("path").setAttribute("d", this.playing ? "M5 3.5h3.6v13H5zM11.4 3.5H15v13h-3.6z" : "M6 3.5v13l11-6.5z");
  }

  setRate(rate) {
    this.rate = rate;
    for (const button of $("speeds").children) button.setAttribute("aria-pressed", String(Number(button.value) === rate));
  }

  // To the start of the action before or after the current time.
  hop(direction) {
    const at = this.data.act_t;
    const k = direction > 0 ? countTo(at, this.time + 0.001) : countTo(at, this.time - 0.3) - 1;
    if (k >= 0 && k < at.length) this.seek(at[k]);
  }

  note(text) {
    const notice = $("notice");
    notice.textContent = text;
    notice.hidden = false;
    clearTimeout(this.noteTimer);
    this.noteTimer = setTimeout(() => { notice.hidden = true; }, 1100);
  }

  controls() {
    $("play").onclick = () => (this.playing ? this.pause() : this.play());
    $("back").onclick = () => this.hop(-1);
    $("next").onclick = () => this.hop(1);
    $("stage").onclick = $("play").onclick;
    $("span").onchange = (event) => {
      this.lanes.seconds = Number(event.target.value);
      this.stage.stale = true;
    };
    for (const rate of SPEEDS) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", value: rate, textContent: `${rate}\u00d7`, onclick: () => this.setRate(rate) });
      $("speeds").append(button);
    }
    this.setRate(1);
    const root = document.documentElement;
    $("theme").onclick = () => {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      this.repaint();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.repaint());
    let from = null;
    const lanes = $("lanes");
    lanes.addEventListener("pointerdown", (event) => {
      lanes.setPointerCapture(event.pointerId);
      from = [event.clientX, this.time, false];
    });
    lanes.addEventListener("pointermove", (event) => {
      if (!from || Math.abs(event.clientX - from[0]) < 3) return;
      from[2] = true;
      this.seek(from[1] - ((event.clientX - from[0]) / (this.lanes.width - GUTTER)) * this.lanes.seconds);
    });
    lanes.addEventListener("pointerup", (event) => {
      if (from && !from[2]) this.seek(this.lanes.timeAt(event.clientX - lanes.getBoundingClientRect().left, this.time));
      from = null;
    });
    addEventListener("keydown", (event) => this.key(event));
  }

  repaint() {
    this.overview.paint();
    this.stage.stale = true;
  }

  key(event) {
    if (event.target.closest?.("select, input") || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (by) => () => this.setRate(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, SPEEDS.indexOf(this.rate) + by))]);
    const acts = {
      " ": () => (this.playing ? this.pause() : this.play()),
      ArrowLeft: () => (event.shiftKey ? this.hop(-1) : this.seek(this.time - 2)),
      ArrowRight: () => (event.shiftKey ? this.hop(1) : this.seek(this.time + 2)),
      ArrowUp: step(1),
      ArrowDown: step(-1),
      Home: () => this.seek(0),
      End: () => this.seek(this.length),
      ",": () => this.seek(this.time - 1 / 60),
      ".": () => this.seek(this.time + 1 / 60),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  describe() {
    const h = this.data.header;
    $("who").textContent = `${h.session_id} \u00b7 ${h.scenario} \u00b7 ${h.role}`;
    $("list-count").textContent = `${this.data.act_t.length.toLocaleString("en")} actions, ${Number(h.event_count).toLocaleString("en")} events`;
    const facts = [["device", `${h.device}, ${Math.round(h.poll_hz)} Hz`], ["keyboard", h.keyboard_layout], ["profile", `${h.profile} (${h.profile_mode})`], ["condition", h.condition], ["hand drawn by", h.fidelity], ["seed", h.seed], ["provenance", h.provenance_id]];
    for (const [name, value] of facts) {
      if (value === undefined || value === null || value === "") continue;
      const term = document.createElement("dt");
      const told = document.createElement("dd");
      term.textContent = name;
      told.textContent = value;
      $("facts").append(term, told);
    }
    $("overview").setAttribute("aria-valuemin", "0");
    $("overview").setAttribute("aria-valuemax", this.length.toFixed(1));
  }
}

// Stretches in which nothing is seen to happen, shortened by a lead before what comes next.
function idleSpans(d, length) {
  const every = [d.move_t, d.key_t, d.wheel_t, d.press_t].flatMap((a) => [...a]);
  for (const step of d.steps) every.push(step[0]);
  every.sort((a, b) => a - b);
  every.push(length);
  const spans = [];
  for (let k = 1; k < every.length; k++) {
    if (every[k] - every[k - 1] > IDLE_S) spans.push([every[k - 1] + LEAD_S, every[k] - LEAD_S]);
  }
  return spans;
}

function spanText(seconds) {
  const s = Math.round(seconds);
  const parts = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  return parts[0] ? `${parts[0]}:${String(parts[1]).padStart(2, "0")}:${String(parts[2]).padStart(2, "0")}` : `${parts[1]}:${String(parts[2]).padStart(2, "0")}`;
}

unpack($("data").textContent).then((data) => {
  $("data").remove();
  window.deskhand = new Player(data);
  document.documentElement.dataset.ready = "true";
}).catch((error) => {
  $("notice").hidden = false;
  $("notice").textContent = `This browser cannot unpack the session (${error.message}). Chromium 80, Firefox 113 and Safari 16.4 can.`;
  throw error;
});
