/** Timeout per document, in milliseconds: some are large, and slow servers generate them for each request. */
export const TIMEOUT_MS = 120_000;
