import type { Json } from './json.js';

/** A store that keeps one small value about itself: the installation that it belongs to. */
export interface Labelled {
  /** Undefined when it has none. Throws the store's error when it cannot be reached. */
  label(): Promise<Json | undefined>;
  /** Replaces it. */
  setLabel(label: Json): Promise<void>;
}

/** Whether a store has something of its own to label: the embedded broker, say, is a part of the log. */
export const isLabelled = (store: object | undefined): store is Labelled => store !== undefined && 'setLabel' in store;
