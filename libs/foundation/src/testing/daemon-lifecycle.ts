import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Daemon } from '../daemon.js';

/** A daemon that was not started yet, with controls to drive and observe it. */
export interface DaemonSubject {
  readonly daemon: Daemon;
  /** Gives it reason and time for one more round of work; resolves when a daemon that runs has done it. */
  provoke(): Promise<void>;
  /** Rounds of work that it has done. */
  rounds(): number;
  /** Timers, subscriptions and listeners that it holds. */
  held(): number;
  /** Makes the next round throw. */
  readonly breakNext?: () => void;
  /** The errors that it has reported. */
  readonly errors: readonly Error[];
  close?(): Promise<void>;
}

/** Rounds that a daemon may sit out because of its back-off. */
const PATIENCE = 20;

export interface LifecycleOptions {
  /** False: nothing in a round of it can be made to throw. Default true. */
  readonly canBreak?: boolean;
}

/** The tests that every daemon has to pass. `open` makes a fresh one for each case. */
export const daemonLifecycle = (
  name: string,
  open: () => DaemonSubject | Promise<DaemonSubject>,
  { canBreak = true }: LifecycleOptions = {},
): void => {
  describe(`${name}, as a daemon,`, () => {
    let subject: DaemonSubject;
    beforeEach(async () => (subject = await open()));
    afterEach(async () => {
      await subject.daemon.stop();
      await subject.close?.();
    });

    const expectIdle = async () => {
      const before = subject.rounds();
      await subject.provoke();
      expect(subject.rounds()).toBe(before);
      expect(subject.held()).toBe(0);
    };

    it('does nothing before it is started', expectIdle);

    it('runs from its start to its stop', async () => {
      await subject.daemon.start();
      await subject.provoke();
      const first = subject.rounds();
      expect(first).toBeGreaterThan(0);
      await subject.provoke();
      expect(subject.rounds()).toBeGreaterThan(first);
      await subject.daemon.stop();
      await expectIdle();
      expect(subject.errors).toEqual([]);
    });

    it('starts once when it is started twice', async () => {
      await subject.daemon.start();
      await subject.provoke();
      const first = subject.rounds();
      await subject.provoke();
      const second = subject.rounds();
      await subject.daemon.start();
      await subject.provoke();
      expect(subject.rounds() - second).toBe(second - first);
      await subject.daemon.stop();
      await expectIdle();
    });

    it('can be stopped twice, also at the same time', async () => {
      await subject.daemon.start();
      await subject.provoke();
      await Promise.all([subject.daemon.stop(), subject.daemon.stop()]);
      await subject.daemon.stop();
      await expectIdle();
    });

    it('can be stopped while it starts', async () => {
      const starting = Promise.resolve(subject.daemon.start());
      await subject.daemon.stop();
      await starting;
      await expectIdle();
    });

    it('does not start after it was stopped', async () => {
      await subject.daemon.stop();
      await subject.daemon.start();
      await expectIdle();
    });

    if (!canBreak) return;
    it('reports a round that throws, and continues', async () => {
      await subject.daemon.start();
      await subject.provoke();
      subject.breakNext!();
      for (let tries = 0; subject.errors.length === 0 && tries < PATIENCE; tries++) await subject.provoke();
      expect(subject.errors).toHaveLength(1);
      const before = subject.rounds();
      for (let tries = 0; subject.rounds() === before && tries < PATIENCE; tries++) await subject.provoke();
      expect(subject.rounds()).toBeGreaterThan(before);
      expect(subject.errors).toHaveLength(1);
    });
  });
};
