// Parses a user flow with Chrome's own player, plays it on pages given by address, and prints the
// fields and the texts that the page shows in the end.
// Usage: node play_flow.mjs FLOW.json PAGES.json CHROMIUM
import { readFileSync } from "node:fs";
import { createRunner, parse, PuppeteerRunnerExtension } from "@puppeteer/replay";
import puppeteer from "puppeteer";

const [flowFile, pagesFile, executablePath] = process.argv.slice(2);
const flow = parse(JSON.parse(readFileSync(flowFile, "utf8")));
const pages = JSON.parse(readFileSync(pagesFile, "utf8"));
const browser = await puppeteer.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
try {
  const page = await browser.newPage();
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const body = pages[request.url()];
    if (body) request.respond({ contentType: "text/html", body });
    else request.respond({ status: 404, body: "" });
  });
  const runner = await createRunner(flow, new PuppeteerRunnerExtension(browser, page, { timeout: 5000 }));
  const done = await runner.run();
  const shown = await page.evaluate(() => ({
    url: location.href,
    fields: Object.fromEntries(
      [...document.querySelectorAll("input, textarea, select")].map((field) => [
        field.dataset.name ?? field.id,
        field.type === "checkbox" ? field.checked : field.value,
      ]),
    ),
    texts: Object.fromEntries(
      [...document.querySelectorAll("[role=combobox], [role=status]")].map((element) => [
        element.dataset.name ?? element.id,
        element.hidden ? null : element.innerText.trim(),
      ]),
    ),
  }));
  console.log(JSON.stringify({ done, steps: flow.steps.length, ...shown }));
} finally {
  await browser.close();
}
