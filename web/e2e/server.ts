import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const startTimeout = 300_000; // milliseconds; with the race detector, thousands of demo contacts take minutes on a busy machine
const stopTimeout = 30_000;

/** A running server with demo data, on a port and with a SQLite database of its own. */
export class Server {
  private constructor(
    readonly url: string,
    private readonly running: Running,
  ) {}

  /**
   * Starts a server with this many contacts, and waits until it is ready. Flags may replace those
   * of the other tests.
   */
  static async start(contacts: number, flags: string[] = []): Promise<Server> {
    const running = new Running(contacts, flags);
    try {
      const url = await within(startTimeout, 'the server is not ready', running.ready());
      return new Server(url, running);
    } catch (error) {
      running.kill();
      throw new Error(`${error}\n${running.log}`);
    }
  }

  /** What the server has logged so far. */
  get log(): string {
    return this.running.log;
  }

  /**
   * Ends the server as an operator does. It fails if the server does not exit cleanly or had a data
   * race.
   */
  async stop(): Promise<void> {
    try {
      const code = await within(stopTimeout, 'the server does not stop', this.running.terminate());
      if (code !== 0)
        throw new Error(`the server ended with exit code ${code}:\n${this.running.log}`);
      if (this.running.log.includes('DATA RACE'))
        throw new Error(`data race in the server:\n${this.running.log}`);
    } finally {
      this.running.kill();
    }
  }
}

/** The environment of the tests without their own settings, which the server would refuse. */
function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('CONTACTGRAPH_')));
}

/** The process of a server, and the folder of its database. */
class Running {
  /** What it has written to stderr. */
  log = '';
  private readonly folder = mkdtempSync(join(tmpdir(), 'contactgraph-e2e-'));
  private readonly child: ChildProcess;
  private readonly failed: Promise<never>;

  constructor(contacts: number, more: string[]) {
    const binary = process.env.CONTACTGRAPH_BINARY;
    if (!binary) throw new Error('CONTACTGRAPH_BINARY is not set');
    const database = join(this.folder, 'test.db');
    const flags = [
      '--addr',
      '127.0.0.1:0',
      '--database',
      database,
      '--demo',
      '--demo-contacts',
      `${contacts}`,
      ...more,
    ];
    this.child = spawn(binary, ['serve', ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment(),
    });
    this.child.stderr?.on('data', (text) => {
      this.log += text;
    });
    this.failed = new Promise((_, fail) => {
      this.child.once('error', fail);
      this.child.once('exit', (code, signal) =>
        fail(new Error(`the server ended with ${code ?? signal}`)),
      );
    });
    this.failed.catch(() => {}); // nothing waits for it once the server is ready
    process.once('exit', this.kill); // also when the worker is ended early
  }

  async ready(): Promise<string> {
    const url = await Promise.race([this.address(), this.failed]);
    while (!(await Promise.race([isReady(url), this.failed]))) await sleep(20);
    return url;
  }

  /** Waits for the address that it prints when it listens. */
  private address(): Promise<string> {
    const { stdout } = this.child;
    if (!stdout) throw new Error('the server has no stdout');
    return new Promise((done) => {
      createInterface(stdout).on('line', (line) => {
        const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
        if (url) done(url);
      });
    });
  }

  async terminate(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'close');
      this.child.kill('SIGTERM');
      await exited;
    }
    return this.child.exitCode;
  }

  readonly kill = () => {
    process.off('exit', this.kill);
    this.child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  };
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok ?? false;
}

async function within<T>(ms: number, otherwise: string, promise: Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const late = sleep(ms, undefined, { signal: giveUp.signal }).then(() => {
    throw new Error(`${otherwise} after ${ms / 1000} s`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => {});
    giveUp.abort();
  }
}
