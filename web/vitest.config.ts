import { defineConfig } from 'vitest/config';

// Words are told in the language and the time zone of the machine: the tests have theirs.
export default defineConfig({ test: { include: ['src/**/*.test.ts'], env: { LC_ALL: 'en_US.UTF-8', TZ: 'UTC' } } });
