import { Unavailable } from '../errors.js';

// https://sqlite.org/rescode.html
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

export const isDamage = (errcode: number | undefined): boolean =>
  errcode !== undefined && [CORRUPT, NOT_A_DATABASE].includes(errcode & 0xff);

/** What is damaged, and what to do about it. The log is the only copy of its events, so nothing is repaired or set aside. */
export function damaged(path: string, what: string, options?: ErrorOptions): Unavailable {
  const advice =
    'restore the file from a backup, without the -wal and -shm files beside it; views follow by themselves';
  return new Unavailable(`cannot open ${path}: ${what}: the event log is damaged; ${advice}`, options);
}
