// What acting on a page needs to know of it: where to click, and how to begin to fill a field.
(() => {
  const mirror = globalThis[Symbol.for("deskhand")];

  const centre = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return { x: Math.floor(left + width / 2), y: Math.floor(top + height / 2), width, height };
  };

  const bring = (element) => {
    const { y } = centre(element);
    if (y < 0 || y >= innerHeight) element.scrollIntoView({ block: "center", behavior: "instant" });
  };

  // The middle of an element, or null when a click there would go elsewhere.
  mirror.middle = (id) => {
    const element = mirror.nodes.get(id);
    if (!element || !element.isConnected || !element.checkVisibility({ checkVisibilityCSS: true })) return null;
    bring(element);
    const place = centre(element);
    if (!place.width || !place.height) return null;
    const hit = document.elementFromPoint(place.x, place.y);
    const label = element.labels && element.labels[0];
    const reached = hit && (element.contains(hit) || hit.contains(element) || (label && label.contains(hit)));
    return reached ? JSON.stringify(place) : null;
  };
  mirror.centre = (id) => {
    const element = mirror.nodes.get(id);
    bring(element);
    return JSON.stringify(centre(element));
  };
  mirror.focus = (id) => {
    mirror.nodes.get(id).focus();
  };

  const changed = (element) => {
    element.dispatchEvent(new Event("input", { bubbles: true }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // Native widgets are set at once; for a text field true is returned: its text is to be typed.
  mirror.startFill = (id, text) => {
    const element = mirror.nodes.get(id);
    element.focus();
    if (element.tagName === "SELECT") {
      const option = Array.from(element.options).find((each) => each.label.trim() === text || each.value === text);
      if (!option) return null;
      element.value = option.value;
      changed(element);
      return false;
    }
    if (element.type === "checkbox" || element.type === "radio") {
      if (element.checked !== (text === "true")) element.click();
      return false;
    }
    if (element.tagName === "INPUT" && ["date", "time", "month", "week", "datetime-local", "range", "color", "number"].includes(element.type)) {
      element.value = text;
      changed(element);
      return false;
    }
    if (element.select) element.select();
    else getSelection().selectAllChildren(element);
    return true;
  };

  mirror.send = (type, detail) => {
    document.dispatchEvent(new CustomEvent(type, { detail }));
  };

  mirror.blur = () => {
    if (document.activeElement && document.activeElement !== document.body) document.activeElement.blur();
  };
  mirror.toTop = () => scrollTo({ top: 0, left: 0, behavior: "instant" });

  // Values of the native widgets, by id: what a page's script changes in them makes no mutation.
  mirror.values = () => {
    const found = {};
    for (const element of document.querySelectorAll("input, textarea, select")) {
      const ticked = element.type === "checkbox" || element.type === "radio";
      found[mirror.idOf(element)] = ticked ? String(element.checked) : element.value;
    }
    return JSON.stringify(found);
  };

  // The element with the focus, 0 when it is the page.
  mirror.focused = () => (document.activeElement === document.body ? 0 : mirror.idOf(document.activeElement));

  mirror.takesFocus = (id) => mirror.nodes.get(id).tabIndex >= 0;

  // Typed text belongs to the person: a state is pictured with the values of the fresh page.
  mirror.restoreValues = (values) => {
    for (const [id, value] of Object.entries(values)) {
      const element = mirror.nodes.get(Number(id));
      if (!element) continue;
      if (element.type === "checkbox" || element.type === "radio") element.checked = value === "true";
      else if (element.type !== "file" && element.value !== value) element.value = value;
    }
  };

  mirror.unseenTexts = () => {
    const found = [];
    const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement.checkVisibility({ checkVisibilityCSS: true })) found.push(mirror.idOf(node));
    }
    return JSON.stringify(found);
  };
})();
