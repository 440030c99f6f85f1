// On every page: hands it to the service worker, which keeps it for use without a network.
//
// What became of it is in `data-offline` of the root element: "kept" or "blocked".

const page = document.documentElement;

async function keepThisPage() {
  const root = new URL(page.dataset.content_root, location.href);
  await navigator.serviceWorker.register(new URL("sw.js", root));
  const { active } = await navigator.serviceWorker.ready;
  const parts = performance.getEntriesByType("resource").map(({ name }) => name);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => (page.dataset.offline = "kept");
  active.postMessage([location.href, ...parts, ...(window.keepForOffline ?? [])], [port2]);
}

if (location.protocol.startsWith("http")) {
  addEventListener("load", () => {
    const done = navigator.serviceWorker ? keepThisPage() : Promise.reject(new Error("none"));
    // Blocked by the browser's settings: the page works, with a network.
    done.catch(() => (page.dataset.offline = "blocked"));
  });
}
