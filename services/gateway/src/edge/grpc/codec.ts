import type { PackageDefinition } from '@grpc/proto-loader';
import { cleanText } from '@tidemark/contracts/fields';
import {
  isoOfTimestamp,
  jsonOfStruct,
  jsonOfValue,
  wireStruct,
  wireTimestamp,
  wireValue,
  type WireStruct,
  type WireTimestamp,
  type WireValue,
} from './json-values.js';

export type Fields = { readonly [name: string]: unknown };

/** How one field, or one message, is written on the wire and in JSON. */
interface Form {
  toWire(value: unknown): unknown;
  /** Undefined: not set. */
  toJson(value: unknown): unknown;
}

interface FieldDescriptor {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

const plain: Form = {
  toWire: (value) => (typeof value === 'string' ? cleanText(value) : value),
  toJson: (value) => value,
};

/** Messages with a JSON form of their own. */
const wellKnown: Readonly<Record<string, Form>> = {
  'google.protobuf.Timestamp': {
    toWire: (value) => wireTimestamp(value as string),
    toJson: (value) => isoOfTimestamp(value as WireTimestamp),
  },
  'google.protobuf.Struct': {
    toWire: (value) => wireStruct(value as object),
    toJson: (value) => jsonOfStruct(value as WireStruct),
  },
  'google.protobuf.Value': { toWire: wireValue, toJson: (value) => jsonOfValue(value as WireValue) },
};

/**
 * Turns the JSON of the HTTP API into messages and back, by the messages' descriptors, so that the two APIs cannot
 * drift apart field by field: `perPage` ↔ `per_page`, `"pending"` ↔ `JOB_STATE_PENDING`, ISO 8601 ↔ Timestamp,
 * null ↔ not set.
 */
export class Codec {
  readonly #forms = new Map<string, Form>();
  readonly #protos: PackageDefinition;

  constructor(protos: PackageDefinition) {
    this.#protos = protos;
  }

  /** @param type such as `tidemark.v1.Job` */
  toMessage(type: string, json: object): object {
    return this.#form(type).toWire(json) as object;
  }

  fromMessage(type: string, message: object): Fields {
    return this.#form(type).toJson(message) as Fields;
  }

  #form(type: string): Form {
    const known = wellKnown[type] ?? this.#forms.get(type);
    if (known) return known;
    const definition = this.#protos[type] as { type: { field?: readonly FieldDescriptor[] } } | undefined;
    if (!definition) throw new TypeError(`the protos define no ${type}`);
    const fields = definition.type.field;
    const form = fields ? this.#messageForm(fields) : enumForm(type);
    this.#forms.set(type, form);
    return form;
  }

  #messageForm(descriptors: readonly FieldDescriptor[]): Form {
    const fields = descriptors.map(({ name, label, type, typeName }) => {
      // Resolved when needed: messages may contain each other.
      const form = () => (type === 'TYPE_ENUM' || type === 'TYPE_MESSAGE' ? this.#form(qualified(typeName)) : plain);
      return { wire: name, json: camelCase(name), repeated: label === 'LABEL_REPEATED', form };
    });
    const convert = (from: 'wire' | 'json', to: 'wire' | 'json', how: 'toWire' | 'toJson') => (value: unknown) => {
      const result: { [name: string]: unknown } = {};
      for (const field of fields) {
        const member = (value as Fields)[field[from]];
        if (member == null || (to === 'json' && field.repeated && (member as unknown[]).length === 0)) continue;
        const form = field.form();
        const converted = field.repeated ? (member as unknown[]).map((one) => form[how](one)) : form[how](member);
        if (converted !== undefined) result[field[to]] = converted;
      }
      return result;
    };
    return { toWire: convert('json', 'wire', 'toWire'), toJson: convert('wire', 'json', 'toJson') };
  }
}

/** `JobState`: `pending` ↔ `JOB_STATE_PENDING`. */
function enumForm(type: string): Form {
  const name = type.slice(type.lastIndexOf('.') + 1);
  const prefix = `${name.replace(/(?<!^)([A-Z])/g, '_$1').toUpperCase()}_`;
  return {
    toWire: (word) => prefix + String(word).toUpperCase(),
    toJson: (constant) => {
      const word = String(constant).replace(prefix, '').toLowerCase();
      return word === 'unspecified' ? undefined : word;
    },
  };
}

const qualified = (name: string) => (name.includes('.') ? name.replace(/^\./, '') : `tidemark.v1.${name}`);
const camelCase = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
