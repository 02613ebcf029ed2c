import type { DryRun, DryRunRow } from '@tidemark/contracts';
import type { Change } from './change.js';

/** Rows of each kind that are kept, and the bytes of one. */
const ROWS = 100;
const ROW_BYTES = 16_384;

type Kind = keyof DryRun;

/** Collects what a dry run would write: how many rows, and the first of them. */
export class Preview {
  readonly #found: { readonly [K in Kind]: { count: number; readonly rows: DryRunRow[] } } = {
    created: { count: 0, rows: [] },
    updated: { count: 0, rows: [] },
    deleted: { count: 0, rows: [] },
  };

  /** @param columns those that differ */
  add(kind: Kind, { key, data, corrected = data }: Change, columns?: readonly string[]): void {
    const found = this.#found[kind];
    found.count += 1;
    if (found.rows.length === ROWS) return;
    const shown = JSON.stringify(corrected).length <= ROW_BYTES;
    found.rows.push({
      key: key.length === 1 ? key[0] : key,
      ...(shown && { data: corrected }),
      ...(columns && { columns }),
    });
  }

  get counts() {
    const { created, updated, deleted } = this.#found;
    return { created: created.count, updated: updated.count, deleted: deleted.count };
  }

  toJSON(): DryRun {
    return this.#found;
  }
}
