// Draw ghost-cursor's paths; run by the benchmark in the folder that holds its node_modules.
//   node ghost_cursor.mjs ghost-cursor REQUESTS.json SEED OUT.json
// Requests are rows of x0, y0, x1, y1 and, where known, the target's width, in px.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// A thousand paths take too short a time to be measured.
const TIMED = 20000
const { path } = createRequire(join(process.cwd(), 'anything.js'))('ghost-cursor')
const [, , , requests, seed, out] = process.argv
const ways = JSON.parse(readFileSync(requests, 'utf8'))

// The tool draws from Math.random, which takes no seed: a counter-based generator stands in for it.
let state = Number(seed) >>> 0
Math.random = () => {
  state = (state + 0x9e3779b9) >>> 0
  let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
  return ((word ^ (word >>> 15)) >>> 0) / 2 ** 32
}

const draw = ([x0, y0, x1, y1, width]) =>
  path({ x: x0, y: y0 }, { x: x1, y: y1, ...(width ? { width, height: width } : {}) },
    { useTimestamps: true })

// Compiled code is measured, not the compiler.
for (let k = 0; k < 2000; k++) draw(ways[k % ways.length])
const made = ways.map(draw)
const rounds = Math.ceil(TIMED / ways.length)
const start = process.cpuUsage()
for (let round = 0; round < rounds; round++) ways.forEach(draw)
const used = process.cpuUsage(start)

const points = made.flatMap(row => row.map(point => [point.timestamp - row[0].timestamp, point]))
writeFileSync(out, JSON.stringify({
  paths_per_s: 1e6 * rounds * ways.length / (used.user + used.system),
  count: made.map(row => row.length),
  t_ms: points.map(([t]) => t),
  x: points.map(([, point]) => point.x),
  y: points.map(([, point]) => point.y)
}))
