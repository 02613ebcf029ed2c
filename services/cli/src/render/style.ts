import type { JobState, Severity } from '@tidemark/contracts';

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;
export type Color = keyof typeof codes;

/** Colours text, or returns it unchanged where colours are off. */
export type Paint = (color: Color | null, text: string) => string;

export const colored: Paint = (color, text) =>
  color === null ? text : `\u001b[${codes[color][0]}m${text}\u001b[${codes[color][1]}m`;
export const uncolored: Paint = (_color, text) => text;

export const severityColor: Readonly<Record<Severity, Color>> = {
  breaking: 'red',
  risky: 'yellow',
  safe: 'green',
  info: 'dim',
};

const states: Readonly<Record<JobState, Color>> = {
  pending: 'yellow',
  running: 'cyan',
  completed: 'green',
  failed: 'red',
  cancelled: 'dim',
};

/** The colour of a job's state; null for an unknown state. */
export const stateColor = (state: string): Color | null => (states as Readonly<Record<string, Color>>)[state] ?? null;
