// Networks that lose responses and streams.

/** Loses the responses of the next requests, which the server has executed. */
export function losingResponses(count: number): typeof fetch {
  let left = count;
  return async (input, init) => {
    const response = await fetch(input, init);
    if (left-- <= 0) return response;
    await response.arrayBuffer();
    throw new TypeError('the response was lost');
  };
}

/** Ends each event stream with an error after some events. Other responses are complete. */
export function cuttingStreams(events: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) return response;
    let seen = 0;
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        seen += new TextDecoder().decode(chunk).split('event: next').length - 1;
        if (seen >= events) controller.error(new TypeError('the stream was cut'));
      },
    });
    return new Response(response.body?.pipeThrough(cut), response);
  };
}
