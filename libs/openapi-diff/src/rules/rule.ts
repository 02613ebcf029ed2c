import type { Area, Level, Severity } from '../change.js';

/**
 * What a change does to the set of values that are allowed. In a request a smaller set refuses what callers send today;
 * in a response a larger one sends what they do not expect.
 */
export type Effect = 'narrows' | 'widens' | 'swaps' | 'notes';

/** What callers send, or what they receive. */
export type Direction = 'request' | 'response';

/** One way in which an API can change. */
export interface Rule {
  readonly id: string;
  readonly effect: Effect;
  readonly severity: Severity;
  /** Why callers are affected, or not. */
  readonly why: string;
  /** The sentence of a change, or its predicate; `{before}`, `{after}`, `{name}`, `{of}`, `{operation}` are filled in. */
  readonly says: string;
  /** The level that oasdiff gives to its rule of this id; undefined when the id is our own. */
  readonly oasdiff?: Level | undefined;
}

/** A rule about anything but the inside of a schema. */
export interface ApiRule extends Rule {
  readonly area: Area;
}

/** Where the severity is not the one that follows from oasdiff's level and the effect. */
export interface Override {
  readonly severity: Severity;
  readonly why: string;
}

const REASONS: Record<Effect, Record<Direction, string>> = {
  narrows: {
    request: 'less is allowed, so what callers send today may be refused',
    response: 'less is sent, and callers could always receive all of it',
  },
  widens: {
    request: 'more is allowed, and all that callers send today still is',
    response: 'callers may receive what they never had to expect',
  },
  swaps: {
    request: 'something else is required, so what callers send today may be refused',
    response: 'something else is sent, so what callers read today may be missing',
  },
  notes: {
    request: 'only the description changed, not what the API accepts',
    response: 'only the description changed, not what the API sends',
  },
};

const OWN_SEVERITIES: Record<Effect, Record<Direction, Severity>> = {
  narrows: { request: 'breaking', response: 'safe' },
  widens: { request: 'safe', response: 'risky' },
  swaps: { request: 'risky', response: 'risky' },
  notes: { request: 'info', response: 'info' },
};

/** A row of a table of rules: `narrows ERR: {operation} was removed`; `own` when oasdiff has no such rule. */
export type Row = `${Effect} ${Level | 'own'}: ${string}`;

/** A rule from its row, which may name a severity of its own. */
export const ruleOfRow = (id: string, entry: Row | readonly [Row, Override], direction?: Direction): Rule => {
  const [row, override] = typeof entry === 'string' ? [entry] : entry;
  const [, effect, level, says] = /^(\w+) (\w+): (.*)$/.exec(row) as unknown as [string, Effect, Level | 'own', string];
  return ruleOf({ id, effect, oasdiff: level === 'own' ? undefined : level, says }, direction, override);
};

/** A rule with the severity and the reason that follow from its effect, its direction and oasdiff's level. */
export const ruleOf = (
  { id, effect, oasdiff, says }: Pick<Rule, 'id' | 'effect' | 'oasdiff' | 'says'>,
  direction: Direction = 'request',
  override?: Override,
): Rule => ({
  id,
  effect,
  severity: override?.severity ?? (oasdiff ? severityAt(oasdiff, effect) : OWN_SEVERITIES[effect][direction]),
  why: override?.why ?? REASONS[effect][direction],
  says,
  oasdiff,
});

/** The severity that follows from oasdiff's level: its INFO is `info` for words alone, `safe` for what has an effect. */
export const severityAt = (level: Level, effect: Effect): Severity =>
  level === 'ERR' ? 'breaking' : level === 'WARN' ? 'risky' : effect === 'notes' ? 'info' : 'safe';

/** Keeps what was made of a key. Few rules of a table are used in a process, so each is made when it is. */
export const kept = <Key, Value>(make: (key: Key) => Value): ((key: Key) => Value) => {
  const known = new Map<Key, Value>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = make(key)));
    return value;
  };
};
