import { defineConfig } from 'vitest/config';
import { resolve } from './build/resolve.ts';

// Values are formatted for the machine's locale and time zone, so the tests set both.
export default defineConfig({
  resolve,
  test: { include: ['{src,build}/**/*.test.ts'], env: { LC_ALL: 'en_US.UTF-8', TZ: 'UTC' } },
});
