// The close-up: actions, cursor speed and keys around the current time, on one axis.

const GUTTER = 74;
const ACT_H = 22;
const SPEED_H = 54;
const LANE_H = 11.5;
const LANES = ["1", "Q", "A", "Z", "1", "Q", "A", "Z", "space", "nav", "masked"];
const KEY_LANES = keyLanes();

// Key code -> [lane, place within the lane from 0 to 5]. Lanes 0-3 left hand, 4-7 right hand.
function keyLanes() {
  const rows = [
    ["Backquote Digit1 Digit2 Digit3 Digit4 Digit5", "Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace"],
    ["Tab KeyQ KeyW KeyE KeyR KeyT", "KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Backslash"],
    ["CapsLock KeyA KeyS KeyD KeyF KeyG", "KeyH KeyJ KeyK KeyL Semicolon Quote Enter"],
    ["ShiftLeft IntlBackslash KeyZ KeyX KeyC KeyV KeyB", "KeyN KeyM Comma Period Slash ShiftRight"],
  ];
  const made = {};
  rows.forEach(([left, right], row) => {
    left.split(" ").forEach((code, k) => { made[code] = [row, k]; });
    right.split(" ").forEach((code, k) => { made[code] = [row + 4, k]; });
  });
  "ControlLeft MetaLeft AltLeft Space AltRight MetaRight ControlRight".split(" ").forEach((code, k) => { made[code] = [8, k]; });
  return made;
}

class Lanes {
  constructor(data, stage, hue, seconds) {
    Object.assign(this, { data, stage, hue, seconds });
    this.canvas = $("lanes");
    this.pen = this.canvas.getContext("2d");
    this.height = ACT_H + SPEED_H + LANE_H * LANES.length + 20;
    new ResizeObserver(() => this.fit()).observe(this.canvas.parentElement);
    this.fit();
  }

  fit() {
    this.width = this.canvas.parentElement.clientWidth;
    fitCanvas(this.canvas, this.width, this.height);
    this.stage.stale = true;
  }

  // The current time stands at three fifths, so that some of what comes is seen.
  range(t) {
    const start = t - this.seconds * 0.6;
    return [start, (this.width - GUTTER) / this.seconds];
  }

  timeAt(x, t) {
    const [start, scale] = this.range(t);
    return start + (x - GUTTER) / scale;
  }

  draw(t) {
    const pen = this.pen;
    const dpr = devicePixelRatio || 1;
    const [start, scale] = this.range(t);
    const end = start + this.seconds;
    const x = (time) => GUTTER + (time - start) * scale;
    const ink = { text: inkOf("--ink"), soft: inkOf("--soft"), line: inkOf("--line"), lane: inkOf("--lane"), panel: inkOf("--panel") };
    pen.setTransform(dpr, 0, 0, dpr, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    const speedTop = ACT_H + 9;
    const keysTop = speedTop + SPEED_H + 5;
    this.grid(pen, ink, x, start, end, speedTop, keysTop);
    pen.save();
    pen.beginPath();
    pen.rect(GUTTER, 0, this.width - GUTTER, this.height);
    pen.clip();
    this.actions(pen, ink, x, start, end);
    this.speed(pen, ink, x, start, scale, speedTop);
    this.keys(pen, ink, x, start, end, keysTop);
    pen.fillStyle = ink.panel;
    pen.globalAlpha = 0.42;
    pen.fillRect(x(t), 0, this.width, this.height);
    pen.globalAlpha = 1;
    pen.restore();
    pen.fillStyle = inkOf("--play");
    pen.fillRect(Math.round(x(t)) - 1, 0, 2, this.height);
  }

  grid(pen, ink, x, start, end, speedTop, keysTop) {
    pen.font = "10px system-ui, sans-serif";
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    LANES.forEach((name, k) => {
      const y = keysTop + k * LANE_H;
      pen.fillStyle = ink.lane;
      if (k % 2 === 0) pen.fillRect(GUTTER, y, this.width - GUTTER, LANE_H);
      pen.fillStyle = ink.soft;
      pen.fillText(name, GUTTER - 8, y + LANE_H / 2 + 0.5);
    });
    pen.textAlign = "left";
    pen.fillText("action", 10, ACT_H / 2 + 3);
    pen.fillText("speed", 10, speedTop + 10);
    pen.fillText(`to ${(Math.round(this.stage.top / 100) / 10).toFixed(1)}k px/s`, 10, speedTop + 24);
    pen.fillText("left", 10, keysTop + LANE_H * 2);
    pen.fillText("right", 10, keysTop + LANE_H * 6);
    pen.fillStyle = ink.line;
    const step = this.seconds > 30 ? 10 : this.seconds > 12 ? 2 : this.seconds > 4 ? 1 : 0.5;
    for (let s = Math.ceil(start / step) * step; s < end; s += step) pen.fillRect(Math.round(x(s)), 0, 1, this.height);
    pen.fillRect(GUTTER, speedTop + SPEED_H, this.width - GUTTER, 1);
    pen.fillRect(GUTTER, Math.round(keysTop + 4 * LANE_H), this.width - GUTTER, 1);
    pen.fillRect(GUTTER, Math.round(keysTop + 8 * LANE_H), this.width - GUTTER, 1);
  }

  actions(pen, ink, x, start, end) {
    const d = this.data;
    pen.textBaseline = "middle";
    pen.font = "11px system-ui, sans-serif";
    // Actions run one after another, so the first of interest is just before the range.
    for (let k = Math.max(0, countTo(d.act_t, start) - 3); k < d.act_t.length && d.act_t[k] < end; k++) {
      const left = Math.max(x(d.act_t[k]), GUTTER - 4);
      const right = x(d.act_t[k] + d.act_length[k] / 1000);
      if (right < GUTTER) continue;
      const wide = Math.max(2, right - left - 1);
      const quiet = d.names[d.act_verb[k]] === "think" || d.names[d.act_verb[k]] === "read";
      const colour = this.hue[d.names[d.act_app[k]]] || "#888888";
      pen.globalAlpha = quiet ? 0.3 : 0.92;
      pen.fillStyle = colour;
      pen.beginPath();
      pen.roundRect(left, 3, wide, ACT_H - 2, 4);
      pen.fill();
      pen.globalAlpha = 1;
      if (wide < 26) continue;
      pen.save();
      pen.beginPath();
      pen.rect(left, 0, wide - 3, ACT_H + 4);
      pen.clip();
      pen.fillStyle = quiet ? ink.text : "#fff";
      pen.fillText(actionText(d, k), left + 6, ACT_H / 2 + 2.5);
      pen.restore();
    }
  }

  speed(pen, ink, x, start, scale, top) {
    const d = this.data;
    const bars = Math.ceil((this.width - GUTTER) / 2);
    const peak = new Float32Array(bars + 1);
    for (let k = countTo(d.move_t, start); k < d.move_t.length; k++) {
      const to = Math.floor(((d.move_t[k] - start) * scale) / 2);
      if (to > bars) break;
      // A sample speaks for the time since the one before it, when that was close.
      const close = k > 0 && d.move_t[k] - d.move_t[k - 1] < 0.06;
      const from = close ? Math.max(0, Math.floor(((d.move_t[k - 1] - start) * scale) / 2) + 1) : to;
      for (let b = Math.min(from, to); b <= to; b++) peak[b] = Math.max(peak[b], this.stage.speed[k]);
    }
    for (let b = 0; b <= bars; b++) {
      if (!peak[b]) continue;
      const tall = Math.max(1, Math.min(1, peak[b] / this.stage.top) * SPEED_H);
      const [r, g, bl] = heat(peak[b], this.stage.top);
      pen.fillStyle = `rgb(${r},${g},${bl})`;
      pen.fillRect(GUTTER + b * 2, top + SPEED_H - tall, 2, tall);
    }
    const end = start + this.seconds;
    for (let k = countTo(d.press_t, start); k < d.press_t.length && d.press_t[k] < end; k++) {
      const at = x(d.press_t[k]);
      pen.fillStyle = d.press_button[k] === 2 ? "#9461d6" : "#e24c3c";
      pen.fillRect(at, top, Math.max(2, (d.press_hold[k] / 1000) * scale), 5);
    }
    pen.fillStyle = ink.soft;
    for (let k = countTo(d.wheel_t, start); k < d.wheel_t.length && d.wheel_t[k] < end; k++) {
      pen.fillRect(x(d.wheel_t[k]), top + (d.wheel_dy[k] < 0 ? 9 : 13), 2, 6);
    }
  }

  keys(pen, ink, x, start, end, top) {
    const d = this.data;
    const hands = ["#3d7be0", "#d2543f", "#2a9d74", "#8b8f98", "#8b8f98"];
    pen.font = "600 9px ui-monospace, monospace";
    pen.textBaseline = "middle";
    let nth = 0;
    for (let k = countTo(d.key_t, start - 2); k < d.key_t.length && d.key_t[k] < end; k++) {
      const long = d.key_hold[k] / 10000;
      const masked = d.key_masked[k] === 1;
      const [lane, place] = masked ? [10, nth++ % 3] : KEY_LANES[d.names[d.key_code[k]]] || [9, 2];
      const left = x(d.key_t[k]);
      const wide = Math.max(2, long * (x(1) - x(0)));
      const y = top + lane * LANE_H + 1 + (masked ? place * 1.4 : Math.min(place, 6) * 0.35);
      const colour = masked ? hands[3] : lane < 4 ? hands[0] : lane < 8 ? hands[1] : lane === 8 ? hands[2] : hands[4];
      pen.fillStyle = colour;
      pen.globalAlpha = masked ? 0.55 : 0.78;
      pen.beginPath();
      pen.roundRect(left, y, wide, LANE_H - (masked ? 5 : 3.5), 2);
      pen.fill();
      pen.globalAlpha = 1;
      pen.strokeStyle = colour;
      pen.lineWidth = 1;
      pen.stroke();
      const key = masked ? "\u2022" : d.names[d.key_key[k]];
      if (wide > 7 && key.length === 1) {
        pen.fillStyle = "#fff";
        pen.fillText(key, left + 2, y + (LANE_H - 3.5) / 2 + 0.5);
      }
    }
  }
}

const SAYINGS = {
  click: "Click", double_click: "Double-click", right_click: "Right-click", hover: "Point at", drag: "Drag", type: "Type into",
  paste: "Paste into", copy: "Copy", choose: "Choose", check: "Tick", press: "Press", scroll: "Scroll", read: "Read", think: "Think",
  switch_to: "Switch to", navigate: "Go to", wait_for: "Wait for", screenshot: "Screenshot", undo: "Undo",
};

const ALONE = { navigate: "Open a bookmark", switch_to: "Switch window", wait_for: "Wait for the page", press: "Press" };

// What an action is called: "Type into Company"; a press names its last key.
function actionText(d, k) {
  const verb = d.names[d.act_verb[k]];
  const target = d.names[d.act_target[k]];
  const [, name] = d.elements[target] || [];
  const said = SAYINGS[verb] || verb;
  if (verb !== "press") return target ? `${said} ${name || target}` : ALONE[verb] || said;
  const last = countTo(d.key_t, d.act_t[k] + d.act_length[k] / 1000 - 0.0005) - 1;
  if (last < 0 || d.key_t[last] < d.act_t[k] - 0.001) return said;
  const key = d.names[d.key_key[last]] || "a key";
  const spelled = spell(key, d.key_modifiers[last]) || key;
  return `${said} ${spelled}${target && name ? ` in ${name}` : ""}`;
}
