import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real OpenID Connect provider for one server, with three people: see internal/sso/ssotest. */
export class Provider {
  private readonly folder = mkdtempSync(join(tmpdir(), 'contactgraph-provider-'));

  private constructor(
    private readonly child: ChildProcess,
    private readonly address: string,
    readonly issuer: string,
  ) {}

  /** Starts a provider. The server must be started with its flags. */
  static async start(): Promise<Provider> {
    const binary = process.env.CONTACTGRAPH_PROVIDER;
    if (!binary) throw new Error('CONTACTGRAPH_PROVIDER is not set');
    const address = await freeAddress();
    const child = spawn(binary, [`http://${address}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [issuer] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new Provider(child, address, issuer);
  }

  /** The flags of the server. */
  flags(): string[] {
    const secret = join(this.folder, 'secret');
    writeFileSync(secret, 'the secret of the client in tests', { mode: 0o600 });
    const base = `http://${this.address}`;
    return [
      `--addr=${this.address}`,
      `--oidc-issuer=${this.issuer}`,
      '--oidc-client-id=contactgraph',
      `--oidc-client-secret-file=${secret}`,
      `--oidc-base-url=${base}`,
      '--oidc-scope=groups',
      '--oidc-account=Demo',
      '--oidc-name=Acme SSO',
      '--oidc-role=sales=AGENT',
      '--oidc-role=it=ADMIN',
    ];
  }

  stop(): void {
    this.child.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** An address that no server listens on: the redirect URI contains it. */
export async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no address');
  return `127.0.0.1:${address.port}`;
}
