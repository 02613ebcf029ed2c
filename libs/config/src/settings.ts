import { BadValue, type Setting } from './kinds.js';
import { SettingsError, type SettingProblem } from './settings-error.js';

export type SettingsSchema = Readonly<Record<string, Setting<unknown>>>;

/** The typed object that a schema parses into. */
export type SettingsOf<S extends SettingsSchema> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** One row of a settings table. */
export interface SettingRow {
  readonly variable: string;
  readonly kind: string;
  /** '' when there is none. */
  readonly default: string;
  readonly description: string;
}

export interface Settings<S extends SettingsSchema> {
  /** Reads all settings; a variable that is unset or blank has its default. @throws SettingsError with every problem at once */
  parse(environment: NodeJS.ProcessEnv): SettingsOf<S>;
  /** Rows for documentation, in the order of the schema. Holds no value from the environment. */
  describe(): SettingRow[];
  /** Variables that start with `prefix` but are not settings: most likely misspelt. Sorted. */
  unknown(environment: NodeJS.ProcessEnv, prefix: string): string[];
}

/** Creates a parser and its documentation from one schema: `{ httpPort: port('HTTP_PORT', 'Where …', { default: 80 }) }`. */
export function defineSettings<const S extends SettingsSchema>(schema: S): Settings<S> {
  const all = Object.values(schema);
  return {
    parse: (environment) => parse(schema, environment),
    describe: () =>
      all.map(({ variable, kind, defaultText, description }) => ({
        variable,
        kind,
        default: defaultText,
        description,
      })),
    unknown: (environment, prefix) => {
      const known = new Set(all.map(({ variable }) => variable));
      return Object.keys(environment)
        .filter((name) => name.startsWith(prefix) && !known.has(name))
        .sort();
    },
  };
}

function parse<S extends SettingsSchema>(schema: S, environment: NodeJS.ProcessEnv): SettingsOf<S> {
  const problems: SettingProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(schema)) {
    try {
      values[name] = readOne(setting, environment[setting.variable]);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      problems.push({ variable: setting.variable, message: `${setting.variable} ${error.message}` });
    }
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.freeze(values) as SettingsOf<S>;
}

function readOne(setting: Setting<unknown>, given: string | undefined): unknown {
  const text = given?.trim() ?? '';
  return text === '' ? setting.fallback() : setting.read(text);
}
