import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

// The headless shell needs a fifth less CPU time than the whole browser.
const headlessShell = '/usr/bin/chromium-headless-shell';
const browser = existsSync(headlessShell) ? headlessShell : '/usr/bin/chromium';

// MEASURE=1 runs the tests with a time limit that only an otherwise idle machine can meet, and no
// others.
const measured = /@measure/;

export default defineConfig({
  testDir: 'e2e',
  outputDir: '../bin/test-results',
  globalSetup: './e2e/build-server.ts',
  ...(process.env.MEASURE ? { grep: measured } : { grepInvert: measured }),
  // Each worker runs a browser and a server: more of them would compete for two cores.
  workers: 2,
  timeout: 600_000, // on a machine that runs all other tests, too
  expect: { timeout: 60_000 },
  reporter: [['list', { printSteps: true }]],
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM || browser,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    contextOptions: { reducedMotion: 'reduce' },
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    screenshot: 'only-on-failure',
    // Screenshots of each action would cost as much as the tests do; the DOM is recorded, and can
    // be looked at.
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
});
