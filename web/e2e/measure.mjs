// Measures how soon one can sign in, with an empty cache, and fails above the limit:
//
//   go run . serve --demo &
//   node web/e2e/measure.mjs http://127.0.0.1:8080
//
// It is no story, for the limit means a machine that has nothing else to do.
const limit = 1500;
const rounds = 7;

if (process.argv[2]) process.env.CONTACTGRAPH_URL = process.argv[2];
const { story } = await import('./harness.mjs');
const { load } = await import('./load.mjs');

await story(async () => {
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const { page, usable } = await load(`newcomer-${i + 1}`);
    times.push(Math.round(usable));
    await page.context().close();
  }
  times.sort((a, b) => a - b);
  const median = times[(rounds - 1) / 2];
  console.log(`one can sign in after ${median} ms (median of ${times.join(', ')})`);
  if (median > limit) throw new Error(`that is more than ${limit} ms`);
});
