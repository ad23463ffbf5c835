// The list of actions beside the stage; only the rows in sight exist as nodes.

const ROW_H = 28;

class ActionList {
  constructor(data, hue, seek) {
    Object.assign(this, { data, hue });
    this.box = $("list");
    this.rows = new Map();
    this.current = -1;
    this.touched = -1e9;
    $("list-space").style.height = `${data.act_t.length * ROW_H}px`;
    this.box.addEventListener("scroll", () => this.fill());
    this.box.addEventListener("wheel", () => { this.touched = performance.now(); }, { passive: true });
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest("[data-k]");
      if (row) seek(data.act_t[Number(row.dataset.k)]);
    });
    new ResizeObserver(() => this.fill()).observe(this.box);
  }

  fill() {
    const from = Math.max(0, Math.floor(this.box.scrollTop / ROW_H) - 4);
    const to = Math.min(this.data.act_t.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW_H) + 4);
    for (const [k, row] of this.rows) {
      if (k < from || k >= to) {
        row.remove();
        this.rows.delete(k);
      }
    }
    for (let k = from; k < to; k++) {
      if (!this.rows.has(k)) {
        const row = this.row(k);
        this.rows.set(k, row);
        $("list-space").append(row);
      }
      this.rows.get(k).classList.toggle("current", k === this.current);
    }
  }

  row(k) {
    const d = this.data;
    const row = document.createElement("div");
    row.className = "row";
    row.dataset.k = k;
    row.style.top = `${k * ROW_H}px`;
    row.style.setProperty("--hue", this.hue[d.names[d.act_app[k]]] || "#888");
    const time = document.createElement("time");
    time.textContent = wallClock(d, d.act_t[k]);
    const what = document.createElement("span");
    what.textContent = actionText(d, k);
    row.append(time, what);
    if (d.act_errors[k] > 0) {
      const slip = document.createElement("i");
      slip.textContent = `${d.act_errors[k]} slip${d.act_errors[k] > 1 ? "s" : ""}`;
      row.append(slip);
    }
    return row;
  }

  mark(k) {
    if (k === this.current) return;
    this.current = k;
    // Do not pull the list away from a viewer who has just scrolled it.
    if (performance.now() - this.touched > 4000) this.box.scrollTop = Math.max(0, k * ROW_H - this.box.clientHeight * 0.4);
    this.fill();
  }
}
