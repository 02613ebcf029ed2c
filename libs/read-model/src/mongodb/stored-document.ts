import type { Collection } from 'mongodb';

/** A view's document as it is stored: see documents.ts. */
export type Documents = Collection<StoredDocument>;

export interface StoredDocument {
  readonly _id: string;
  readonly position: number;
  readonly fields?: Record<string, string | number | boolean | null>;
  readonly rest?: string;
  readonly goneAt?: Date;
}
