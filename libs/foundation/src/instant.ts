const pattern = /^(\d{4}-\d\d-)(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * Whether a text is a time in ISO 8601, with its zone, or a day, which begins at midnight UTC. JavaScript alone also
 * takes `1` for a year and 31 February for a day of March.
 */
export const isInstant = (text: string): boolean => {
  const [, yearMonth, day] = pattern.exec(text) ?? [];
  if (yearMonth === undefined || Number.isNaN(Date.parse(text))) return false;
  return new Date(`${yearMonth}${day}T00:00:00Z`).getUTCDate() === Number(day);
};

const RECENT = 256;
const recentTimes = new Float64Array(RECENT).fill(NaN);
const recentTexts: string[] = [];

/**
 * Milliseconds since the epoch in ISO 8601, in UTC. The times of one event are written many times over, so recent texts
 * are kept. @throws RangeError beyond the year 275760
 */
export const instantOf = (milliseconds: number): string => {
  const index = Math.abs(milliseconds) % RECENT;
  if (recentTimes[index] === milliseconds) return recentTexts[index]!;
  const text = new Date(milliseconds).toISOString();
  if (Number.isInteger(index)) {
    recentTimes[index] = milliseconds;
    recentTexts[index] = text;
  }
  return text;
};
