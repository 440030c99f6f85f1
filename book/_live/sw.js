// Service worker: what a reader has visited stays readable, and runs, without a network.
//
// With a network everything comes from there, so nothing is ever old. Only the
// runtime, whose address changes with its content, is fetched once.

const STORE = "rnncourse";
const runtime = /\/_static\/live\/([0-9a-f]{16})\//;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const [sender] = event.ports;
  const kept = Promise.all(event.data.filter(ours).map(keep));
  event.waitUntil(kept.then(() => sender.postMessage("kept")));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !ours(request.url)) return;
  event.respondWith(runtime.test(request.url) ? fetchOnce(request) : fetchFirst(request));
});

function ours(url) {
  return url.startsWith(self.registration.scope);
}

// Fetch what the page loaded before this worker was there.
async function keep(url) {
  const store = await caches.open(STORE);
  if (await store.match(url)) return;
  await fetchAndStore(new Request(url)).catch(() => {}); // gone, or no network: next time
}

async function fetchAndStore(request) {
  const answer = await fetch(request);
  if (answer.status === 200) await store(request, answer.clone());
  return answer;
}

async function store(request, answer) {
  const cache = await caches.open(STORE);
  const digest = request.url.match(runtime)?.[1];
  if (digest) {
    for (const old of await cache.keys()) {
      if ((old.url.match(runtime)?.[1] ?? digest) !== digest) await cache.delete(old);
    }
  }
  await cache.put(request, answer).catch(() => {}); // the disk is full: not kept
}

async function fetchOnce(request) {
  return (await caches.match(request)) ?? fetchAndStore(request);
}

async function fetchFirst(request) {
  try {
    return await fetchAndStore(request);
  } catch {
    return (await caches.match(request)) ?? notVisited(request);
  }
}

function notVisited(request) {
  if (request.mode !== "navigate") return Response.error();
  const text = `<!doctype html><html lang="en"><title>No network</title>
<p>There is no network, and you have not visited this page before.</p>`;
  return new Response(text, { status: 503, headers: { "Content-Type": "text/html" } });
}
