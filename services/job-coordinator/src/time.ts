/** Time as the coordinator knows it; tests hand in one that they move themselves. */
export interface Time {
  /** Milliseconds since the epoch. */
  now(): number;
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: never): void;
}

export const systemTime: Time = {
  now: () => Date.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
};
