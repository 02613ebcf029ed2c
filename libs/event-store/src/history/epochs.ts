/** The stream that names the installation whose log this is, and the log's epochs. */
export const INSTALLATION_STREAM = 'installation';

/**
 * A part of the log's life. An epoch ends when the log is found to have lost its end, because an older copy was restored:
 * what readers know of it beyond `after` of the next epoch is not in the log.
 */
export interface Epoch {
  readonly id: string;
  /** The last position known to be the same as in the epochs before. */
  readonly after: number;
  /** The epoch that was lost; it need not be in this log. */
  readonly replaces?: string;
}

/** The position of a reader, and the epoch in which it was there; without one it is older than epochs. */
export interface Place {
  readonly position: number;
  readonly epoch?: string;
  /** The store's own form of the position: see SubscribeOptions. */
  readonly token?: string;
}

/** An event that was in the log. */
export interface Anchor {
  readonly position: number;
  readonly id: string;
}

/** What a process last saw of the log, to be compared with it later. */
export interface LogMark {
  readonly epoch: string;
  /** The newest first, ever further apart. */
  readonly anchors: readonly Anchor[];
}

/** What `observe` found: the log goes on, or it is not the one that this process has read. */
export type Observation = 'same' | 'replaced';

/**
 * Whose log it is, and its epochs. A log that was restored from an older copy begins a new epoch, so that readers learn
 * which of their positions it no longer confirms. All methods throw Unavailable and OutcomeUnknown.
 */
export interface History {
  /** The installation's id. A log without one is given `adopted`, the id that the other stores carry, or a new one. */
  installation(adopted?: string): Promise<string>;
  /** What this process last saw of the log. */
  mark(): Promise<LogMark>;
  /** Compares the log with what another process, or an earlier run, last saw of it. */
  compare(mark: LogMark): Promise<Observation>;
  /** Where a reader resumes that was at this place: the same position, or the last one before it that is still in the log. */
  resume(place: Place): Promise<Place & { readonly epoch: string }>;
  /** Looks whether the log is still the one that this process has read. */
  observe(): Promise<Observation>;
}

export interface KnownHistory {
  readonly installation: string;
  /** The oldest first; at least one. */
  readonly epochs: readonly Epoch[];
  /** Of the stream. */
  readonly revision: number;
}

/** Undefined while the log names no installation. */
export function knownHistory(
  events: readonly { readonly type: string; readonly data: unknown; readonly revision: number }[],
): KnownHistory | undefined {
  let installation: string | undefined;
  const epochs: Epoch[] = [];
  for (const { type, data } of events) {
    if (type === 'InstallationCreated') installation ??= (data as { id: string }).id;
    if (type === 'EpochBegan') epochs.push(data as Epoch);
  }
  return installation && epochs.length > 0 ? { installation, epochs, revision: events.at(-1)!.revision } : undefined;
}

/** The last position that a reader of this epoch and the log have in common: -1 when the log does not know the epoch. */
export function commonWith(epochs: readonly Epoch[], epoch: string | undefined): number {
  const own = epoch === undefined ? 0 : epochs.findIndex(({ id }) => id === epoch);
  const next = own === -1 ? epochs.findIndex(({ replaces }) => replaces === epoch) : own + 1;
  return next === -1 ? -1 : Math.min(...epochs.slice(next).map(({ after }) => after), Infinity);
}

/** Whether the end of this epoch is known already. */
export const isOver = (epochs: readonly Epoch[], epoch: string): boolean =>
  epochs.at(-1)!.id !== epoch && epochs.some(({ id, replaces }) => id === epoch || replaces === epoch);

/** One more anchor. Of the older ones so many stay that each is at most twice as far back as the next newer one. */
export function withAnchor(anchors: readonly Anchor[], newest: Anchor): Anchor[] {
  const kept = [newest];
  const age = ({ position }: Anchor) => newest.position - position;
  for (const anchor of anchors) {
    const before = kept.at(-2);
    if (before && age(anchor) <= 2 * age(before)) kept.pop();
    kept.push(anchor);
  }
  return kept;
}
