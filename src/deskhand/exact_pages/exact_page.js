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
globalThis.show = ({ screen, mutations, slots, fields, focused, scroll }) => {
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
  view.focus(view.nodes.get(focused));
  view.document.scrollingElement.scrollTo(...scroll);
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
