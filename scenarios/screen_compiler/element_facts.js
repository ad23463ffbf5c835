// What the layout knows about each element: its box, its value, its place in the Tab order.
// Roles and names come from the browser's accessibility tree and are joined by node id.
(() => {
  const mirror = globalThis[Symbol.for("deskhand")];
  const { idOf } = mirror;

  const scrollRange = () => document.documentElement.scrollHeight - innerHeight;

  // Elements that stay where they are while the document scrolls (fixed, or stuck all the way).
  const fixedRoots = () => {
    if (scrollRange() < 1) return [];
    const found = [];
    const stuck = [];
    for (const element of document.body.querySelectorAll("*")) {
      const position = getComputedStyle(element).position;
      if (position === "fixed" && !found.some((root) => root.contains(element))) found.push(element);
      if (position === "sticky") stuck.push([element, element.getBoundingClientRect()]);
    }
    scrollTo({ top: scrollRange(), behavior: "instant" });
    for (const [element, before] of stuck) {
      const after = element.getBoundingClientRect();
      const inside = found.some((root) => root.contains(element));
      if (!inside && before.top === after.top && before.left === after.left && before.width) found.push(element);
    }
    scrollTo({ top: 0, behavior: "instant" });
    return found;
  };

  // The part of an element that its scrolling or clipping ancestors let through.
  const clipped = (element, rect) => {
    let { left, top, right, bottom } = rect;
    let position = getComputedStyle(element).position;
    for (let each = element.parentElement; each && each !== document.body; each = each.parentElement) {
      const style = getComputedStyle(each);
      const skips = position === "fixed" || (position === "absolute" && style.position === "static");
      if (!skips) {
        position = style.position;
        if (style.overflowX !== "visible" || style.overflowY !== "visible") {
          const edge = each.getBoundingClientRect();
          left = Math.max(left, edge.left + each.clientLeft);
          top = Math.max(top, edge.top + each.clientTop);
          right = Math.min(right, edge.left + each.clientLeft + each.clientWidth);
          bottom = Math.min(bottom, edge.top + each.clientTop + each.clientHeight);
        }
      }
    }
    return { left, top, right, bottom };
  };

  // A link that wraps has a bounding box whose middle may lie outside it: take its longest line.
  const mainRect = (element) => {
    const rects = Array.from(element.getClientRects());
    if (!rects.length) return element.getBoundingClientRect();
    if (rects.length === 1 || getComputedStyle(element).display !== "inline") return element.getBoundingClientRect();
    return rects.reduce((widest, rect) => (rect.width > widest.width ? rect : widest));
  };

  const rounded = (number) => Math.round(number * 100) / 100;

  const box = (element) => {
    let rect = mainRect(element);
    // A tick box drawn by its label leaves a native input of a pixel or less.
    const hidden = rect.width < 4 || rect.height < 4 || getComputedStyle(element).opacity === "0";
    if (hidden && element.labels && element.labels.length) rect = mainRect(element.labels[0]);
    const seen = clipped(element, rect);
    // Nothing can be aimed at above or left of the document, nor on a strip of a few pixels.
    const left = Math.max(seen.left, -scrollX);
    const top = Math.max(seen.top, -scrollY);
    const { right, bottom } = seen;
    if (right - left < 4 || bottom - top < 4) return null;
    return [left, top, right - left, bottom - top];
  };

  // Hidden stops are counted too, so that showing or hiding one moves no other's number.
  const tabOrder = () => {
    const places = new Map();
    const radios = new Map();
    const stops = [];
    document.querySelectorAll("body *").forEach((element, index) => {
      const editable = element.isContentEditable && !(element.parentElement && element.parentElement.isContentEditable);
      if (element.tabIndex < 0 && !(editable && !element.hasAttribute("tabindex"))) return;
      if (element.type === "radio" && element.name) {
        const group = radios.get(element.name);
        if (group !== undefined && !element.checked) return;
        if (group !== undefined) stops.splice(stops.findIndex((stop) => stop.element === group), 1);
        radios.set(element.name, element);
      }
      stops.push({ element, index, tabIndex: element.tabIndex > 0 ? element.tabIndex : Infinity });
    });
    stops.sort((a, b) => a.tabIndex - b.tabIndex || a.index - b.index);
    stops.forEach(({ element }, place) => {
      if (!element.disabled && !element.closest("[inert]")) places.set(element, place);
    });
    return places;
  };

  const reason = (element) => {
    if (element.dataset.sensitive) return element.dataset.sensitive;
    if (element.type === "password") return "password";
    const complete = (element.getAttribute("autocomplete") || "").split(/\s+/);
    if (complete.includes("one-time-code")) return "one-time-code";
    return complete.some((token) => token.startsWith("cc-")) ? "payment-card" : undefined;
  };

  const options = (element) =>
    element.tagName === "SELECT"
      ? Array.from(element.options, (option) => ({ label: option.label.trim(), value: option.value }))
      : undefined;

  // The beginning of what an element says, in the letters of the source (styles may capitalise it).
  const text = (element) => {
    let said = "";
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
      if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
      const silent = ["SCRIPT", "STYLE", "OPTION"].includes(node.tagName) || node.getAttribute("aria-hidden") === "true";
      return silent || !node.checkVisibility({ checkVisibilityCSS: true }) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    });
    while (said.length < 200 && walker.nextNode()) {
      const own = walker.currentNode.data.replace(/\s+/g, " ");
      const apart = !/^inline/.test(getComputedStyle(walker.currentNode.parentElement).display);
      said += apart ? ` ${own} ` : own;
    }
    return said.replace(/\s+/g, " ").trim().slice(0, 80);
  };

  const px = (text) => rounded(parseFloat(text) || 0);
  const hex = (colour) => `#${colour.match(/\d+/g).slice(0, 3).map((part) => (+part).toString(16).padStart(2, "0")).join("")}`;

  // How an element writes: what it takes to draw another text in its place.
  const look = (style) => ({
    font_px: px(style.fontSize),
    line_px: px(style.lineHeight) || rounded(1.2 * parseFloat(style.fontSize)),
    bold: +style.fontWeight >= 600 || undefined,
    colour: hex(style.color),
    align: ["center", "right", "end"].includes(style.textAlign) ? style.textAlign.replace("end", "right") : undefined,
    spacing_px: px(style.letterSpacing) || undefined,
  });

  // A field's look also says how far its text stays from its edges.
  const fieldLook = (element) => {
    if (!["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName) && !element.isContentEditable) return undefined;
    if (["button", "submit", "reset", "image", "file", "color", "range"].includes(element.type)) return undefined;
    const style = getComputedStyle(element);
    const inset = ["Left", "Top", "Right", "Bottom"].map((side) => rounded(px(style[`border${side}Width`]) + px(style[`padding${side}`])));
    const ticked = ["checkbox", "radio"].includes(element.type);
    const colour = ticked && (style.accentColor === "auto" ? "#0075ff" : hex(style.accentColor));
    return { ...look(style), ...(ticked && { colour }), inset };
  };

  // Texts that a session fills in: where the picture shows them, and how far to the right they may go.
  const slotTexts = () => {
    const roots = fixedRoots();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const parent = node.parentElement;
      if (!node.data.includes("{{") || !parent.checkVisibility({ checkVisibilityCSS: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const line = range.getBoundingClientRect();
      if (line.width < 1) continue;
      // A box that hugs its text would grow with it.
      let room = parent;
      while (room.parentElement && room !== document.body && room.getBoundingClientRect().right < line.right + 2) room = room.parentElement;
      const style = getComputedStyle(room);
      const right = room.getBoundingClientRect().right - px(style.borderRightWidth) - px(style.paddingRight);
      const fixed = roots.some((root) => root.contains(parent));
      found.push({
        text: node.data.replace(/\s+/g, " ").trim(),
        box: [line.left + (fixed ? 0 : scrollX), line.top + (fixed ? 0 : scrollY), line.width, line.height].map(rounded),
        room_px: rounded(Math.max(right - line.left, line.width)),
        fixed: fixed || undefined,
        look: look(getComputedStyle(parent)),
      });
    }
    return found;
  };

  const facts = () => {
    const roots = fixedRoots();
    const tabs = tabOrder();
    const found = [];
    for (const element of document.querySelectorAll("body, body *")) {
      const id = idOf(element);
      if (id === -1 || !element.checkVisibility({ checkVisibilityCSS: true })) continue;
      if (element.ownerSVGElement && !element.dataset.name) continue;
      const at = box(element);
      if (!at) continue;
      const fixed = roots.some((root) => root.contains(element));
      if (!fixed) {
        at[0] += scrollX;
        at[1] += scrollY;
      }
      found.push({
        id,
        tag: element.tagName.toLowerCase(),
        type: element.type || undefined,
        box: at.map(rounded),
        fixed,
        tab: tabs.get(element) ?? -1,
        key: element.dataset.name,
        testId: element.dataset.testid,
        sensitive: reason(element),
        value: ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName) ? element.value : undefined,
        checked: element.checked ?? undefined,
        dataValue: element.dataset.value ?? element.getAttribute("value") ?? undefined,
        popup: element.getAttribute("aria-haspopup") || undefined,
        options: options(element),
        look: fieldLook(element),
        text: text(element),
        title: element.title || element.placeholder || undefined,
        editable: element.isContentEditable || undefined,
      });
    }
    return found;
  };

  // Fixed elements are pictured and mapped apart from the document that scrolls under them.
  const hidden = new Map();
  mirror.hideFixed = () => {
    for (const root of fixedRoots()) {
      hidden.set(root, root.getAttribute("style"));
      root.style.setProperty("visibility", "hidden", "important");
      root.style.setProperty("pointer-events", "none", "important");
    }
  };
  mirror.showFixed = () => {
    for (const [root, style] of hidden) {
      if (style === null) root.removeAttribute("style");
      else root.setAttribute("style", style);
    }
    hidden.clear();
  };
  // How a message calls a node.
  mirror.nameOf = (id) => {
    const node = mirror.nodes.get(id);
    if (!node) return JSON.stringify(`node ${id}`);
    if (node.nodeType !== Node.ELEMENT_NODE) return JSON.stringify(`the text ${JSON.stringify((node.data || "").trim().slice(0, 40))}`);
    const mark = node.dataset.name || node.id || node.className;
    return JSON.stringify(`<${node.tagName.toLowerCase()}${mark ? ` ${mark}` : ""}>`);
  };
  mirror.fixedRoots = fixedRoots;
  mirror.facts = () => JSON.stringify(facts());
  mirror.slotTexts = () => JSON.stringify(slotTexts());
  mirror.elementIds = () => JSON.stringify(Array.from(document.querySelectorAll("*"), idOf));
  mirror.select = (selector) => JSON.stringify(Array.from(document.querySelectorAll(selector), idOf));
  mirror.extent = () => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return JSON.stringify({ width: Math.max(scrollWidth, innerWidth), height: Math.max(scrollHeight, innerHeight) });
  };
  // Ids below the given ones, the given ones included: what belongs to a layer.
  mirror.below = (roots) => {
    const found = new Set();
    for (const id of roots) {
      found.add(id);
      const node = mirror.nodes.get(id);
      if (!node || node === document.body || node === document.documentElement) continue;
      const walk = (each) => {
        found.add(idOf(each));
        each.childNodes.forEach(walk);
      };
      walk(node);
    }
    return JSON.stringify([...found]);
  };
})();
