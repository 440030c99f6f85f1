// The token of `rnncourse serve --kernel`: comes behind the # of the book's address, stays
// in this browser's storage for the book's other pages, and is of no use when the command ends.

const KEY = "kernel-token";
const local = location.hostname === "127.0.0.1";

// Take it out of the address, so that a copied link does not give it away.
export function takeToken() {
  const given = local && location.hash.match(/^#token=([\w-]+)$/);
  if (!given) return;
  history.replaceState(null, "", location.pathname + location.search);
  try {
    localStorage.setItem(KEY, given[1]);
  } catch {
    // Blocked: cells then say how else they run.
  }
}

export function keptToken() {
  try {
    return local ? localStorage.getItem(KEY) : null;
  } catch {
    return null;
  }
}

export function forgetToken() {
  localStorage.removeItem(KEY);
}
