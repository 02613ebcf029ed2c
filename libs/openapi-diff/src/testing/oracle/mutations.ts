import { asArray, asObject, type Json, type JsonObject } from '../../json.js';
import type { Severity } from '../../change.js';
import type { Random } from './random.js';

/** One change of a schema, with what it is to callers who send it and to those who read it; undefined where it is none. */
export interface Mutation {
  readonly name: string;
  readonly apply: (schema: JsonObject, random: Random) => void;
  readonly sent: Severity;
  readonly read: Severity;
}

const plainProperties = (schema: JsonObject): string[] =>
  Object.entries(asObject(schema['properties']))
    .filter(([, property]) => {
      const { readOnly, writeOnly, default: given } = asObject(property);
      return readOnly !== true && writeOnly !== true && given === undefined && property !== false;
    })
    .map(([name]) => name);

const requiredOf = (schema: JsonObject): string[] => asArray(schema['required']) as string[];

const names = (schema: JsonObject, isRequired: boolean): string[] =>
  plainProperties(schema).filter((name) => requiredOf(schema).includes(name) === isRequired);

/** A kind of mutation: which schemas it fits, and what it is. */
interface Kind extends Mutation {
  readonly fits: (schema: JsonObject) => boolean;
}

const isText = (schema: JsonObject): boolean =>
  schema['type'] === 'string' && schema['enum'] === undefined && schema['const'] === undefined;

const KINDS: readonly Kind[] = [
  {
    name: 'an optional property becomes required',
    fits: (schema) => names(schema, false).length > 0,
    apply: (schema, random) => void (schema['required'] = [...requiredOf(schema), random.pick(names(schema, false))]),
    sent: 'breaking',
    read: 'safe',
  },
  {
    name: 'a required property becomes optional',
    fits: (schema) => names(schema, true).length > 0,
    apply: (schema, random) => {
      const name = random.pick(names(schema, true));
      schema['required'] = requiredOf(schema).filter((other) => other !== name);
    },
    sent: 'safe',
    read: 'breaking',
  },
  {
    name: 'an optional property is removed',
    fits: (schema) => names(schema, false).length > 1 && schema['additionalProperties'] === undefined,
    apply: (schema, random) => {
      const { [random.pick(names(schema, false))]: _, ...rest } = asObject(schema['properties']);
      schema['properties'] = rest;
    },
    sent: 'risky',
    read: 'risky',
  },
  {
    name: 'an optional property is added',
    fits: (schema) => plainProperties(schema).length > 0 && schema['additionalProperties'] === undefined,
    apply: (schema) => void (schema['properties'] = { ...asObject(schema['properties']), zzAdded: { type: 'string' } }),
    sent: 'safe',
    read: 'safe',
  },
  {
    name: 'a value is removed',
    fits: (schema) => asArray(schema['enum']).length > 2 && schema['default'] === undefined,
    apply: (schema, random) => {
      const values = asArray(schema['enum']);
      const index = random.below(values.length);
      schema['enum'] = values.filter((_, at) => at !== index);
    },
    sent: 'breaking',
    read: 'safe',
  },
  {
    name: 'a value is added',
    fits: (schema) => asArray(schema['enum']).length > 1 && schema['type'] === 'string',
    apply: (schema) => void (schema['enum'] = [...asArray(schema['enum']), 'zz-added'] as Json),
    sent: 'safe',
    read: 'risky',
  },
  {
    name: 'text becomes a number',
    fits: (schema) => isText(schema) && Object.keys(schema).every((key) => ['type', 'description'].includes(key)),
    apply: (schema) => void (schema['type'] = 'integer'),
    sent: 'breaking',
    read: 'breaking',
  },
  {
    name: 'text is limited',
    fits: (schema) => isText(schema) && schema['maxLength'] === undefined && schema['format'] === undefined,
    apply: (schema) => void (schema['maxLength'] = 7),
    sent: 'risky',
    read: 'safe',
  },
  {
    name: 'a limit is raised',
    fits: (schema) => typeof schema['maxLength'] === 'number' && isText(schema),
    apply: (schema) => void (schema['maxLength'] = (schema['maxLength'] as number) + 1),
    sent: 'safe',
    read: 'breaking',
  },
  {
    name: 'words change',
    fits: (schema) => typeof schema['description'] === 'string' && typeof schema['type'] === 'string',
    apply: (schema) => void (schema['description'] = 'other words'),
    sent: 'info',
    read: 'info',
  },
];

/** The kinds that fit a schema. */
export const mutationsOf = (schema: JsonObject): readonly Mutation[] => KINDS.filter(({ fits }) => fits(schema));

/** One change of an operation, with what it is to its callers. */
export interface OperationMutation {
  readonly name: string;
  readonly apply: (operation: JsonObject, random: Random) => void;
  readonly severity: Severity;
}

const isQuery = (parameter: Json, isRequired: boolean): boolean => {
  const { in: place, required = false } = asObject(parameter);
  return place === 'query' && required === isRequired;
};

const changeQuery =
  (isRequired: boolean, change: (parameter: JsonObject) => void) =>
  (operation: JsonObject): void => {
    const parameters = asArray(operation['parameters']);
    const index = parameters.findIndex((parameter) => isQuery(parameter, isRequired));
    const copy = { ...asObject(parameters[index]) };
    change(copy);
    operation['parameters'] = parameters.with(index, copy);
  };

const hasQuery = (isRequired: boolean) => (operation: JsonObject) =>
  asArray(operation['parameters']).some((parameter) => isQuery(parameter, isRequired));

const OPERATION_KINDS: readonly (OperationMutation & { readonly fits: (operation: JsonObject) => boolean })[] = [
  {
    name: 'an optional parameter is added',
    fits: () => true,
    apply: (operation) =>
      void (operation['parameters'] = [
        ...asArray(operation['parameters']),
        { name: 'zz_added', in: 'query', schema: { type: 'string' } },
      ]),
    severity: 'safe',
  },
  {
    name: 'a required parameter is added',
    fits: () => true,
    apply: (operation) =>
      void (operation['parameters'] = [
        ...asArray(operation['parameters']),
        { name: 'zz_added', in: 'query', required: true, schema: { type: 'string' } },
      ]),
    severity: 'breaking',
  },
  {
    name: 'a parameter becomes required',
    fits: hasQuery(false),
    apply: changeQuery(false, (parameter) => (parameter['required'] = true)),
    severity: 'breaking',
  },
  {
    name: 'a parameter becomes optional',
    fits: hasQuery(true),
    apply: changeQuery(true, (parameter) => (parameter['required'] = false)),
    severity: 'safe',
  },
  {
    name: 'a parameter is renamed',
    fits: hasQuery(true),
    apply: changeQuery(true, (parameter) => (parameter['name'] = 'zz_renamed')),
    severity: 'breaking',
  },
  {
    name: 'the summary changes',
    fits: (operation) => typeof operation['summary'] === 'string',
    apply: (operation) => void (operation['summary'] = 'other words'),
    severity: 'info',
  },
];

/** The kinds that fit an operation. */
export const operationMutationsOf = (operation: JsonObject): readonly OperationMutation[] =>
  OPERATION_KINDS.filter(({ fits }) => fits(operation));
