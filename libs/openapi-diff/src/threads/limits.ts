/** Documents ask for more than they may have. The same documents would end in the same way, so a retry is no use. */
export class LimitExceeded extends Error {
  override readonly name: string = 'LimitExceeded';
  readonly retryable = false;

  constructor(
    readonly code: 'OUT_OF_MEMORY' | 'OUT_OF_TIME' | 'SOURCE_INVALID',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The documents need more memory than a thread may have. */
export class OutOfMemoryError extends LimitExceeded {
  override readonly name = 'OutOfMemoryError';

  constructor(maxHeap: number, options?: ErrorOptions) {
    super('OUT_OF_MEMORY', `the documents need more memory than the ${maxHeap} MiB that they may use`, options);
  }
}

/** The documents take longer than a thread may work for them. */
export class OutOfTimeError extends LimitExceeded {
  override readonly name = 'OutOfTimeError';

  constructor(withinMs: number) {
    super('OUT_OF_TIME', `the documents take longer to process than the ${withinMs / 1000} s that they may use`);
  }
}
