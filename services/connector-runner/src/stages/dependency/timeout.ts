/** Timeout per document, in milliseconds. A source that hangs holds a slot of its runner for as long. */
export const TIMEOUT_MS = 30_000;
