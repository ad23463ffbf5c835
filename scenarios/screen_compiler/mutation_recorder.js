// Watches the document and writes each batch of changes as the data of an rrweb mutation event:
// {source: 0, texts, attributes, removes, adds}. Times are milliseconds since `mark()`.
(() => {
  const mirror = globalThis[Symbol.for("deskhand")];
  const { idOf } = mirror;
  const scratch = document.implementation.createHTMLDocument().createElement("span");
  let batches = [];
  let started = 0;

  const styleChange = (element, oldText) => {
    scratch.setAttribute("style", oldText || "");
    const changed = {};
    const kept = {};
    for (const name of element.style) {
      const value = element.style.getPropertyValue(name);
      const priority = element.style.getPropertyPriority(name);
      const same = value === scratch.style.getPropertyValue(name) && priority === scratch.style.getPropertyPriority(name);
      if (same) kept[name] = [value, priority];
      else changed[name] = priority ? [value, priority] : value;
    }
    for (const name of scratch.style) if (element.style.getPropertyValue(name) === "") changed[name] = false;
    return { changed, kept };
  };

  // The shorter of the whole attribute and its difference, unless that would lose a var().
  const styleValue = (text, { changed, kept }) => {
    if (typeof text !== "string") return text;
    const difference = JSON.stringify(changed);
    const uses = (string) => string.split("var(").length;
    const shorter = difference.length < text.length && uses(difference + JSON.stringify(kept)) === uses(text);
    return shorter ? changed : text;
  };

  const textareaText = (area) => Array.from(area.childNodes, (child) => child.textContent || "").join("");

  // Parents before children, and siblings from the last to the first, so that the id of the next
  // sibling is always known. New nodes take their ids in this order.
  const inAddOrder = (added) => {
    const order = [];
    const waiting = new Set(added);
    const iterator = added.values();
    let candidate = iterator.next();
    let node = null;
    while (waiting.size) {
      if (node && waiting.has(node.previousSibling)) {
        node = node.previousSibling;
      } else {
        while (!candidate.done && !waiting.has(candidate.value)) candidate = iterator.next();
        node = candidate.value;
        while (waiting.has(node.parentNode)) node = node.parentNode;
        if (waiting.has(node.parentNode.lastChild)) node = node.parentNode.lastChild;
        else while (waiting.has(node.nextSibling)) node = node.nextSibling;
      }
      waiting.delete(node);
      order.push(node);
    }
    return order;
  };

  const children = (records) => {
    const added = new Set();
    const removed = new Map(); // a known node -> its parent before the batch
    const gather = (node) => {
      if (!node.isConnected) return;
      added.add(node);
      node.childNodes.forEach(gather);
    };
    for (const record of records) {
      for (const node of record.removedNodes) {
        const known = idOf(node) !== -1 && mirror.nodes.has(idOf(node));
        if (known && !removed.has(node) && idOf(record.target) !== -1) removed.set(node, record.target);
      }
    }
    for (const record of records) record.addedNodes.forEach(gather);
    const gone = new Set(removed.keys());
    const inGone = (node) => {
      for (let each = node; each; each = each.parentNode) if (gone.has(each) && !each.isConnected) return true;
      return false;
    };
    const removes = [];
    for (const [node, parent] of removed) {
      if (!inGone(parent)) removes.push({ parentId: idOf(parent), id: idOf(node) });
      mirror.forget(node);
    }
    return { added, removes };
  };

  const write = (records) => {
    const attributes = new Map();
    const texts = [];
    const lists = [];
    const entry = (element) => {
      if (!attributes.has(element)) attributes.set(element, { values: {}, style: { changed: {}, kept: {} } });
      return attributes.get(element);
    };
    for (const record of records) {
      const { target } = record;
      if (record.type === "characterData") {
        if (target.parentNode && target.parentNode.tagName === "TEXTAREA") {
          entry(target.parentNode).values.value = textareaText(target.parentNode);
        } else if (target.textContent !== record.oldValue) texts.push([target, target.textContent]);
      } else if (record.type === "attributes") {
        const name = record.attributeName;
        const raw = target.getAttribute(name);
        if (raw === record.oldValue) continue;
        const tag = mirror.tagOf(target);
        if (tag === "iframe" && name === "src") continue;
        const change = entry(target);
        const value = name === "value" ? mirror.inputValue(target, raw) : raw;
        change.values[name] = mirror.attributeValue(tag, name.toLowerCase(), value);
        if (name === "style") Object.assign(change.style.changed, styleChange(target, record.oldValue).changed);
        if (name === "style") Object.assign(change.style.kept, styleChange(target, record.oldValue).kept);
        if (name === "open" && target.tagName === "DIALOG") {
          change.values.rr_open_mode = target.matches("dialog:modal") ? "modal" : "non-modal";
        }
      } else if (target.tagName === "TEXTAREA") {
        entry(target).values.value = textareaText(target);
      } else lists.push(record);
    }
    const { added, removes } = children(lists);
    const adds = [];
    const addedIds = new Set();
    for (const node of inAddOrder(added)) {
      const parent = node.parentNode;
      if (node.nodeType === Node.TEXT_NODE && parent.tagName === "TEXTAREA") continue;
      const captured = parent.tagName === "STYLE" && addedIds.has(idOf(parent));
      const written = mirror.shape(node, { captured, fresh: true });
      if (!written) continue;
      written.id = mirror.numbered(node);
      addedIds.add(written.id);
      adds.push({ parentId: idOf(parent), nextId: node.nextSibling ? idOf(node.nextSibling) : null, node: written });
    }
    const live = (node) => mirror.nodes.has(idOf(node)) && !addedIds.has(idOf(node));
    const data = {
      source: 0,
      texts: texts.filter(([node]) => live(node)).map(([node, value]) => ({ id: idOf(node), value })),
      attributes: [...attributes]
        .filter(([node]) => live(node))
        .map(([node, { values, style }]) => {
          if ("style" in values) values.style = styleValue(values.style, style);
          return { id: idOf(node), attributes: values };
        }),
      removes,
      adds,
    };
    if (data.texts.length || data.attributes.length || removes.length || adds.length) {
      batches.push({ after_ms: Date.now() - started, data });
    }
  };

  const observer = new MutationObserver(write);
  const watched = { attributes: true, attributeOldValue: true, characterData: true, characterDataOldValue: true, childList: true, subtree: true };

  mirror.record = () => observer.observe(document, watched);
  mirror.mark = () => {
    batches = [];
    started = Date.now();
  };
  mirror.elapsed = () => Date.now() - started;
  mirror.taken = () => {
    const late = observer.takeRecords();
    if (late.length) write(late);
    const text = JSON.stringify(batches);
    batches = [];
    return text;
  };
  mirror.stop = () => observer.disconnect();
})();
