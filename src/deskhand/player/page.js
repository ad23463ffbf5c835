// The page on screen: compiled nodes rebuilt inside a frame that may run nothing, then stepped.

const SVG = "http://www.w3.org/2000/svg";
const STATES = /:(hover|focus-visible|focus-within|focus)(?![\w-])/g;
const DOT = "\u2022";
const LIST_ROW = 22; // height of a line of a native list, and how many show at once
const LIST_ROWS = 15;

// Rules on :hover and :focus would follow the viewer's own mouse; they are tied to attributes.
function css(text) {
  return text.replace(STATES, (_, state) => (state === "hover" ? "[data-seen-hover]"
    : state === "focus-within" ? ":is([data-seen-focus], :has([data-seen-focus]))" : "[data-seen-focus]"));
}

class PageView {
  constructor(data) {
    this.data = data;
    this.frame = $("page");
    this.options = $("options");
    this.byWindow = data.windows.map(() => []);
    this.shows = [];
    for (const step of data.steps) {
      step[0] /= 1e6;
      if (step[1] === "show") this.shows.push(step);
      else this.byWindow[step[2]].push(step);
    }
    this.times = this.byWindow.map((steps) => steps.map((s) => s[0]));
    this.showTimes = this.shows.map((s) => s[0]);
    this.loads = this.byWindow.map((steps) => steps.flatMap((s, k) => (s[1] === "load" ? [k] : [])));
    this.loadTimes = this.loads.map((at, w) => at.map((k) => this.byWindow[w][k][0]));
    this.window = -1;
    this.load = -1;
    this.done = 0;
    this.scroll = 0;
    this.nodes = new Map();
    this.texts = new Map();
    this.focused = null;
    this.hovered = [];
    this.onshow = () => {};
  }

  get document() {
    return this.frame.contentDocument;
  }

  windowAt(t) {
    const k = countTo(this.showTimes, t);
    return k > 0 ? this.shows[k - 1][2] : this.byWindow.length > 0 ? 0 : -1;
  }

  // Bring the page to time t; returns whether anything changed.
  seek(t) {
    const w = this.windowAt(t);
    const nth = w < 0 ? 0 : countTo(this.loadTimes[w], t);
    const load = nth > 0 ? this.loads[w][nth - 1] : -1;
    let changed = false;
    if (w !== this.window || load !== this.load || (load >= 0 && this.ahead(t))) {
      this.window = w;
      this.load = load;
      this.build(load < 0 ? null : this.byWindow[w][load]);
      this.done = load + 1;
      changed = true;
    }
    if (load < 0) return changed;
    const steps = this.byWindow[w];
    const end = nth < this.loads[w].length ? this.loads[w][nth] : steps.length;
    while (this.done < end && steps[this.done][0] <= t) {
      this.apply(steps[this.done++]);
      changed = true;
    }
    if (changed) this.document.scrollingElement?.scrollTo(0, this.scroll);
    return changed;
  }

  ahead(t) {
    return this.done > this.load + 1 && this.byWindow[this.window][this.done - 1][0] > t;
  }

  build(step) {
    const doc = this.document;
    this.nodes.clear();
    this.texts.clear();
    this.focused = null;
    this.hovered = [];
    this.scroll = 0;
    this.options.hidden = true;
    const screen = step && this.data.screens[step[3]];
    this.layer = "";
    if (screen) {
      this.max = screen.max_id;
      const root = (screen.dom.childNodes || []).find((n) => n.type === 2) || screen.dom;
      this.nodes.set(screen.dom.id, doc);
      doc.replaceChild(this.node(root, false), doc.documentElement);
    } else doc.replaceChild(doc.createElement("html"), doc.documentElement);
    this.onshow(this.window, screen, step && step[4]);
  }

  // A recording numbers the nodes that it adds for its own layer alone.
  key(id) {
    return this.layer && id > this.max ? `${this.layer}/${id}` : id;
  }

  node(made, inSvg) {
    const doc = this.document;
    let node;
    if (made.type === 2) node = this.element(made, inSvg);
    else if (made.type === 3) node = doc.createTextNode(made.isStyle ? css(made.textContent) : made.textContent);
    else node = doc.createComment("");
    this.nodes.set(this.key(made.id), node);
    return node;
  }

  element(made, inSvg) {
    const doc = this.document;
    let tag = made.tagName;
    const given = made.attributes || {};
    if (tag === "link" && given._cssText) tag = "style";
    const dead = tag === "script" || tag === "iframe" || tag === "object" || tag === "embed";
    const svg = inSvg || made.isSVG || tag === "svg";
    const node = svg ? doc.createElementNS(SVG, tag) : doc.createElement(dead ? "noscript" : tag);
    if (given._cssText) node.textContent = css(given._cssText);
    for (const [name, value] of Object.entries(given)) this.attribute(node, name, value);
    if (dead) return node;
    for (const child of made.childNodes || []) {
      if (tag === "style" && child.type === 3) child.isStyle = true;
      node.append(this.node(child, svg && tag !== "foreignObject"));
    }
    if (tag === "textarea" && given.value !== undefined) node.value = given.value;
    if (tag === "select" && given.value !== undefined) node.value = given.value;
    return node;
  }

  // No handler, no address: only what shows.
  attribute(node, name, value) {
    if (name.startsWith("on") || name.startsWith("_") || name === "srcdoc" || name === "autofocus") return;
    if (name === "href" && !(node.namespaceURI === SVG)) return;
    if (/^(src|srcset|xlink:href|href|poster|action)$/.test(name) && !/^(data:|#)/.test(String(value))) return;
    if (value === null || value === false) node.removeAttribute(name);
    else {
      const shown = value === true ? "" : String(value);
      try {
        if (name.startsWith("rr_")) {
          if (name === "rr_dataURL") node.setAttribute("src", shown);
          else if (name === "rr_width" || name === "rr_height") node.style[name.slice(3)] = shown;
        } else node.setAttribute(name, shown);
      } catch {
        return;
      }
      if (name === "value" && node.localName === "input") node.value = shown;
      if (name === "checked") node.checked = true;
    }
  }

  apply(step) {
    const [, kind, , a, b, c] = step;
    const node = this.nodes.get(a);
    if (kind === "mutate") this.mutate(this.data.mutations[a], b, c);
    else if (kind === "scroll") this.scroll = a;
    else if (kind === "focus") this.focus(a ? node : null);
    else if (kind === "open") this.open(a ? node : null);
    else if (!node) return;
    else if (kind === "edit") this.edit(a, node, b, c);
    else if (kind === "check") node.checked = b === 1;
    else if (kind === "choose") node.value = b;
  }

  edit(id, node, keep, rest) {
    const masked = typeof rest === "number";
    const before = this.texts.has(id) ? this.texts.get(id) : this.value(node);
    const text = masked ? DOT.repeat(rest) : before.slice(0, keep) + rest;
    this.texts.set(id, text);
    if (node.localName === "input" || node.localName === "textarea") node.value = text;
    else node.textContent = text;
  }

  value(node) {
    return (node.localName === "input" || node.localName === "textarea" ? node.value : node.textContent) || "";
  }

  focus(node) {
    this.focused?.removeAttribute("data-seen-focus");
    this.focused = node || null;
    node?.setAttribute?.("data-seen-focus", "");
  }

  // The nodes under the cursor, so that hover rules show.
  hover(x, y) {
    const found = [];
    for (let n = this.document.elementFromPoint(x, y); n; n = n.parentElement) found.push(n);
    for (const n of this.hovered) if (!found.includes(n)) n.removeAttribute("data-seen-hover");
    for (const n of found) if (!this.hovered.includes(n)) n.setAttribute("data-seen-hover", "");
    this.hovered = found;
    return found[0];
  }

  // A native list is drawn by the system, not by the page: draw it beside the page.
  open(node) {
    this.options.hidden = !node || node.localName !== "select";
    if (this.options.hidden) return;
    const all = [...node.options];
    const shown = Math.min(all.length, LIST_ROWS);
    const next = this.byWindow[this.window].slice(this.done).find((s) => s[1] === "choose" || s[1] === "open");
    const place = next?.[1] === "choose" ? all.findIndex((o) => o.value === next[4]) : node.selectedIndex;
    const first = place >= shown ? Math.max(0, Math.min(place - Math.floor(LIST_ROWS / 2), all.length - shown)) : 0;
    this.options.replaceChildren(...all.slice(first, first + shown).map((o) => {
      const line = document.createElement("div");
      line.textContent = o.label || o.text;
      return line;
    }));
    const box = node.getBoundingClientRect();
    const [x, y] = this.data.windows[this.window].origin;
    this.listAt = [x + box.left, y + box.bottom, box.width];
    Object.assign(this.options.style, { left: `${this.listAt[0]}px`, top: `${this.listAt[1]}px`, width: `${box.width}px` });
  }

  // The line of an open list under the cursor.
  light(x, y) {
    if (this.options.hidden) return;
    const [left, top, width] = this.listAt;
    const over = x >= left && x < left + width ? Math.floor((y - top) / LIST_ROW) : -1;
    [...this.options.children].forEach((line, k) => line.classList.toggle("lit", k === over));
  }

  mutate(data, slots, layer) {
    this.layer = layer;
    this.change(data, slots);
    this.layer = "";
  }

  change(data, slots) {
    const fill = (text) => (slots && typeof text === "string"
      ? text.replace(/\{\{([^}]+)\}\}/g, (whole, name) => slots[name] ?? whole) : text);
    if (data.source === 5) {
      const node = this.nodes.get(this.key(data.id));
      if (!node) return;
      this.texts.delete(this.key(data.id));
      if (node.type === "checkbox" || node.type === "radio") node.checked = data.isChecked;
      else node.value = fill(data.text ?? "");
      return;
    }
    for (const gone of data.removes || []) this.nodes.get(this.key(gone.id))?.remove();
    this.add(data.adds || [], fill);
    for (const { id, value } of data.texts || []) {
      const node = this.nodes.get(this.key(id));
      if (node) node.textContent = fill(value ?? "");
    }
    for (const { id, attributes } of data.attributes || []) {
      const node = this.nodes.get(this.key(id));
      if (!node?.setAttribute) continue;
      for (const [name, value] of Object.entries(attributes)) {
        if (name === "style" && value && typeof value === "object") this.style(node, value);
        else if (name === "checked") node.checked = value !== null && value !== false;
        else this.attribute(node, name, fill(value));
      }
    }
  }

  style(node, changes) {
    for (const [name, value] of Object.entries(changes)) {
      if (value === false) node.style.removeProperty(name);
      else if (Array.isArray(value)) node.style.setProperty(name, value[0], value[1]);
      else node.style.setProperty(name, value);
    }
  }

  // rrweb's order of additions does not promise that a sibling comes first: go round until done.
  add(adds, fill) {
    let waiting = adds;
    while (waiting.length) {
      const later = [];
      for (const item of waiting) {
        const parent = this.nodes.get(this.key(item.parentId));
        const next = item.nextId ? this.nodes.get(this.key(item.nextId)) : null;
        if (!parent || (item.nextId && next?.parentNode !== parent)) {
          later.push(item);
          continue;
        }
        const node = this.node(this.filled(item.node, fill), parent.namespaceURI === SVG);
        parent.insertBefore(node, next);
      }
      if (later.length === waiting.length) {
        for (const item of later) {
          const parent = this.nodes.get(this.key(item.parentId));
          if (parent) parent.append(this.node(this.filled(item.node, fill), parent.namespaceURI === SVG));
        }
        return;
      }
      waiting = later;
    }
  }

  filled(made, fill) {
    const copy = { ...made };
    if (copy.textContent !== undefined) copy.textContent = fill(copy.textContent);
    if (copy.attributes) copy.attributes = Object.fromEntries(Object.entries(copy.attributes).map(([k, v]) => [k, fill(v)]));
    if (copy.childNodes) copy.childNodes = copy.childNodes.map((n) => this.filled(n, fill));
    return copy;
  }
}
