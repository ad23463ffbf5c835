// Replaces what a page says by placeholders of the same length, in the live page, so that its
// picture, its names and its nodes are masked alike. What labels a control stays: without it no
// element could be named.
(() => {
  const kept = "button, label, legend, th, summary, option, [role=button], [role=tab], [role=menuitem], [role=switch], style, script";
  const mask = (text) => text.replace(/\S/g, "x");

  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
  const texts = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) texts.push(node);
  for (const node of texts) {
    const labels = node.nodeType === Node.TEXT_NODE && node.parentElement.closest(kept);
    if (!labels && node.data.trim()) node.data = mask(node.data);
  }

  for (const element of document.querySelectorAll("*")) {
    const control = element.matches("button, input, select, textarea, [role=button], [role=combobox]");
    for (const name of ["title", "alt", "aria-label", "aria-description", "content"]) {
      if (!control && element.hasAttribute(name)) element.setAttribute(name, mask(element.getAttribute(name)));
    }
    for (const { name, value } of [...element.attributes]) {
      const known = name === "data-name" || name === "data-sensitive" || name === "data-testid";
      if (name.startsWith("data-") && !known && value.length > 24) element.setAttribute(name, mask(value));
    }
    if (element.tagName === "TEXTAREA" || (element.tagName === "INPUT" && ["text", "email", "tel", "url", "search", "number", "date", "hidden", "password"].includes(element.type))) {
      const shown = ["text", "search", "password", "hidden"].includes(element.type) || element.tagName === "TEXTAREA";
      if (element.hasAttribute("value")) element.setAttribute("value", shown ? mask(element.getAttribute("value")) : "");
      element.value = shown ? mask(element.value) : "";
    }
    if (["IMG", "VIDEO", "CANVAS", "PICTURE"].includes(element.tagName) && element.tagName !== "PICTURE") {
      const { width, height } = element.getBoundingClientRect();
      if (element.tagName === "CANVAS") {
        const area = element.getContext("2d");
        if (area) area.clearRect(0, 0, element.width, element.height);
        continue;
      }
      element.setAttribute("width", Math.round(width));
      element.setAttribute("height", Math.round(height));
      element.removeAttribute("srcset");
      element.removeAttribute("poster");
      element.setAttribute("src", "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==");
    }
    if (element.hasAttribute("href") && element.tagName === "A") {
      const path = element.getAttribute("href").split("?")[0];
      element.setAttribute("href", path.startsWith("mailto:") || path.startsWith("tel:") ? "#" : path);
    }
  }
  document.title = mask(document.title);
})();
