// Numbers the nodes of a page depth first and writes them in the node shapes of an rrweb recording
// (0 document, 1 document type, 2 element, 3 text, 4 CDATA, 5 comment). A number, once given to a
// node, stays with it; nodes that appear later take the next numbers of a running counter.
(() => {
  const ids = new WeakMap();
  const nodes = new Map();
  let next = 1;

  const idOf = (node) => ids.get(node) ?? -1;
  const numbered = (node) => {
    let id = ids.get(node);
    if (id === undefined) {
      id = next++;
      ids.set(node, id);
    }
    nodes.set(id, node);
    return id;
  };
  const forget = (node) => {
    nodes.delete(idOf(node));
    node.childNodes.forEach(forget);
  };

  const absolute = (url) => {
    if (/^(data|blob):/.test(url)) return url;
    try {
      return new URL(url, document.baseURI).href;
    } catch {
      return url;
    }
  };

  const absoluteUrls = (css, base) =>
    css.replace(/url\(\s*(["']?)(.*?)\1\s*\)/g, (whole, quote, path) => {
      if (!path || path.startsWith("#") || /^([a-z+]+:)?\/\//i.test(path) || /^data:/i.test(path)) return whole;
      return `url(${quote}${new URL(path, base).href}${quote})`;
    });

  const ruleText = (rule, base) => {
    if (!("styleSheet" in rule)) return absoluteUrls(rule.cssText, base);
    return (rule.styleSheet && sheetText(rule.styleSheet)) || rule.cssText;
  };

  // A sheet of another origin has no readable rules: then null, and the link stays as it is.
  const sheetText = (sheet) => {
    try {
      const base = sheet.href || document.baseURI;
      const text = Array.from(sheet.cssRules, (rule) => ruleText(rule, base)).join("");
      if (!text.includes(" background-clip: text;") || text.includes(" -webkit-background-clip: text;")) return text;
      return text.replace(/\sbackground-clip:\s*text;/g, " -webkit-background-clip: text; background-clip: text;");
    } catch {
      return null;
    }
  };

  const srcset = (text) =>
    text
      .split(/,\s+/)
      .map((candidate) => {
        const [url, ...descriptor] = candidate.trim().split(/\s+/);
        return [absolute(url), ...descriptor].join(" ");
      })
      .join(", ");

  const attributeValue = (tag, name, value) => {
    if (!value) return value;
    if (name === "src" || (name === "href" && !(tag === "use" && value[0] === "#"))) return absolute(value);
    if (name === "xlink:href" && value[0] !== "#") return absolute(value);
    if (name === "background" && ["table", "td", "th"].includes(tag)) return absolute(value);
    if (name === "srcset") return srcset(value);
    if (name === "style") return absoluteUrls(value, document.baseURI);
    if (tag === "object" && name === "data") return absolute(value);
    return value;
  };

  const isSecret = (element) => element.type === "password" || element.hasAttribute("data-rr-is-password");
  const inputValue = (element, value) => (isSecret(element) ? "*".repeat((value || "").length) : value || "");

  const tagOf = (element) => {
    if (element instanceof HTMLFormElement) return "form";
    const tag = element.tagName.toLowerCase();
    return /[^a-z0-9-_:]/.test(tag) ? "div" : tag;
  };

  // `fresh` elements have just been added, so they cannot have been scrolled yet.
  const elementShape = (element, fresh) => {
    const tag = tagOf(element);
    const attributes = {};
    for (const { name, value } of element.attributes) {
      if (["video", "audio"].includes(tag) && name.toLowerCase() === "autoplay") continue;
      attributes[name] = attributeValue(tag, name.toLowerCase(), value);
    }
    if (tag === "link") {
      const sheet = Array.from(document.styleSheets).find((each) => each.href === element.href);
      const text = sheet && sheetText(sheet);
      if (text) {
        delete attributes.rel;
        delete attributes.href;
        attributes._cssText = text;
      }
    }
    if (tag === "style" && element.sheet) {
      const text = sheetText(element.sheet);
      if (text) attributes._cssText = text;
    }
    if (["input", "textarea", "select"].includes(tag)) {
      if (!["radio", "checkbox", "submit", "button"].includes(attributes.type) && element.value) {
        attributes.value = inputValue(element, element.value);
      } else if (element.checked) {
        attributes.checked = true;
      }
    }
    if (tag === "option") {
      if (element.selected) attributes.selected = true;
      else delete attributes.selected;
    }
    if (tag === "dialog" && element.open) {
      attributes.rr_open_mode = element.matches("dialog:modal") ? "modal" : "non-modal";
    }
    if (tag === "canvas") {
      try {
        attributes.rr_dataURL = element.toDataURL();
      } catch {
        // A canvas that holds an image of another origin cannot be read.
      }
    }
    if (!fresh && element.scrollLeft) attributes.rr_scrollLeft = element.scrollLeft;
    if (!fresh && element.scrollTop) attributes.rr_scrollTop = element.scrollTop;
    if (tag === "iframe") delete attributes.src;
    return {
      type: 2,
      tagName: tag,
      attributes,
      childNodes: [],
      isSVG: tag === "svg" || element.ownerSVGElement ? true : undefined,
      isCustom: customElements.get(tag) ? true : undefined,
    };
  };

  const textShape = (node, captured) => {
    const parent = node.parentNode && node.parentNode.tagName;
    if (parent === "SCRIPT") return { type: 3, textContent: "SCRIPT_PLACEHOLDER" };
    if (captured) return { type: 3, textContent: "" };
    const text = node.textContent;
    return { type: 3, textContent: parent === "STYLE" ? absoluteUrls(text, document.baseURI) : text };
  };

  const shape = (node, { captured = false, fresh = false } = {}) => {
    switch (node.nodeType) {
      case Node.DOCUMENT_NODE:
        return node.compatMode === "CSS1Compat"
          ? { type: 0, childNodes: [] }
          : { type: 0, childNodes: [], compatMode: node.compatMode };
      case Node.DOCUMENT_TYPE_NODE:
        return { type: 1, name: node.name, publicId: node.publicId, systemId: node.systemId };
      case Node.ELEMENT_NODE:
        return elementShape(node, fresh);
      case Node.TEXT_NODE:
        return textShape(node, captured);
      case Node.CDATA_SECTION_NODE:
        return { type: 4, textContent: "" };
      case Node.COMMENT_NODE:
        return { type: 5, textContent: node.textContent || "" };
      default:
        return null;
    }
  };

  const tree = (node, captured = false) => {
    const written = shape(node, { captured });
    if (!written) return null;
    written.id = numbered(node);
    if (!written.childNodes) return written;
    if (written.tagName === "textarea" && written.attributes.value !== undefined) return written;
    const css = written.type === 2 && typeof written.attributes._cssText === "string";
    for (const child of node.childNodes) {
      const inner = tree(child, css);
      if (inner) written.childNodes.push(inner);
    }
    if (node.shadowRoot) {
      written.isShadowHost = true;
      for (const child of node.shadowRoot.childNodes) {
        const inner = tree(child);
        if (inner) {
          inner.isShadow = true;
          written.childNodes.push(inner);
        }
      }
    }
    return written;
  };

  globalThis[Symbol.for("deskhand")] = {
    idOf,
    numbered,
    forget,
    nodes,
    shape,
    inputValue,
    attributeValue,
    tagOf,
    // The whole document; ids start at 1, as in a recording that starts here.
    snapshot: () => JSON.stringify({ dom: tree(document), maxId: next - 1 }),
    // The next id that a new node takes: layers of states take separate ranges.
    startIdsAt: (id) => {
      next = id;
    },
    nextId: () => next,
  };
})();
