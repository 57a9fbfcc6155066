import { defineConfig } from 'vitest/config';

// Values are formatted for the machine's locale and time zone, so the tests set both.
export default defineConfig({
  test: { include: ['src/**/*.test.ts'], env: { LC_ALL: 'en_US.UTF-8', TZ: 'UTC' } },
});
