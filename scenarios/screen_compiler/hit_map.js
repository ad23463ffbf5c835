// Node id under every pixel, from far fewer questions than pixels: the edges of all rectangles cut
// the page into cells that are uniform; only rounded corners, drawings and turned boxes are asked
// pixel by pixel. A coarse grid then checks the answer, and wrong places are asked again.
(() => {
  const mirror = globalThis[Symbol.for("deskhand")];

  const at = (x, y) => {
    const element = document.elementFromPoint(x, y) || document.documentElement;
    return Math.max(mirror.idOf(element), 0);
  };

  const turned = (style) => {
    if (style.clipPath !== "none" || style.maskImage !== "none") return true;
    if (style.rotate !== "none") return true;
    const matrix = style.transform.match(/^matrix\(([^)]*)\)$/);
    if (!matrix) return style.transform !== "none";
    const [, b, c] = matrix[1].split(",").map(Number);
    return Math.abs(b) > 1e-9 || Math.abs(c) > 1e-9;
  };

  const cornerZones = (rect, style) => {
    const zones = [];
    const radius = (text, length) => {
      const first = text.split(" ")[0];
      const size = first.endsWith("%") ? (parseFloat(first) / 100) * length : parseFloat(first);
      return Math.min(size || 0, length / 2);
    };
    for (const [name, right, bottom] of [
      ["borderTopLeftRadius", 0, 0],
      ["borderTopRightRadius", 1, 0],
      ["borderBottomLeftRadius", 0, 1],
      ["borderBottomRightRadius", 1, 1],
    ]) {
      const size = Math.ceil(Math.min(radius(style[name], rect.width), radius(style[name], rect.height)));
      if (size < 1) continue;
      zones.push({
        left: right ? rect.right - size : rect.left,
        right: right ? rect.right : rect.left + size,
        top: bottom ? rect.bottom - size : rect.top,
        bottom: bottom ? rect.bottom : rect.top + size,
        middle: { x: right ? rect.right - size : rect.left + size, y: bottom ? rect.bottom - size : rect.top + size },
        size,
      });
    }
    return zones;
  };

  // Generated content has a box of its own that no script can read, near its element.
  const hasGenerated = (element) =>
    ["::before", "::after", "::marker"].some((name) => !["none", "normal"].includes(getComputedStyle(element, name).content));

  const holds = (outer, inner) =>
    inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;

  // Rectangles in document coordinates, and the zones whose shape no rectangle tells. On a large
  // page text that lies within its own element is left out: a pixel at its edge may then be wrong
  // where it touches a neighbour at a fraction of a pixel. So are the parts of a drawing, which is
  // then asked coarsely: charts and maps have thousands, and nothing in them can be named.
  const outline = (large) => {
    const rects = [];
    const zones = [];
    const generated = [];
    const keep = (list, { left, top, right, bottom }) => {
      const kept = [left + scrollX, top + scrollY, right + scrollX, bottom + scrollY];
      list.push(kept);
      return kept;
    };
    const range = document.createRange();
    const visit = (element, drawn) => {
      const style = getComputedStyle(element);
      if (style.display === "none") return;
      // Strokes reach beyond the rectangles of their shapes, so a drawing is one zone as a whole.
      const drawing = element.tagName === "svg";
      const odd = drawn || drawing || turned(style);
      for (const rect of element.getClientRects()) {
        if (rect.width <= 0 || rect.height <= 0) continue;
        keep(rects, rect);
        if (!large && hasGenerated(element)) {
          keep(generated, { left: rect.left - 20, top: rect.top - 20, right: rect.right + 20, bottom: rect.bottom + 20 });
        }
        if (odd) keep(zones, rect);
        else {
          for (const zone of cornerZones(rect, style)) {
            const { size, middle } = zone;
            keep(zones, zone).rounded = { x: middle.x + scrollX, y: middle.y + scrollY, size };
          }
        }
      }
      if (element.clientWidth && (element.offsetWidth !== element.clientWidth || element.offsetHeight !== element.clientHeight)) {
        const rect = element.getBoundingClientRect();
        const left = rect.left + element.clientLeft;
        const top = rect.top + element.clientTop;
        keep(rects, { left, top, right: left + element.clientWidth, bottom: top + element.clientHeight });
      }
      if (large && drawing) return;
      for (const child of element.childNodes) {
        if (child.nodeType === Node.ELEMENT_NODE) visit(child, odd);
        else if (child.nodeType === Node.TEXT_NODE) {
          range.selectNodeContents(child);
          const own = large && element.getBoundingClientRect();
          for (const rect of range.getClientRects()) if (!large || !holds(own, rect)) keep(rects, rect);
        }
      }
    };
    visit(document.documentElement, false);
    return { rects, zones, generated };
  };

  const fillSlice = (labels, width, slice, { rects: lines, zones, generated }, step, large) => {
    const { top, bottom, offset } = slice;
    let asked = 0;
    const ask = (x, y) => {
      asked += 1;
      return at(x, y - offset);
    };
    const paint = (x0, y0, x1, y1, label) => {
      for (let y = y0; y < y1; y++) labels.fill(label, y * width + x0, y * width + x1);
    };
    const everyPixel = (x0, y0, x1, y1) => {
      for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) labels[y * width + x] = ask(x, y);
    };
    // A rounded corner: each row is halved where its ends differ.
    const row = (y, x0, x1, first, last) => {
      if (first === last) return labels.fill(first, y * width + x0, y * width + x1 + 1);
      if (x1 - x0 === 1) {
        labels[y * width + x0] = first;
        labels[y * width + x1] = last;
        return undefined;
      }
      const middle = (x0 + x1) >> 1;
      const label = ask(middle, y);
      row(y, x0, middle, first, label);
      return row(y, middle, x1, label, last);
    };
    const corner = (x0, y0, x1, y1, zones) => {
      if (large && zones.length === 1) return arc(x0, y0, x1, y1, zones[0]);
      for (let y = y0; y < y1; y++) row(y, x0, x1 - 1, ask(x0, y), ask(x1 - 1, y));
      return undefined;
    };
    // On a large page a corner is drawn as the circle that it is, with a question for each side.
    const arc = (x0, y0, x1, y1, { rounded: { x, y, size } }) => {
      const sides = [[], []];
      for (let down = y0; down < y1; down++) {
        for (let across = x0; across < x1; across++) {
          sides[Number(Math.hypot(across + 0.5 - x, down + 0.5 - y) <= size)].push([across, down]);
        }
      }
      for (const side of sides) {
        const middle = side[side.length >> 1];
        const label = middle && ask(...middle);
        for (const [across, down] of side) labels[down * width + across] = label;
      }
    };
    // A drawing: halve it while it is large or its corners and middle differ. On a large page it is
    // asked coarsely, an icon each 4 pixels, a chart or map each 16.
    const drawing = (x0, y0, x1, y1, finest) => {
      const wide = x1 - x0;
      const high = y1 - y0;
      if (wide <= finest && high <= finest) return paint(x0, y0, x1, y1, ask((x0 + x1) >> 1, (y0 + y1) >> 1));
      if (!finest && wide * high <= 36) return everyPixel(x0, y0, x1, y1);
      const middleX = (x0 + x1) >> 1;
      const middleY = (y0 + y1) >> 1;
      if (wide <= 8 && high <= 8) {
        const first = ask(x0, y0);
        const others = [[x1 - 1, y0], [x0, y1 - 1], [x1 - 1, y1 - 1], [middleX, middleY]];
        if (others.every(([x, y]) => ask(x, y) === first)) return paint(x0, y0, x1, y1, first);
        if (!finest) return everyPixel(x0, y0, x1, y1);
      }
      if (wide >= high) {
        drawing(x0, y0, middleX, y1, finest);
        drawing(middleX, y0, x1, y1, finest);
      } else {
        drawing(x0, y0, x1, middleY, finest);
        drawing(x0, middleY, x1, y1, finest);
      }
      return undefined;
    };
    const sprawls = ([left, up, right, down]) => right - left > 64 && down - up > 64;
    const covers = ([left, up, right, down], x0, y0, x1, y1) => left < x1 && right > x0 && up < y1 && down > y0;
    const cut = (rects, x0, y0, x1, y1, along, from, to) => {
      const middle = (from + to) / 2;
      let best = -1;
      for (const rect of rects) {
        for (const edge of [rect[along], rect[along + 2]]) {
          for (const place of [Math.floor(edge), Math.ceil(edge)]) {
            if (place > from && place < to && (best < 0 || Math.abs(place - middle) < Math.abs(best - middle))) best = place;
          }
        }
      }
      return best;
    };
    const cell = (x0, y0, x1, y1, rects, odd) => {
      const near = rects.filter((rect) => covers(rect, x0, y0, x1, y1));
      const drawn = odd.filter((zone) => covers(zone, x0, y0, x1, y1));
      const edges = drawn.length ? near.concat(drawn) : near;
      const sides = x1 - x0 >= y1 - y0 ? [0, 1] : [1, 0];
      for (const side of sides) {
        const [from, to] = side === 0 ? [x0, x1] : [y0, y1];
        const place = cut(edges, x0, y0, x1, y1, side, from, to);
        if (place < 0) continue;
        if (side === 0) {
          cell(x0, y0, place, y1, near, drawn);
          cell(place, y0, x1, y1, near, drawn);
        } else {
          cell(x0, y0, x1, place, near, drawn);
          cell(x0, place, x1, y1, near, drawn);
        }
        return;
      }
      if (!drawn.length) paint(x0, y0, x1, y1, large ? ask((x0 + x1) >> 1, (y0 + y1) >> 1) : ask(x0, y0));
      else if (drawn.every((zone) => zone.rounded)) corner(x0, y0, x1, y1, drawn);
      else if (large || drawn.some(sprawls)) drawing(x0, y0, x1, y1, large && (drawn.some(sprawls) ? 16 : 4));
      else everyPixel(x0, y0, x1, y1);
    };
    cell(0, top, width, bottom, lines, zones);
    // Not all that can be hit has a rectangle: check on a grid and repair around each miss, but not
    // where the answer is meant to be coarse.
    const coarse = large ? zones.filter((zone) => !zone.rounded) : [];
    const tile = 8;
    const waiting = [];
    const seen = new Set();
    const wait = (column, row) => {
      const key = row * 65536 + column;
      if (column < 0 || row * tile >= bottom || (row + 1) * tile <= top || column * tile >= width || seen.has(key)) return;
      const [x, y] = [column * tile, row * tile];
      if (coarse.some((zone) => covers(zone, x, y, x + tile, y + tile))) return;
      seen.add(key);
      waiting.push([column, row]);
    };
    const check = (x0, y0, x1, y1, across, down) => {
      for (let y = y0; y < y1; y += down) {
        for (let x = x0; x < x1; x += across) {
          if (ask(x, y) !== labels[y * width + x]) wait(Math.floor(x / tile), Math.floor(y / tile));
        }
      }
    };
    check(step >> 1, top + (step >> 1), width, bottom, step, step);
    // In a large box only strips of 32 pixels or more are looked for.
    for (const [left, up, right, down] of generated) {
      const place = [Math.max(Math.floor(left), 0), Math.max(Math.floor(up), top), Math.min(right, width), Math.min(down, bottom)];
      if ((right - left) * (down - up) < 16384) check(...place, 1, 1);
      else {
        check(...place, 32, 1);
        check(...place, 1, 32);
      }
    }
    let repaired = 0;
    while (waiting.length) {
      const [column, row] = waiting.pop();
      let wrong = 0;
      for (let y = Math.max(row * tile, top); y < Math.min((row + 1) * tile, bottom); y++) {
        for (let x = column * tile; x < Math.min((column + 1) * tile, width); x++) {
          const label = ask(x, y);
          if (labels[y * width + x] !== label) wrong += 1;
          labels[y * width + x] = label;
        }
      }
      repaired += wrong;
      if (wrong) for (const [dx, dy] of [[-1, 0], [1, 0], [0, -1], [0, 1], [1, 1], [-1, -1], [1, -1], [-1, 1]]) wait(column + dx, row + dy);
    }
    return { asked, repaired };
  };

  const packed = (labels) => {
    const bytes = new Uint8Array(labels.buffer);
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode.apply(null, bytes.subarray(i, i + 32768));
    return btoa(text);
  };

  const slices = (height) => {
    const range = Math.max(height - innerHeight, 0);
    const found = [];
    for (let top = 0; top < height; top += innerHeight) {
      found.push({ top, bottom: Math.min(top + innerHeight, height), offset: Math.min(top, range) });
    }
    return found;
  };

  // `step` is the pitch of the checking grid; step 0 asks for every pixel instead.
  mirror.hitMap = (width, height, step, large) => {
    const roots = mirror.fixedRoots();
    let fixed = null;
    let asked = 0;
    let repaired = 0;
    const inRoots = (id) => id && roots.some((root) => root.contains(mirror.nodes.get(id)));
    const sample = (labels, slice) => {
      if (step === 0) {
        for (let y = slice.top; y < slice.bottom; y++) {
          for (let x = 0; x < width; x++) labels[y * width + x] = at(x, y - slice.offset);
        }
        return;
      }
      const counts = fillSlice(labels, width, slice, outline(large), step, large);
      asked += counts.asked;
      repaired += counts.repaired;
    };
    if (roots.length) {
      fixed = new Uint16Array(width * innerHeight);
      sample(fixed, { top: 0, bottom: innerHeight, offset: 0 });
      const known = new Map();
      for (let i = 0; i < fixed.length; i++) {
        if (!known.has(fixed[i])) known.set(fixed[i], inRoots(fixed[i]));
        if (!known.get(fixed[i])) fixed[i] = 0;
      }
      mirror.hideFixed();
    }
    const labels = new Uint16Array(width * height);
    for (const slice of slices(height)) {
      scrollTo({ top: slice.offset, behavior: "instant" });
      sample(labels, slice);
    }
    scrollTo({ top: 0, behavior: "instant" });
    mirror.showFixed();
    return JSON.stringify({
      width,
      height,
      labels: packed(labels),
      fixed: fixed && { height: innerHeight, labels: packed(fixed) },
      asked,
      repaired,
    });
  };
})();
