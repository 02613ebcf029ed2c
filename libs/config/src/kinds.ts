import { resolve } from 'node:path';
import { Secret } from './secret.js';

/** Thrown by the reader of one value: the rest of the sentence after the variable's name. */
export class BadValue extends Error {}

/** One documented setting. `T` is the type its reader yields; null only when it is unset and has no default. */
export interface Setting<T> {
  readonly variable: string;
  readonly kind: string;
  readonly description: string;
  /** The default as documented; '' means there is none. */
  readonly defaultText: string;
  readonly secret: boolean;
  /** Reads the text of the variable (never empty). @throws BadValue */
  read(text: string): T;
  /** The value when the variable is unset or empty. */
  fallback(): T;
}

type Options<D> = { default?: D };

/** With a default: always a value; else null stands for 'not set'. */
type Value<T, O> = O extends { default: unknown } ? T : T | null;

function setting<T, D extends string | number | boolean | readonly string[], O extends Options<D>>(
  variable: string,
  description: string,
  options: O,
  reader: { kind: string; secret?: boolean; read: (text: string) => T; show?: (value: D) => string },
): Setting<Value<T, O>> {
  const { default: fallback } = options;
  const defaultText = fallback === undefined ? '' : (reader.show ?? String)(fallback);
  return {
    variable,
    description,
    kind: reader.kind,
    defaultText,
    secret: reader.secret ?? false,
    read: reader.read as (text: string) => Value<T, O>,
    // A default is read like a value, so that both have the same form.
    fallback: () => (fallback === undefined ? null : reader.read(defaultText)) as Value<T, O>,
  };
}

const quote = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** Any text, or only text that `pattern` matches (`patternText` describes it in words). */
export function string<const O extends Options<string> & { pattern?: RegExp; patternText?: string }>(
  variable: string,
  description: string,
  options: O = {} as O,
) {
  const { pattern, patternText = `match ${options.pattern}` } = options;
  return setting<string, string, O>(variable, description, options, {
    kind: 'string',
    read: (text) => {
      if (pattern && !pattern.test(text)) throw new BadValue(`must ${patternText}, not ${quote(text)}`);
      return text;
    },
  });
}

/** A whole number from `min` to `max`. */
export function integer<const O extends Options<number> & { min?: number; max?: number }>(
  variable: string,
  description: string,
  options: O = {} as O,
) {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
  return setting<number, number, O>(variable, description, options, {
    kind: 'integer',
    read: (text) => within(text, /^-?\d+$/.test(text) ? Number(text) : NaN, min, max, 'whole number'),
  });
}

/** A TCP port; 0 lets the system choose one. */
export function port<const O extends Options<number>>(variable: string, description: string, options: O = {} as O) {
  return setting<number, number, O>(variable, description, options, {
    kind: 'port',
    read: (text) => within(text, /^\d+$/.test(text) ? Number(text) : NaN, 0, 65_535, 'port'),
  });
}

const DURATIONS = new Map([
  ['', 1],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** A duration in milliseconds: a whole number, optionally with a unit (`1500`, `1500ms`, `90s`, `5m`, `2h`). */
export function duration<const O extends Options<number> & { min?: number; max?: number }>(
  variable: string,
  description: string,
  options: O = {} as O,
) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  return setting<number, number, O>(variable, description, options, {
    kind: 'duration (ms)',
    read: (text) => within(text, scaled(text, DURATIONS), min, max, 'number of milliseconds'),
  });
}

const SIZES = new Map([
  ['', 1],
  ['kb', 1024],
  ['mb', 1024 ** 2],
  ['gb', 1024 ** 3],
]);

/** A size in bytes: a whole number, optionally with a unit of 1024 (`67108864`, `64MB`). */
export function bytes<const O extends Options<number> & { min?: number; max?: number }>(
  variable: string,
  description: string,
  options: O = {} as O,
) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  return setting<number, number, O>(variable, description, options, {
    kind: 'bytes',
    read: (text) => within(text, scaled(text, SIZES), min, max, 'number of bytes'),
    show: (value) => (value % 1024 ** 2 === 0 ? `${value / 1024 ** 2}MB` : String(value)),
  });
}

function scaled(text: string, units: ReadonlyMap<string, number>): number {
  const [, digits, unit] = /^(\d+) ?([a-z]*)$/i.exec(text) ?? [];
  return Number(digits ?? NaN) * (units.get((unit ?? '').toLowerCase()) ?? NaN);
}

function within(text: string, value: number, min: number, max: number, what: string): number {
  if (value >= min && value <= max) return value;
  const range =
    min === Number.MIN_SAFE_INTEGER
      ? ''
      : max === Number.MAX_SAFE_INTEGER
        ? ` of at least ${min}`
        : ` from ${min} to ${max}`;
  throw new BadValue(`must be a ${what}${range}, not ${quote(text)}`);
}

const SWITCH = new Map([
  ['on', true],
  ['true', true],
  ['yes', true],
  ['1', true],
  ['off', false],
  ['false', false],
  ['no', false],
  ['0', false],
]);

/** `on` or `off` (also true/false, yes/no, 1/0). */
export function onOff<const O extends Options<boolean>>(variable: string, description: string, options: O = {} as O) {
  return setting<boolean, boolean, O>(variable, description, options, {
    kind: 'on/off',
    read: (text) => {
      const value = SWITCH.get(text.toLowerCase());
      if (value === undefined) throw new BadValue(`must be on or off, not ${quote(text)}`);
      return value;
    },
    show: (value) => (value ? 'on' : 'off'),
  });
}

/** One of a closed list of words. */
export function oneOf<const W extends string, const O extends Options<W>>(
  variable: string,
  description: string,
  words: readonly W[],
  options: O = {} as O,
) {
  return setting<W, W, O>(variable, description, options, {
    kind: words.join(' · '),
    read: (text) => {
      const word = words.find((candidate) => candidate === text.toLowerCase());
      if (word === undefined) throw new BadValue(`must be one of ${words.join(', ')}, not ${quote(text)}`);
      return word;
    },
  });
}

/** A comma-separated list; `item` checks each entry and throws an Error that describes the problem. */
export function list<const O extends Options<readonly string[]> & { item?: (entry: string) => unknown }>(
  variable: string,
  description: string,
  options: O = {} as O,
) {
  return setting<readonly string[], readonly string[], O>(variable, description, options, {
    kind: 'list',
    read: (text) => {
      const entries = text.split(',').flatMap((entry) => entry.trim() || []);
      for (const entry of entries) {
        try {
          options.item?.(entry);
        } catch (error) {
          throw new BadValue(`has an entry that cannot be used, ${quote(entry)}: ${(error as Error).message}`);
        }
      }
      return entries;
    },
    show: (value) => value.join(','),
  });
}

/**
 * A URL with one of the allowed schemes. Its text is never printed in an error, since it may hold credentials.
 * Only http(s) is parsed in full: drivers' URLs may name several hosts, which the URL standard does not allow.
 */
export function url<const O extends Options<string>>(
  variable: string,
  description: string,
  schemes: readonly string[],
  options: O = {} as O,
) {
  const allowed = schemes.map((scheme) => `${scheme}:`).join(', ');
  return setting<string, string, O>(variable, description, options, {
    kind: `URL (${allowed})`,
    read: (text) => {
      const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/i.exec(text) ?? [];
      if (!scheme) throw new BadValue(`must be a URL that starts with ${allowed}`);
      if (!schemes.includes(scheme.toLowerCase()))
        throw new BadValue(`must be a URL that starts with ${allowed}, not ${quote(`${scheme}:`)}`);
      const web = /^https?$/i.test(scheme);
      if (/\s/.test(rest) || /^\/\/(\/|$)/.test(rest) || (web && !URL.canParse(text)))
        throw new BadValue(`is not a well-formed ${scheme.toLowerCase()}: URL`);
      return text;
    },
  });
}

/** A value that is never printed: it is read into a `Secret`. */
export function secret<const O extends Options<never> & { minLength?: number }>(
  variable: string,
  description: string,
  options: O = {} as O,
) {
  const { minLength = 1 } = options;
  return setting<Secret, never, O>(variable, description, options, {
    kind: 'secret',
    secret: true,
    read: (text) => {
      if (/\s/.test(text)) throw new BadValue('must not contain white space');
      if (text.length < minLength) throw new BadValue(`must have at least ${minLength} characters`);
      return new Secret(text);
    },
  });
}

/** A folder or file; relative ones are resolved against the working folder once, at start. */
export function path<const O extends Options<string>>(variable: string, description: string, options: O = {} as O) {
  return setting<string, string, O>(variable, description, options, {
    kind: 'path',
    read: (text) => {
      if (text.includes('\0')) throw new BadValue('must be a path, and must not contain a NUL character');
      return resolve(text);
    },
  });
}
