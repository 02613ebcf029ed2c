import { cleanText } from '@tidemark/contracts/fields';

/** google.protobuf.Value, Struct and Timestamp on the wire and in JSON. */

export interface WireValue {
  readonly nullValue?: unknown;
  readonly numberValue?: number;
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly structValue?: WireStruct;
  readonly listValue?: { readonly values?: readonly WireValue[] };
}

export interface WireStruct {
  readonly fields?: { readonly [name: string]: WireValue };
}

export interface WireTimestamp {
  readonly seconds?: number;
  readonly nanos?: number;
}

export function wireValue(value: unknown): WireValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: cleanText(value) };
    case 'number':
      return { numberValue: value };
    case 'boolean':
      return { boolValue: value };
    default:
      if (Array.isArray(value)) return { listValue: { values: value.map(wireValue) } };
      return value == null ? { nullValue: 'NULL_VALUE' } : { structValue: wireStruct(value) };
  }
}

export const wireStruct = (object: object): WireStruct => ({
  fields: Object.fromEntries(
    Object.entries(object).flatMap(([name, value]) =>
      value === undefined ? [] : [[cleanText(name), wireValue(value)]],
    ),
  ),
});

export function jsonOfValue(value: WireValue): unknown {
  if (value.structValue) return jsonOfStruct(value.structValue);
  if (value.listValue) return (value.listValue.values ?? []).map(jsonOfValue);
  return value.stringValue ?? value.numberValue ?? value.boolValue ?? null;
}

export const jsonOfStruct = ({ fields = {} }: WireStruct): { [name: string]: unknown } =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, jsonOfValue(value)]));

export function wireTimestamp(iso: string): WireTimestamp {
  const ms = Date.parse(iso);
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: (ms - seconds * 1000) * 1_000_000 };
}

/** A time that JSON cannot express becomes a text that no validation accepts. */
export function isoOfTimestamp({ seconds = 0, nanos = 0 }: WireTimestamp): string {
  const time = new Date(seconds * 1000 + Math.floor(nanos / 1_000_000));
  return Number.isNaN(time.getTime()) ? 'out of range' : time.toISOString();
}
