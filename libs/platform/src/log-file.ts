import { statSync } from 'node:fs';
import type { PortUrls } from '@tidemark/config';

/** A log that is missing beside views of one was lost: a new one must not take its place. @throws Error with the next step */
export function assertNotLost({ eventStore, readModel }: Pick<PortUrls, 'eventStore' | 'readModel'>): void {
  const [log, views] = [pathOf(eventStore), pathOf(readModel)];
  if (log === undefined || views === undefined || hasContent(log) || !hasContent(views)) return;
  throw new Error(
    `${log} is missing or empty, and ${views} has what was in it: restore the log from a backup; ` +
      `to begin without its data, move ${views} away`,
  );
}

const pathOf = (url: string): string | undefined =>
  url.startsWith('sqlite:') ? url.slice('sqlite:'.length).replace(/^\/\/(?=[/.])/, '') : undefined;

const hasContent = (path: string): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
