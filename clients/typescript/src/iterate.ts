/** A source that pushes values. */
export interface Observable<T> {
  subscribe(observer: { next(value: T): void; error(error: unknown): void; complete(): void }): {
    unsubscribe(): void;
  };
}

/** Iterates over the values of an observable, and unsubscribes at the end or with the signal. */
export async function* iterate<T>(
  observable: Observable<T>,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const values: T[] = [];
  let end: { error?: unknown } | undefined;
  let wake = () => {};
  const finish = (error?: unknown) => {
    end ??= error === undefined ? {} : { error };
    wake();
  };
  const abort = () => finish(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort);
  const subscription = observable.subscribe({
    next(value) {
      values.push(value);
      wake();
    },
    error: finish,
    complete: () => finish(),
  });
  try {
    for (;;) {
      yield* values.splice(0);
      if (values.length > 0) continue;
      if (end) {
        if ('error' in end) throw end.error;
        return;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    subscription.unsubscribe();
  }
}
