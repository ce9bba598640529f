// Shows smartasync.invocations as Prometheus would scrape it: one row for each caller, path and outcome of a method.

const METER = 'smartasync_invocations_seconds'
const TAGS = ['class', 'method', 'caller', 'path', 'executor', 'outcome']

async function about() {
  const { server, threads, java } = await (await fetch('about')).json()
  document.getElementById('about').textContent = `${server} on ${threads}, Java ${java}`
}

function samples(text) {
  const rows = new Map()
  for (const line of text.split('\n')) {
    const match = line.match(/^(\w+)\{(.*)\} (\S+)/)
    if (!match || !match[1].startsWith(METER)) continue
    const tags = Object.fromEntries([...match[2].matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(tag => [tag[1], tag[2]]))
    const key = TAGS.map(tag => tags[tag]).join('|')
    const row = rows.get(key) ?? { tags, count: 0, sum: 0, buckets: [] }
    const value = Number(match[3])
    if (match[1] === `${METER}_count`) row.count += value
    if (match[1] === `${METER}_sum`) row.sum += value
    if (match[1] === `${METER}_bucket`) row.buckets.push([tags.le === '+Inf' ? Infinity : Number(tags.le), value])
    rows.set(key, row)
  }
  return [...rows.entries()].sort(([a], [b]) => a.localeCompare(b)).map(([, row]) => row)
}

/** The upper bound of the bucket in which the 95th of a hundred calls falls. */
function p95(row) {
  const bucket = row.buckets.sort((a, b) => a[0] - b[0]).find(([, count]) => count >= 0.95 * row.count)
  return bucket ? bucket[0] : Infinity
}

function time(seconds) {
  if (seconds === Infinity) return '> 10 s'
  if (seconds >= 1) return `${seconds.toFixed(1)} s`
  return seconds >= 0.001 ? `${(seconds * 1e3).toFixed(seconds < 0.01 ? 1 : 0)} ms` : `${Math.round(seconds * 1e6)} µs`
}

function cell(text, number) {
  const td = document.createElement('td')
  td.textContent = text
  if (number) td.className = 'number'
  return td
}

async function refresh() {
  const rows = samples(await (await fetch('actuator/prometheus')).text()).filter(row => row.count > 0)
  if (rows.length === 0) return
  document.getElementById('calls').replaceChildren(...rows.map(row => {
    const tr = document.createElement('tr')
    tr.append(
      cell(`${row.tags.class}#${row.tags.method}`),
      cell(row.tags.caller),
      cell(row.tags.path),
      cell(row.tags.executor),
      cell(row.tags.outcome),
      cell(row.count.toLocaleString(), true),
      cell(time(row.sum / row.count), true),
      cell(time(p95(row)), true))
    return tr
  }))
}

async function makeLoad() {
  const button = document.getElementById('load')
  const progress = document.getElementById('progress')
  const until = Date.now() + 10_000
  const signIn = { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: 'ada', password: 'enchantress' }) }
  let answers = 0
  let failures = 0
  const keepAsking = async (path, request) => {
    while (Date.now() < until) {
      const ok = await fetch(path, request).then(response => response.ok, () => false)
      ok ? answers++ : failures++
      progress.textContent = `${answers} answers` + (failures ? `, ${failures} failures` : '')
    }
  }
  button.disabled = true
  await Promise.all([keepAsking('sync'), keepAsking('async'), keepAsking('mixed'), keepAsking('reports/shares'),
    keepAsking('sign-in', signIn)])
  button.disabled = false
}

document.getElementById('load').addEventListener('click', makeLoad)
about()
refresh()
setInterval(refresh, 1000)
