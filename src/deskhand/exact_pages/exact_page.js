// One page as it stands, built in this document by the session player's code.

const view = new PageView({ windows: [], steps: [] });
view.frame = { contentDocument: document };

// An animation under way would be caught half-way: end what ends, hold what does not.
function rest() {
  for (const animation of view.document.getAnimations()) {
    if (animation.effect.getComputedTiming().endTime === Infinity) {
      animation.pause();
      animation.currentTime = 0;
    } else animation.finish();
  }
}

// The page of a screen in its base state, then what has changed since.
function build({ screen, mutations, fields }, slots) {
  view.data.screens = [screen];
  view.build([0, "load", 0, 0, ""]);
  for (const [data, layer] of mutations) view.mutate(data, slots, layer);
  for (const [kind, id, value] of fields) {
    const node = view.nodes.get(id);
    if (!node) continue;
    if (kind === "edit") view.edit(id, node, 0, value);
    else if (kind === "check") node.checked = value;
    else node.value = value;
  }
}

// How high the elements around texts of the session are in the compiled page, by the text's node.
function heights(page) {
  build(page, {});
  const found = new Map();
  for (const [id, node] of view.nodes) {
    if (node.nodeType === Node.TEXT_NODE && node.data.includes("{{")) found.set(id, height(node));
  }
  return found;
}

const height = (text) => text.parentElement.getBoundingClientRect().height;

// A session's places are those of a page in which each of its texts has one line, as composed
// pictures show it; a longer one must not move what stands below.
globalThis.show = (page) => {
  const lines = Object.keys(page.slots).length ? heights(page) : [];
  build(page, page.slots);
  for (const [id, high] of lines) {
    const text = view.nodes.get(id);
    if (!text?.parentElement || height(text) < high + 1) continue;
    const { style } = text.parentElement;
    style.whiteSpace = "nowrap";
    style.overflow = "hidden";
    style.textOverflow = "ellipsis";
  }
  view.focus(view.nodes.get(page.focused));
  view.document.scrollingElement.scrollTo(...page.scroll);
  rest();
};

// Whether a point of the viewport is on an element, or on the label of it; what lets the pointer
// through is hit where its box is.
globalThis.under = (id, x, y) => {
  const node = view.nodes.get(id);
  const found = view.document.elementFromPoint(x, y);
  if (!node || !found) return false;
  if (node.contains(found) || found.closest("label")?.control === node) return true;
  if (getComputedStyle(node).pointerEvents !== "none") return false;
  const { left, top, right, bottom } = node.getBoundingClientRect();
  return found.contains(node) && left <= x && x < right && top <= y && y < bottom;
};
