// On every page: hands it to the service worker, which keeps it for use without a network.

const root = new URL(document.documentElement.dataset.content_root, location.href);

async function keepThisPage() {
  await navigator.serviceWorker.register(new URL("sw.js", root));
  const { active } = await navigator.serviceWorker.ready;
  const parts = performance.getEntriesByType("resource").map(({ name }) => name);
  active.postMessage({ keep: [location.href, ...parts] });
}

if (location.protocol.startsWith("http")) {
  addEventListener("load", () => {
    const done = navigator.serviceWorker ? keepThisPage() : Promise.reject(new Error("none"));
    // Blocked by the browser's settings: the page works, with a network.
    done.catch(() => (document.documentElement.dataset.offline = "blocked"));
  });
}
