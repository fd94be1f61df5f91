// Measures ten public pages of a running instance with Lighthouse's telephone profile, and weighs the first page:
//
//     npm ci --ignore-scripts --prefix benchmarks/lighthouse
//     node benchmarks/lighthouse/measure.mjs http://127.0.0.1:8000 [runs] [path ...]
//
// Scores and times are medians of five runs, unless another number is given. The browser is CHROME_PATH, else chromium.
// Exit status 1: a score is below 95, or the first page has more than 150 kB or more than one round trip that blocks.

import lighthouse from "lighthouse";
import * as chromeLauncher from "chrome-launcher";

const LEAST = 95;
const MOST = 150_000;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"];

const [origin, runs = "5", ...chosen] = process.argv.slice(2);
const chromePath = process.env.CHROME_PATH ?? "/usr/bin/chromium";

const text = async (path) => await (await fetch(origin + path)).text();

/** The first page of one member, programme or request that a list leads to. */
async function firstOf(list) {
  const found = (await text(list)).match(new RegExp(`href="(${list}/[^"/?]+)"`));
  return found ? [found[1]] : [];
}

async function pages() {
  const lists = ["/cities", "/partners", "/requests"];
  const single = await Promise.all(lists.map(firstOf));
  return ["/", ...lists, ...single.flat(), "/seeking", "/about", "/join"];
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function report(path) {
  const chrome = await chromeLauncher.launch({ chromePath, chromeFlags: FLAGS });
  try {
    const options = { port: chrome.port, onlyCategories: CATEGORIES, output: "json", logLevel: "error" };
    return (await lighthouse(origin + path, options)).lhr;
  } finally {
    await chrome.kill();
  }
}

/** Titles of the audits that take points off. */
function faults(lhr) {
  return Object.values(lhr.categories).flatMap((category) =>
    category.auditRefs
      .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9)
      .map(({ id }) => `${id}${lhr.audits[id].displayValue ? ` (${lhr.audits[id].displayValue})` : ""}`),
  );
}

/** Bytes of a page and all that it loads, as sent and as read; how many of its requests block the first paint. */
function weight(lhr) {
  const requests = lhr.audits["network-requests"].details.items.filter(({ url }) => url.startsWith(origin));
  const sum = (name) => requests.reduce((total, each) => total + each[name], 0);
  return { requests: requests.length, sent: sum("transferSize"), read: sum("resourceSize") };
}

async function blocking(path) {
  const head = (await text(path)).split("</head>")[0];
  const scripts = [...head.matchAll(/<script\b[^>]*\bsrc=[^>]*>/g)].filter(([tag]) => !/\b(defer|async|type="module")/.test(tag));
  return [...head.matchAll(/<link\b[^>]*rel="stylesheet"[^>]*>/g)].length + scripts.length;
}

let fails = 0;
console.log(`${"page".padEnd(44)}${CATEGORIES.map((each) => each.slice(0, 13).padStart(15)).join("")}   LCP s`);
for (const path of chosen.length ? chosen : await pages()) {
  const reports = [];
  while (reports.length < Number(runs)) reports.push(await report(path));
  const scores = CATEGORIES.map((name) => Math.round(100 * median(reports.map((each) => each.categories[name].score))));
  const paint = median(reports.map((each) => each.audits["largest-contentful-paint"].numericValue)) / 1000;
  console.log(path.slice(0, 42).padEnd(44) + scores.map((each) => String(each).padStart(15)).join("") + paint.toFixed(1).padStart(8));
  if (scores.some((each) => each < LEAST)) {
    fails += 1;
    console.log(`  ${faults(reports.at(-1)).join(", ")}`);
  }
  if (path === "/") {
    const { requests, sent, read } = weight(reports.at(-1));
    const blocked = await blocking(path);
    console.log(`  ${requests} requests, ${sent} bytes sent, ${read} bytes read, ${blocked} that block`);
    if (read > MOST || blocked > 1) fails += 1;
  }
}
process.exit(fails ? 1 : 0);
