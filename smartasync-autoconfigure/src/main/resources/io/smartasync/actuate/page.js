"use strict";

// Every two seconds the endpoint's numbers, which only grow; a minute of them is kept, and what is shown is the difference.
const EVERY = 2000;
const KEPT = 60_000;
const ENDPOINT = location.pathname.replace(/\/dashboard\/?$/, "");
const LIVE = `New numbers every ${EVERY / 1000} seconds.`;
const history = [];
const charts = {};
let shown;
let asked = 0;
let answered = 0;

function cell(row, text, className) {
  const td = document.createElement("td");
  td.textContent = text;
  if (className) td.className = className;
  row.append(td);
  return td;
}

function rows(id, list, fill) {
  const body = document.querySelector(`#${id} tbody`);
  const made = list.map(item => {
    const row = document.createElement("tr");
    fill(row, item);
    return row;
  });
  body.replaceChildren(...made);
}

function key(method, calls) {
  return [method.name, calls.caller, calls.path, calls.executor].join(" ");
}

// A method and its bridges may have the same route, which counts once
function routes(report) {
  const all = new Map();
  for (const method of report.methods) {
    for (const calls of method.calls) all.set(key(method, calls), {method: method.name, ...calls});
  }
  return all;
}

function minus(now, before) {
  return before ? now.map((count, i) => count - before[i]) : now;
}

function percentile(buckets, bounds, part) {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  for (let i = 0; i < bounds.length; i++) {
    seen += buckets[i];
    if (seen >= Math.ceil(total * part)) return bounds[i];
  }
  return Infinity;
}

function millis(value, bounds) {
  if (value === null) return "";
  return value === Infinity ? `> ${bounds.at(-1)}` : `\u2264 ${value}`;
}

function perSecond(route, before, seconds) {
  const count = route.time.count - (before ? before.time.count : 0);
  return seconds > 0 ? count / seconds : 0;
}

function showCalls(report, now) {
  const first = history[0];
  const seconds = (now.at - first.at) / 1000;
  const bounds = report.boundsMillis;
  const list = [...now.routes.entries()].sort((a, b) => a[0].localeCompare(b[0]));
  rows("calls", list, (row, [id, route]) => {
    const before = first.routes.get(id);
    const time = minus(route.time.buckets, before && before.time.buckets);
    const wait = minus(route.waiting.buckets, before && before.waiting.buckets);
    cell(row, route.method);
    cell(row, route.caller);
    cell(row, route.path);
    cell(row, route.executor || "none");
    cell(row, first === now ? "" : perSecond(route, before, seconds).toFixed(1), "n");
    for (const part of [0.5, 0.95, 0.99]) cell(row, millis(percentile(time, bounds, part), bounds), "n");
    for (const part of [0.5, 0.95, 0.99]) cell(row, millis(percentile(wait, bounds, part), bounds), "n");
    cell(row, Object.entries(route.outcomes).map(([outcome, count]) => `${outcome} ${count}`).join(", "));
  });
}

function showExecutors(report) {
  rows("executors", report.executors, (row, executor) => {
    cell(row, executor.name + (executor.tuned ? " (tuned)" : ""));
    cell(row, executor.threads);
    cell(row, executor.concurrencyLimit ?? "none", "n");
    for (const name of ["active", "queued", "queueCapacity", "completed"]) cell(row, executor[name], "n");
  });
}

function decided(row, value, by) {
  const by2 = document.createElement("span");
  by2.className = "by";
  by2.textContent = by || "";
  cell(row, value ?? "none").append(by2);
}

function showExplain(report) {
  rows("explain", report.methods, (row, method) => {
    cell(row, method.name + (method.tuned ? " (tuned)" : "")).title = method.signature;
    cell(row, method.calledAs || "");
    decided(row, method.workload.value, method.workload.by);
    decided(row, method.timeout.value, method.timeout.value ? method.timeout.by : "");
    for (const caller of ["platform", "servlet", "virtual", "event-loop"]) {
      const route = method.callers[caller];
      decided(row, route.path + (route.executor ? ` on ${route.executor}` : ""), route.by);
    }
  });
}

function showFindings(report) {
  const told = JSON.stringify(report.findings);
  if (told === shown) return; // what is being selected, to be copied, stays so
  shown = told;
  const items = report.findings.map(finding => {
    const item = document.createElement("li");
    item.textContent = `${finding.subject}: ${finding.finding} (${finding.measured}; threshold ${finding.threshold})`;
    const code = document.createElement("code");
    code.textContent = finding.change;
    item.append(code);
    return item;
  });
  if (items.length === 0) {
    const none = document.createElement("li");
    none.className = "none";
    none.textContent = "None so far.";
    items.push(none);
  }
  document.getElementById("findings").replaceChildren(...items);
}

const COLOURS = ["#1f6feb", "#d1620b", "#1a9850", "#a04bd0", "#c8324a", "#00879a"];
const coloured = new Map(); // a line keeps its colour and its place while it is drawn

// Asked anew at each drawing, since the browser may go from light to dark meanwhile
function colour(name) {
  return () => getComputedStyle(document.documentElement).getPropertyValue(name);
}

function chart(id) {
  if (!charts[id]) {
    const axis = {ticks: {color: colour("--soft")}, grid: {color: colour("--line")}};
    charts[id] = new Chart(document.getElementById(id), {
      type: "line",
      data: {labels: [], datasets: []},
      options: {
        animation: false,
        maintainAspectRatio: false,
        elements: {point: {radius: 1.5}, line: {borderWidth: 2}},
        scales: {x: axis, y: {...axis, beginAtZero: true}},
        plugins: {legend: {display: false}}, // it cuts long names, and their colours with them
      },
    });
  }
  return charts[id];
}

function draw(id, value) {
  const target = chart(id);
  const last = history.at(-1).at;
  target.data.labels = history.slice(1).map(entry => `${Math.round((entry.at - last) / 1000)} s`);
  target.data.datasets = [...coloured].map(([route, line]) => ({
    label: route,
    borderColor: line,
    backgroundColor: line,
    data: history.slice(1).map((entry, j) => value(route, entry, history[j])),
  }));
  target.update();
}

function showCharts(report, now) {
  if (!window.Chart) {
    document.getElementById("charts").hidden = true;
    return;
  }
  const calls = id => now.routes.get(id).time.count - (history[0].routes.get(id)?.time.count ?? 0);
  const busiest = [...now.routes.keys()]
    .filter(id => calls(id) > 0)
    .sort((a, b) => calls(b) - calls(a))
    .slice(0, COLOURS.length);
  for (const id of coloured.keys()) {
    if (!busiest.includes(id)) coloured.delete(id);
  }
  for (const id of busiest) {
    if (!coloured.has(id)) coloured.set(id, COLOURS.find(free => ![...coloured.values()].includes(free)));
  }
  document.getElementById("legend").replaceChildren(...[...coloured].map(([id, line]) => {
    const item = document.createElement("span");
    const box = document.createElement("i");
    box.style.background = line;
    item.append(box, id);
    return item;
  }));
  draw("rate", (id, entry, before) =>
    entry.routes.has(id) ? perSecond(entry.routes.get(id), before.routes.get(id), (entry.at - before.at) / 1000) : 0);
  draw("p95", (id, entry, before) => {
    const route = entry.routes.get(id);
    const earlier = before.routes.get(id);
    const p95 = route && percentile(minus(route.time.buckets, earlier && earlier.time.buckets), report.boundsMillis, 0.95);
    return p95 === Infinity ? report.boundsMillis.at(-1) : p95 ?? null;
  });
}

// Where the server was started again, or is another one, what was before tells nothing
function remember(now) {
  if (history.at(-1)?.since !== now.since) history.length = 0;
  history.push(now);
  while (now.at - history[0].at > KEPT + EVERY / 2) history.shift();
}

async function refresh() {
  const turn = ++asked;
  const state = document.getElementById("state");
  try {
    const response = await fetch(ENDPOINT, {
      headers: {Accept: "application/json"},
      signal: AbortSignal.timeout(2 * EVERY),
    });
    if (response.redirected) throw new Error("the endpoint sends this page elsewhere, perhaps to sign in again");
    if (!response.ok) throw new Error(`the endpoint answered ${response.status}`);
    const type = response.headers.get("Content-Type") ?? "none";
    if (!type.includes("json")) throw new Error(`the endpoint answered ${type}, perhaps a page to sign in`);
    const report = await response.json();
    if (turn < answered) return; // a later one came before it, and told of more calls
    answered = turn;
    const now = {at: Date.now(), since: report.since, routes: routes(report)};
    remember(now);
    showFindings(report);
    showCalls(report, now);
    showExecutors(report);
    showExplain(report);
    showCharts(report, now);
    if (state.textContent !== LIVE) state.textContent = LIVE;
    state.className = "";
    document.getElementById("time").textContent = `As of ${new Date(now.at).toLocaleTimeString()}.`;
  } catch (error) {
    if (turn < answered) return;
    const text = `No new numbers: ${error.message}.`;
    if (state.textContent !== text) state.textContent = text; // read out once
    state.className = "lost";
  }
}

refresh();
setInterval(refresh, EVERY);
