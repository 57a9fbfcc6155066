// Reads text/event-stream.
import { ConnectionError } from './errors.js';

/** An event of a stream. */
export interface StreamEvent {
  event: string;
  data: string;
}

/**
 * Reads the events of a stream. If nothing arrives for some milliseconds, not even a comment, the
 * stream is lost.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  idleTimeout: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let unread = '';
  let next: StreamEvent = { event: 'message', data: '' };
  try {
    for (;;) {
      const chunk = await readChunk(reader, idleTimeout, signal);
      if (chunk === undefined) return;
      const lines = (unread + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
      unread = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') {
          yield next;
          next = { event: 'message', data: '' };
        } else if (line.startsWith('event:')) next.event = line.slice(6).trim();
        else if (line.startsWith('data:')) next.data += line.slice(5);
      }
    }
  } finally {
    await reader.cancel().catch(() => {}); // the stream has ended or failed already
  }
}

/** Returns the next chunk, or undefined at the end of the stream. */
async function readChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  idleTimeout: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionError('The stream is silent.')), idleTimeout);
  });
  try {
    return (await Promise.race([reader.read(), silence])).value;
  } catch (cause) {
    if (signal?.aborted || cause instanceof ConnectionError) throw cause;
    throw new ConnectionError('The stream was interrupted.', { cause });
  } finally {
    clearTimeout(timer);
  }
}
