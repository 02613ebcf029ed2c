/**
 * Works in the background between start and stop. Both may be called once or more, in any order; a stopped daemon does
 * not start again.
 */
export interface Daemon {
  /** Resolves when it runs; returns early when it was stopped meanwhile. */
  start(): void | Promise<void>;
  /** Resolves when none of its work runs any more. */
  stop(): Promise<void>;
}

/** Something that runs from its creation on. */
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
    // A failure to open was reported to the caller of start.
    stop: () =>
      (stopped ??= Promise.resolve(opened).then(
        (running) => running?.stop(),
        () => {},
      )),
  };
};
