// Shows smartasync.invocations as Prometheus would scrape it: one row for each caller, path and outcome of a method.

const METER = 'smartasync_invocations_seconds'
const TAGS = ['class', 'method', 'caller', 'path', 'executor', 'outcome']
const SVG = 'http://www.w3.org/2000/svg'
const seen = new Map() // of each row: its last count and sum, and the mean of each second of the last minute
let connected = false
let opened = false // calls from before the page was opened are in no second

const element = id => document.getElementById(id)

async function about() {
  const { server, threads, java, profiles } = await (await fetch('about')).json()
  element('about').textContent = `${server} on ${threads}, Java ${java}, profile ${profiles}`
}

function samples(text) {
  const rows = new Map()
  for (const line of text.split('\n')) {
    const match = line.match(/^(\w+)\{(.*)\} (\S+)/)
    if (!match || !match[1].startsWith(METER)) continue
    const tags = Object.fromEntries([...match[2].matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(tag => [tag[1], tag[2]]))
    const key = TAGS.map(tag => tags[tag]).join('|')
    const row = rows.get(key) ?? { key, tags, count: 0, sum: 0, buckets: new Map() }
    const value = Number(match[3])
    if (match[1] === `${METER}_count`) row.count += value
    if (match[1] === `${METER}_sum`) row.sum += value
    if (match[1] === `${METER}_bucket`) row.buckets.set(tags.le, (row.buckets.get(tags.le) ?? 0) + value)
    rows.set(key, row)
  }
  return [...rows.values()].filter(row => row.count > 0).sort((a, b) => a.key.localeCompare(b.key))
}

/** The upper bound of the bucket in which the 95th of a hundred calls falls. */
function p95(row) {
  const bounds = [...row.buckets].filter(([le]) => le !== '+Inf').sort((a, b) => a[0] - b[0])
  const bucket = bounds.find(([, count]) => count >= 0.95 * row.count)
  return bucket ? time(Number(bucket[0])) : `over ${time(Number(bounds.at(-1)?.[0]))}`
}

function time(seconds) {
  if (seconds >= 1) return `${seconds.toFixed(1)} s`
  return seconds >= 0.001 ? `${(seconds * 1e3).toFixed(seconds < 0.01 ? 1 : 0)} ms` : `${Math.round(seconds * 1e6)} µs`
}

/** The means of the last seconds, the present one last; null where nothing was called. */
function recent(row) {
  const before = opened ? { count: 0, sum: 0 } : row
  const past = seen.get(row.key) ?? { ...before, means: [] }
  const calls = row.count - past.count
  const means = [...past.means, calls > 0 ? (row.sum - past.sum) / calls : null].slice(-60)
  seen.set(row.key, { count: row.count, sum: row.sum, means })
  return means
}

function line(means) {
  const top = Math.max(...means) || 1
  const svg = document.createElementNS(SVG, 'svg')
  const polyline = document.createElementNS(SVG, 'polyline')
  svg.setAttribute('viewBox', '0 0 59 20')
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.setAttribute('aria-hidden', 'true')
  polyline.setAttribute('points', means
    .map((mean, i) => mean === null ? '' : `${60 - means.length + i},${20 - 18 * mean / top}`).join(' '))
  svg.append(polyline)
  return svg
}

function cell(content, number) {
  const td = document.createElement('td')
  td.append(content) // a string becomes text, never markup
  if (number) td.className = 'number'
  return td
}

function tableRow(row) {
  const tr = document.createElement('tr')
  const means = recent(row)
  const now = means.at(-1)
  tr.append(
    cell(`${row.tags.class}#${row.tags.method}`),
    cell(row.tags.caller),
    cell(row.tags.path),
    cell(row.tags.executor),
    cell(row.tags.outcome),
    cell(row.count.toLocaleString(), true),
    cell(line(means)),
    cell(now === null ? '–' : time(now), true),
    cell(time(row.sum / row.count), true),
    cell(p95(row), true))
  document.querySelectorAll('thead th').forEach((head, i) => { tr.cells[i].dataset.label = head.textContent })
  return tr
}

async function refresh() {
  const rows = samples(await (await fetch('actuator/prometheus')).text())
  if (rows.length > 0) element('calls').replaceChildren(...rows.map(tableRow))
  opened = true
}

async function keepRefreshing() {
  try {
    await refresh()
    if (!connected) await about() // it may be another server now
    connected = true
  } catch {
    connected = false
    element('about').textContent = 'The server does not answer'
  }
  setTimeout(keepRefreshing, 1000)
}

async function signIn() {
  const response = await fetch('sign-in', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: 'ada', password: 'enchantress' })
  })
  return response.json()
}

async function makeLoad() {
  const until = Date.now() + 10_000
  let answers = 0
  let failures = 0
  const keepAsking = async ask => {
    while (Date.now() < until) {
      const ok = await ask().then(answer => answer.ok ?? true, () => false)
      ok ? answers++ : failures++
      element('progress').textContent = `${answers} answers` + (failures ? `, ${failures} failures` : '')
    }
  }
  element('load').disabled = true
  try {
    await about()
    const { token } = await signIn()
    const me = () => fetch('me', { headers: { Authorization: `Bearer ${token}` } })
    const pages = ['sync', 'async', 'mixed', 'reports/shares'].map(path => () => fetch(path))
    await Promise.all([...pages, me, signIn].map(keepAsking)) // six, as many connections as a browser opens
  } catch {
    element('progress').textContent = 'The server does not answer'
  } finally {
    element('load').disabled = false
  }
}

element('load').addEventListener('click', makeLoad)
keepRefreshing()
