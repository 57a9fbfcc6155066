import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

// Builds the server that the tests start, unless CONTACTGRAPH_BINARY names one: CI names one with
// the race detector.
export default function buildServer(): void {
  if (process.env.CONTACTGRAPH_BINARY) return;
  const root = join(import.meta.dirname, '../..');
  const binary = join(root, 'bin/contactgraph');
  execFileSync('go', ['build', '-o', binary, '.'], { cwd: root, stdio: 'inherit' });
  process.env.CONTACTGRAPH_BINARY = binary;
}
