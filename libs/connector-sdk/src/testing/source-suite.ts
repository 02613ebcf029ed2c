import type { ObjectManifest } from '../manifest/manifest.js';
import type { Reader } from './reader.js';
import type { SecretsWatch } from './secrets.js';
import type { SourceSubject, SourceWithout, SourceWorld } from './world.js';

/** Context of a suite's tests. */
export interface SourceSuite {
  readonly subject: SourceSubject;
  readonly object: ObjectManifest;
  readonly secrets: SecretsWatch;
  /** A fresh world, closed after the test, and a reader of it. */
  start(objects?: number): Promise<{ world: SourceWorld; reader: Reader }>;
  /** A test, skipped with the reason when this system cannot simulate it. */
  test(needs: SourceWithout | null, name: string, run: () => Promise<void>): void;
}
