import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

// Builds the server that the tests start, unless CONTACTGRAPH_BINARY names one: CI names one with
// the race detector. It also builds the OpenID Connect provider and the
// SMTP server.
export default function buildServer(): void {
  process.env.CONTACTGRAPH_BINARY ||= build('bin/contactgraph', '.');
  process.env.CONTACTGRAPH_PROVIDER ||= build('bin/provide', './internal/sso/ssotest/provide');
  process.env.CONTACTGRAPH_MAILBOX ||= build('bin/receive', './internal/mail/mailtest/receive');
}

function build(binary: string, folder: string): string {
  const root = join(import.meta.dirname, '../..');
  execFileSync('go', ['build', '-o', binary, folder], { cwd: root, stdio: 'inherit' });
  return join(root, binary);
}
