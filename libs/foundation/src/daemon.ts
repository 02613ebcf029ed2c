/**
 * Works in the background between start and stop. Both may be called once or more, in any order; what was stopped does
 * not start again.
 */
export interface Daemon {
  /** Resolves when it works; returns early when it was stopped meanwhile. */
  start(): void | Promise<void>;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** What runs from the moment it was made. */
export interface Stoppable {
  stop(): Promise<void>;
}

/** A daemon that runs from the end of `open` until it is stopped. */
export const daemonOf = (open: () => Promise<Stoppable> | Stoppable): Daemon => {
  let opened: Promise<Stoppable> | undefined;
  let stopped: Promise<void> | undefined;
  return {
    start: async () => {
      if (!stopped) opened ??= (async () => open())();
      await opened;
    },
    // What failed to open has reported that to whoever started it.
    stop: () =>
      (stopped ??= Promise.resolve(opened).then(
        (running) => running?.stop(),
        () => {},
      )),
  };
};
