// The rows of the contacts, and scrolling through them.

// rowsIn reads the rows that stand in the page, in their order.
export function rowsIn(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('[role=rowgroup] [role=row]')]
      .map((row) => ({
        index: row.ariaRowIndex - 2,
        id: Number(row.children[0].textContent),
        name: row.children[1].textContent,
        top: Math.round(row.getBoundingClientRect().top),
      }))
      .sort((a, b) => a.index - b.index),
  );
}

// scrollThrough scrolls down row by row, as somebody who is in a hurry, until it has seen as many. It notes in every frame which
// rows there are, and how long the frame took.
export function scrollThrough(page, rows) {
  return page.evaluate(async (rows) => {
    const seen = new Map();
    const twice = [];
    const gaps = [];
    const tasks = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => Math.round(e.duration))));
    observer.observe({ type: 'longtask' });
    const begin = performance.now();
    let before = begin;
    let most = 0;
    while (seen.size < rows) {
      const now = await new Promise(requestAnimationFrame);
      if (now - begin > 120_000) throw new Error(`only ${seen.size} rows after two minutes`);
      gaps.push(Math.round(now - before));
      before = now;
      const all = document.querySelectorAll('[role=rowgroup] [role=row]');
      most = Math.max(most, all.length);
      for (const row of all) {
        const [index, id] = [row.ariaRowIndex - 2, Number(row.firstChild.textContent)];
        if (seen.has(index) && seen.get(index) !== id) twice.push([index, seen.get(index), id]);
        seen.set(index, id);
      }
      scrollBy(0, 240); // five rows
    }
    observer.disconnect();
    globalThis.scrolled = { gaps: gaps.slice(1), tasks };
    return { seen: [...seen].sort(([a], [b]) => a - b), twice, most, ms: Math.round(performance.now() - begin) };
  }, rows);
}

// frames is how long each frame of the last scrolling took, and each task that held one up.
export function frames(page) {
  return page.evaluate(() => globalThis.scrolled);
}
