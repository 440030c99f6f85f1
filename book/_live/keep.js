// The reader's versions of cells, in the browser's storage.
//
// Each is kept with the book's own text: when a new edition changes that, the old
// version no longer belongs to the cell. Storage may be blocked, or full.

export function kept(key, original) {
  try {
    const found = JSON.parse(localStorage.getItem(key));
    return found?.original === original ? found.source : null;
  } catch {
    return null; // blocked, or not ours
  }
}

// Returns whether it worked.
export function keep(key, source, original) {
  try {
    localStorage.setItem(key, JSON.stringify({ source, original }));
    return true;
  } catch {
    return false;
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
    return true;
  } catch {
    return true; // where nothing can be kept, nothing is
  }
}
