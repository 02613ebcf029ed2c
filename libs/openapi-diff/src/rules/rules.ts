import type { Level, Severity } from '../compare/change.js';
import { FIELD_RULES } from './field-rules.js';
import { OVERRIDES } from './overrides.js';
import type { Effect } from './schema-rules.js';

const LEVELS: ReadonlyMap<string, Level> = new Map(
  (['ERR', 'WARN', 'INFO'] as const).flatMap((level) =>
    FIELD_RULES[level]
      .split(/\s+/)
      .filter((id) => id !== '')
      .map((id) => [id, level] as const),
  ),
);

/** Whether a rule id is of the shared vocabulary; other ids are our own. */
export const isFieldRule = (rule: string): boolean => LEVELS.has(rule);

/** oasdiff's level; for our own ids the nearest to our severity. */
export const levelOf = (rule: string, severity: Severity): Level =>
  LEVELS.get(rule) ?? (severity === 'breaking' ? 'ERR' : severity === 'risky' ? 'WARN' : 'INFO');

/** Our severity of a rule: the override when there is one, else what follows from the field's level. */
export const severityOf = (rule: string, effect: Effect, direction: 'request' | 'response' | undefined): Severity =>
  OVERRIDES[rule]?.severity ?? fieldSeverityOf(rule, effect) ?? ownSeverity(effect, direction);

/**
 * What follows from the field's level, where INFO is `info` for what is only words and `safe` for what changes
 * behaviour without hurting; undefined for ids of our own.
 */
export const fieldSeverityOf = (rule: string, effect: Effect): Severity | undefined => {
  const level = LEVELS.get(rule);
  if (level === undefined) return undefined;
  if (level === 'INFO') return effect === 'notes' ? 'info' : 'safe';
  return level === 'ERR' ? 'breaking' : 'risky';
};

const ownSeverity = (effect: Effect, direction: 'request' | 'response' | undefined): Severity => {
  if (effect === 'notes') return 'info';
  if (effect === 'swaps') return 'risky';
  if (effect === 'narrows') return direction === 'response' ? 'safe' : 'breaking';
  return direction === 'response' ? 'risky' : 'safe';
};
