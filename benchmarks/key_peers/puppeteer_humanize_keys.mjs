// Have puppeteer-humanize type texts; run by the benchmark in the folder that holds its node_modules.
//   node puppeteer_humanize_keys.mjs TEXTS.json SEED OUT.json
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [, , textsFile, seed, out] = process.argv
// The tool's generator takes its seed from the time of day.
Date.prototype.getTime = () => Number(seed)
const { typeInto } = createRequire(join(process.cwd(), 'anything.js'))('@forad/puppeteer-humanize')
const texts = JSON.parse(readFileSync(textsFile, 'utf8'))

// Time passes only when somebody waits.
let now = 0
globalThis.setTimeout = (then, ms) => { now += ms; queueMicrotask(then) }

// What an element of Puppeteer does: down, wait, up.
let rows = []
const press = async (key, { delay }) => {
  const down = now
  now += delay
  rows.push([key, down, now])
}
const nothing = async () => {}
const element = { hover: nothing, click: nothing, type: press, press }
const typed = async text => {
  now = 0
  rows = []
  await typeInto(element, text)
  return rows
}

// Compiled code is measured, not the compiler.
for (const text of texts.slice(0, 200)) await typed(text)
const start = process.cpuUsage()
const made = []
for (const text of texts) made.push(await typed(text))
const used = process.cpuUsage(start)

const all = made.flat()
writeFileSync(out, JSON.stringify({
  keys_per_s: 1e6 * all.length / (used.user + used.system),
  count: made.map(text => text.length),
  key: all.map(([key]) => key === '\n' ? 'Enter' : key),
  down_ms: all.map(([, down]) => down),
  up_ms: all.map(([, , up]) => up)
}))
