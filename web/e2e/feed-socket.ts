import type { Page, WebSocketRoute } from '@playwright/test';

interface Message {
  type: string;
  id?: string;
}

/**
 * Stands between a page and the WebSocket of its subscriptions: it counts what passes, and can cut
 * the connection.
 */
export class FeedSocket {
  /** How many changes the page has received. */
  received = 0;
  /** How many attempts to connect were refused while the connection was cut. */
  refused = 0;
  private readonly sockets = new Set<WebSocketRoute>();
  private readonly subscriptions = new Set<string>();
  private isCut = false;

  /** Routes the WebSocket of a page that has not been opened yet. */
  static async of(page: Page): Promise<FeedSocket> {
    const socket = new FeedSocket();
    await page.routeWebSocket('**/graphql', (route) => socket.connect(route));
    return socket;
  }

  /** How many subscriptions are open. */
  open(): number {
    return this.subscriptions.size;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.close({ code: 1001 });
  }

  restore(): void {
    this.isCut = false;
  }

  private connect(socket: WebSocketRoute): void {
    if (this.isCut) {
      this.refused++;
      socket.close({ code: 1001 });
      return;
    }
    this.sockets.add(socket);
    this.subscriptions.clear(); // a page has one connection: the subscriptions of the one before have ended
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { type, id } = parse(text);
      if (type === 'subscribe' && id) this.subscriptions.add(id);
      if (type === 'complete' && id) this.subscriptions.delete(id);
      server.send(text);
    });
    server.onMessage((text) => {
      const { type, id } = parse(text);
      if (type === 'next') this.received++;
      if ((type === 'complete' || type === 'error') && id) this.subscriptions.delete(id);
      socket.send(text);
    });
    socket.onClose((code, reason) => {
      this.sockets.delete(socket);
      this.subscriptions.clear();
      server.close({
        ...(code !== undefined && { code }),
        ...(reason !== undefined && { reason }),
      });
    });
  }
}

function parse(text: string | Buffer): Message {
  return JSON.parse(text.toString()) as Message;
}
