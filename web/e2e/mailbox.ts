import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A message that the server has sent. */
export interface Message {
  to: string;
  subject: string;
  text: string;
}

/** A real SMTP server, which keeps all messages: see internal/mail/mailtest. */
export class Mailbox {
  readonly messages: Message[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly address: string,
  ) {}

  /** Starts an SMTP server. The server must be started with its flags. */
  static async start(): Promise<Mailbox> {
    const binary = process.env.CONTACTGRAPH_MAILBOX;
    if (!binary) throw new Error('CONTACTGRAPH_MAILBOX is not set');
    const child = spawn(binary, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface(child.stdout);
    const [address] = (await once(lines, 'line')) as [string];
    const mailbox = new Mailbox(child, JSON.parse(address));
    lines.on('line', (line) => mailbox.messages.push(JSON.parse(line)));
    return mailbox;
  }

  /** The flags of a server at an address. */
  flags(address: string): string[] {
    return [
      `--addr=${address}`,
      `--smtp-url=smtp://${this.address}`,
      '--mail-from=Contacts <no-reply@example.com>',
      `--public-url=http://${address}`,
    ];
  }

  stop(): void {
    this.child.kill();
  }
}
