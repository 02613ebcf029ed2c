// Shifts the wall clock of a process by the seconds in a file, which is read a few times a second; see movable-clock.ts.
import { readFileSync } from 'node:fs';

const READ_EVERY_MS = 200;
const RealDate = Date;
let shift = 0;
let readAt = -Infinity;

function now() {
  if (performance.now() - readAt > READ_EVERY_MS) {
    readAt = performance.now();
    shift = Number(readFileSync(process.env.CLOCK_SHIFT_FILE, 'utf8')) * 1000;
  }
  return RealDate.now() + shift;
}

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }

  static now() {
    return Math.floor(now());
  }
};
