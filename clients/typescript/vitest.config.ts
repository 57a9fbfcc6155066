import { defineConfig } from 'vitest/config';

// The tests write to one server, some of them to the same contacts, so they run one after another.
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], fileParallelism: false, testTimeout: 60_000 },
});
