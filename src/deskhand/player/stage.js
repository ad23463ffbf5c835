// What lies around and over the page: desktop and windows, the cursor with its trail, clicks, chords.

const CHROME = 88; // title, address and bookmarks above a page, in desktop pixels
const TASKS = 40; // height of the task bar
const TRAIL_S = 1.3;
const RIPPLE_S = 0.7;
const CHORD_S = 1.4;
const AWAY_S = 0.7; // the view widens so long before the cursor leaves the window

class Stage {
  constructor(data, view, hue) {
    Object.assign(this, { data, view, hue });
    this.canvas = $("overlay");
    this.pen = this.canvas.getContext("2d");
    this.speed = speeds(data.move_t, data.move_x, data.move_y);
    this.top = Math.max(1500, quantile(this.speed.filter((v) => v > 100), 0.97));
    const h = data.header;
    const page = data.screens[0]?.viewport || [h.viewport_width || 1280, h.viewport_height || 720];
    this.desk = [h.screen_width || page[0], h.screen_height || page[1]];
    this.monitors = data.monitors?.length > 1 ? data.monitors : [[0, 0, ...this.desk]];
    this.pages = data.windows.map(() => page);
    this.wide = 0;
    this.front = -1;
    this.furnish();
    view.onshow = (window, screen, url) => this.show(window, screen, url);
    new ResizeObserver(() => this.fit()).observe($("stage"));
    this.fit();
  }

  furnish() {
    Object.assign($("desk").style, { width: `${this.desk[0]}px`, height: `${this.desk[1]}px` });
    for (const [left, top, width, height] of this.monitors.slice(1)) {
      const beside = document.createElement("div");
      beside.className = "desk";
      Object.assign(beside.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
      $("desk").style.overflow = "visible";
      $("desk").prepend(beside);
    }
    this.frames = this.data.windows.map((w) => {
      const frame = document.createElement("div");
      frame.className = "frame";
      frame.style.setProperty("--hue", this.hue[w.app] || "#888");
      const [title, address, marks] = ["title", "address", "marks"].map((name) => {
        const part = document.createElement("div");
        part.className = name;
        frame.append(part);
        return part;
      });
      title.textContent = w.app || w.name;
      marks.append(...this.data.bookmarks.map((name) => {
        const mark = document.createElement("span");
        mark.textContent = name.split("/").at(-1).replace(/[-_]/g, " ");
        return mark;
      }));
      $("frames").append(frame);
      const task = document.createElement("div");
      task.textContent = w.app || w.name;
      task.style.left = `${8 + 164 * $("tasks").children.length}px`;
      task.style.setProperty("--hue", this.hue[w.app] || "#888");
      $("tasks").append(task);
      return { frame, title, address, task };
    });
    this.data.windows.forEach((_, k) => this.place(k));
  }

  place(k) {
    const [x, y] = this.data.windows[k].origin;
    const [w, h] = this.pages[k];
    Object.assign(this.frames[k].frame.style, { left: `${x}px`, top: `${y - CHROME}px`, width: `${w}px`, height: `${h + CHROME}px` });
  }

  fit() {
    const box = $("stage").getBoundingClientRect();
    this.box = [box.width, box.height];
    fitCanvas(this.canvas, box.width, box.height);
    this.stale = true;
  }

  show(window, screen, url) {
    this.front = window;
    if (window < 0) return;
    if (screen) {
      this.pages[window] = screen.viewport;
      this.place(window);
      this.frames[window].title.textContent = screen.title;
      this.frames[window].address.textContent = (url || "").replace(/^https?:\/\//, "");
    }
    this.frames.forEach(({ frame, task }, k) => {
      frame.classList.toggle("front", k === window);
      task.classList.toggle("front", k === window);
    });
    const [x, y] = this.data.windows[window].origin;
    const [w, h] = this.pages[window];
    for (const part of [this.view.frame, $("blank")]) Object.assign(part.style, { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` });
    $("blank").hidden = !!screen;
    $("blank").textContent = "no page in this window yet";
  }

  // The rectangle around all monitors: left, top, width, height.
  whole() {
    const [left, top] = [0, 1].map((k) => Math.min(...this.monitors.map((m) => m[k])));
    const [right, bottom] = [0, 1].map((k) => Math.max(...this.monitors.map((m) => m[k] + m[k + 2])));
    return [left, top, right - left, bottom - top];
  }

  // The part of the desktop that matters: the front window, or all of it while the cursor is outside.
  look(t, passed) {
    const all = this.whole();
    let near = all;
    let wanted = 1;
    if (this.front >= 0) {
      const [x, y] = this.data.windows[this.front].origin;
      const [w, h] = this.pages[this.front];
      const above = Math.min(y - all[1], CHROME);
      near = [Math.max(all[0], x), y - above, w, h + above];
      wanted = [t - AWAY_S, t, t + AWAY_S].some((at) => {
        const [cx, cy] = this.cursor(at) || [x, y];
        return cx < near[0] || cy < near[1] || cx > x + w || cy > y + h;
      }) ? 1 : 0;
    }
    this.wide = passed ? this.wide + (wanted - this.wide) * (1 - Math.exp(-passed * 7)) : wanted;
    if (Math.abs(wanted - this.wide) < 0.002) this.wide = wanted;
    else this.stale = true;
    const at = near.map((v, k) => v + (all[k] - v) * this.wide);
    const [bw, bh] = this.box;
    this.scale = Math.min((bw - 24) / at[2], (bh - 20) / at[3]);
    this.origin = [(bw - at[2] * this.scale) / 2 - at[0] * this.scale, (bh - at[3] * this.scale) / 2 - at[1] * this.scale];
    $("desk").style.transform = `translate(${this.origin[0]}px, ${this.origin[1]}px) scale(${this.scale})`;
    this.seen = [at[0] + at[2], at[1] + at[3]];
  }

  // Where the cursor is at time t: between two samples when they are close, else at the last.
  cursor(t) {
    const { move_t: at, move_x: x, move_y: y } = this.data;
    const k = countTo(at, t) - 1;
    if (k < 0) return at.length ? [x[0], y[0], 0] : null;
    if (k + 1 < at.length && at[k + 1] - at[k] < 0.1) {
      const f = (t - at[k]) / (at[k + 1] - at[k]);
      return [x[k] + f * (x[k + 1] - x[k]), y[k] + f * (y[k + 1] - y[k]), k];
    }
    return [x[k], y[k], k];
  }

  draw(t, rate, passed) {
    this.look(t, passed);
    const pen = this.pen;
    const { width, height } = this.canvas;
    const dpr = devicePixelRatio || 1;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.setTransform(dpr, 0, 0, dpr, this.origin[0] * dpr, this.origin[1] * dpr);
    const stretch = Math.max(1, rate * 0.6);
    const at = this.cursor(t);
    this.ring(pen);
    this.trail(pen, t, at, stretch);
    this.ripples(pen, t, stretch);
    if (at) {
      const [x, y] = this.front < 0 ? [0, 0] : this.data.windows[this.front].origin;
      this.view.hover(at[0] - x, at[1] - y);
      this.view.light(at[0], at[1]);
      this.arrow(pen, at[0] * this.scale, at[1] * this.scale);
    }
    this.chords(pen, t, stretch);
  }

  ring(pen) {
    const node = this.view.focused;
    if (!node?.getBoundingClientRect || node.localName === "body") return;
    const box = node.getBoundingClientRect();
    // Pages that style the focus themselves already show it.
    const own = this.view.frame.contentWindow.getComputedStyle(node);
    if (!box.width || own.outlineStyle !== "none" || own.boxShadow !== "none") return;
    const s = this.scale;
    const [x, y] = this.data.windows[this.front].origin;
    pen.strokeStyle = inkOf("--focus");
    pen.lineWidth = 2;
    pen.beginPath();
    pen.roundRect((x + box.left) * s - 2, (y + box.top) * s - 2, box.width * s + 4, box.height * s + 4, 5);
    pen.stroke();
  }

  trail(pen, t, at, stretch) {
    if (!at) return;
    const { move_t, move_x: x, move_y: y } = this.data;
    const life = TRAIL_S * stretch;
    const s = this.scale;
    const last = at[2];
    pen.lineCap = "butt"; // round ends would show as beads where clear strokes overlap
    for (let k = Math.max(1, countTo(move_t, t - life)); k <= last + 1 && k < move_t.length; k++) {
      const end = k <= last ? [x[k], y[k]] : at;
      if (k > last && move_t[k] - move_t[last] >= 0.1) break;
      const age = (t - Math.min(move_t[k], t)) / life;
      const [r, g, b] = heat(this.speed[k], this.top);
      pen.strokeStyle = `rgba(${r},${g},${b},${(1 - age) ** 1.4 * 0.9})`;
      pen.lineWidth = 2 + 3.5 * (1 - age);
      pen.beginPath();
      pen.moveTo(x[k - 1] * s, y[k - 1] * s);
      pen.lineTo(end[0] * s, end[1] * s);
      pen.stroke();
    }
  }

  ripples(pen, t, stretch) {
    const d = this.data;
    const life = RIPPLE_S * stretch;
    const s = this.scale;
    for (let k = countTo(d.press_t, t - life - 3); k < d.press_t.length && d.press_t[k] <= t; k++) {
      const since = t - d.press_t[k];
      const x = d.press_x[k] * s;
      const y = d.press_y[k] * s;
      const colour = d.press_button[k] === 2 ? "148,97,214" : "226,76,60";
      if (since < life) {
        const f = since / life;
        pen.strokeStyle = `rgba(${colour},${(1 - f) * 0.9})`;
        pen.lineWidth = 3 * (1 - f) + 0.5;
        pen.beginPath();
        pen.arc(x, y, 6 + 26 * Math.sqrt(f), 0, 7);
        pen.stroke();
        pen.fillStyle = `rgba(${colour},${(1 - f) * 0.28})`;
        pen.fill();
      }
      if (since * 1000 < d.press_hold[k]) {
        const now = this.cursor(t);
        pen.fillStyle = `rgba(${colour},0.5)`;
        pen.beginPath();
        pen.arc(now[0] * s, now[1] * s, 9, 0, 7);
        pen.fill();
      }
    }
  }

  arrow(pen, x, y) {
    pen.save();
    pen.translate(x, y);
    pen.scale(1.15, 1.15);
    pen.beginPath();
    for (const [px, py] of [[0, 0], [0, 16.5], [3.9, 13], [6.6, 19], [9.2, 17.9], [6.6, 12], [12, 12]]) pen.lineTo(px, py);
    pen.closePath();
    pen.shadowColor = "rgba(0,0,0,.35)";
    pen.shadowBlur = 4;
    pen.fillStyle = "#15171c";
    pen.fill();
    pen.shadowBlur = 0;
    pen.strokeStyle = "#fff";
    pen.lineWidth = 1.3;
    pen.stroke();
    pen.restore();
  }

  // Shortcuts cannot be seen on the page itself, so they are spelled out for a moment.
  chords(pen, t, stretch) {
    const d = this.data;
    const life = CHORD_S * stretch;
    const shown = [];
    for (let k = countTo(d.key_t, t - life); k < d.key_t.length && d.key_t[k] <= t; k++) {
      const key = d.names[d.key_key[k]];
      if (d.key_masked[k] || !key || /^(Control|Alt|Meta|Shift|AltGraph)$/.test(key)) continue;
      const spelled = spell(key, d.key_modifiers[k]);
      const fresh = 1 - (t - d.key_t[k]) / life;
      if (spelled && shown.at(-1)?.[0] === spelled) shown.push([spelled, fresh, shown.pop()[2] + 1]);
      else if (spelled) shown.push([spelled, fresh, 1]);
    }
    const [w, h] = this.seen;
    pen.font = "600 13px system-ui, sans-serif";
    pen.textBaseline = "middle";
    let right = w * this.scale - 14;
    for (const [spelled, fresh, count] of shown.slice(-4).reverse()) {
      const text = count > 1 ? `${spelled} \u00d7${count}` : spelled;
      const wide = pen.measureText(text).width + 20;
      pen.globalAlpha = Math.min(1, fresh * 2.5);
      pen.fillStyle = "rgba(20,22,28,.86)";
      pen.beginPath();
      pen.roundRect(right - wide, h * this.scale - 42, wide, 28, 7);
      pen.fill();
      pen.fillStyle = "#fff";
      pen.fillText(text, right - wide + 10, h * this.scale - 27.5);
      right -= wide + 6;
    }
    pen.globalAlpha = 1;
  }
}

const SPELLED = { Tab: "Tab", Enter: "Enter", Escape: "Esc", Backspace: "Backspace", Delete: "Del", ArrowUp: "\u2191", ArrowDown: "\u2193", ArrowLeft: "\u2190", ArrowRight: "\u2192", PageUp: "PgUp", PageDown: "PgDn", Home: "Home", End: "End" };

function spell(key, modifiers) {
  const held = [[2, "Ctrl"], [4, "Alt"], [8, "Meta"]].filter(([bit]) => modifiers & bit).map(([, name]) => name);
  const named = SPELLED[key];
  if (!held.length && !named) return null;
  if ((modifiers & 1) && (named || held.length)) held.push("Shift");
  return [...held, named || key.toUpperCase()].join(" + ");
}

function quantile(values, share) {
  const sorted = Float32Array.from(values).sort();
  return sorted.length ? sorted[Math.floor((sorted.length - 1) * share)] : 0;
}

function fitCanvas(canvas, width, height) {
  const dpr = devicePixelRatio || 1;
  canvas.width = Math.round(width * dpr);
  canvas.height = Math.round(height * dpr);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}
