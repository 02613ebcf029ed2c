import { isReference, asObject, asString, isObject, own, put, type Json, type JsonObject } from '../json.js';
import { escapePointer, joinPointer, pointerSegments, refTo, valueAt } from '../pointers.js';
import type { ParsedDocument, SpecFamily } from '../parse/parse.js';
import { ARRAY_SEED, imul, Interner, mix, OBJECT_SEED, sortSet, type Hashed } from './interner.js';
import { fieldOf, METHODS, type Field, type Kind } from './kinds.js';
import { Resources } from './resources.js';
import { modernSchema, withoutFalseFlags } from './schema-forms.js';
import { redirect, upgradeSwagger } from './swagger.js';

/**
 * One API description in the one form everything else works on: the shape of OpenAPI 3.1, whatever
 * version it was written in. Plain JSON; hidden state, if any, is only speed. Do not change it.
 */
export interface CanonicalApi {
  /** Of this form; raised when the same description would be written differently. */
  readonly canonical: 1;
  readonly info: JsonObject;
  /** Path → path item; parameters and servers of the path are repeated in its operations. */
  readonly paths: JsonObject;
  readonly webhooks: JsonObject;
  readonly components: JsonObject;
  [key: string]: Json;
}

/** `asWritten` leaves null and exclusive bounds of schemas in the words of their version. */
export interface Form {
  readonly asWritten?: boolean;
}

/** Brings a description of any version into canonical form. Cycles through `$ref` are fine. */
export const normalize = (
  parsed: Pick<ParsedDocument, 'document' | 'version'>,
  interner = new Interner(),
  { asWritten = false }: Form = {},
): CanonicalApi => {
  const document = parsed.version === '2.0' ? upgradeSwagger(parsed.document) : parsed.document;
  return new Normalizer(document, parsed.version, interner, asWritten).run();
};

/** One schema in canonical form, by itself. */
export const canonicalSchema = (
  parsed: Pick<ParsedDocument, 'document' | 'version'>,
  schema: Json,
  { asWritten = false }: Form = {},
): Json => {
  const wrapped = { openapi: '', components: { schemas: { part: schema } } };
  const document = parsed.version === '2.0' ? upgradeSwagger({ definitions: { part: schema } }) : wrapped;
  const api = new Normalizer(document, parsed.version, new Interner(), asWritten).run();
  return asObject(api.components['schemas'])['part'] ?? null;
};

const COMPONENT =
  /^#\/components\/(?:schemas|responses|parameters|requestBodies|headers|callbacks|pathItems|mediaTypes)\/[^/]+$/;
const SECTION: Partial<Record<Kind, string>> = {
  schema: 'schemas',
  response: 'responses',
  parameter: 'parameters',
  requestBody: 'requestBodies',
  header: 'headers',
  callback: 'callbacks',
  mediaType: 'mediaTypes',
};

class Normalizer {
  /** Targets of unusual references, given a place among the components; read after the rest. */
  readonly hoisted = new Map<string, { section: string; name: string; kind: Kind }>();
  readonly targets = new Map<string, JsonObject>();
  resources: Resources | undefined;
  /** Set by `build` beside its result: the hash of what it returned. */
  hash = 0;

  constructor(
    readonly document: JsonObject,
    readonly version: SpecFamily,
    readonly interner: Interner,
    readonly asWritten: boolean,
  ) {}

  run(): CanonicalApi {
    const { openapi: _openapi, swagger: _swagger, ...rest } = this.document;
    const document = { ...rest, webhooks: rest['webhooks'] ?? rest['x-webhooks'] ?? {} };
    delete (document as JsonObject)['x-webhooks'];
    const api = this.build(document, { as: 'one', kind: 'api' }) as JsonObject;
    const components: JsonObject = { ...asObject(api['components']) };
    this.addHoisted(components);
    return {
      ...(api as Record<string, Json>),
      canonical: 1,
      info: asObject(api['info']),
      paths: asObject(api['paths']),
      webhooks: asObject(api['webhooks']),
      components,
    };
  }

  // Reading a target can name further ones; the map grows while it is walked, and ends as targets do.
  addHoisted(components: JsonObject): void {
    for (const [pointer, { section, name, kind }] of this.hoisted) {
      const target = valueAt(this.document, pointer);
      if (target === undefined) continue;
      const table = asObject(components[section]);
      components[section] = { ...table, [name]: this.build(target, { as: 'one', kind }) };
    }
  }

  build(raw: Json, field: Field): Json {
    if (field.as === 'one' || typeof raw !== 'object' || raw === null) return this.buildOne(raw, field.kind);
    if (field.as === 'map') return Array.isArray(raw) ? this.buildOne(raw, 'raw') : this.members(raw, () => field.kind);
    if (!Array.isArray(raw)) return this.buildOne(raw, field.kind);
    return field.as === 'set' ? this.set(raw, field.kind) : this.list(raw, field.kind);
  }

  buildOne(raw: Json, kind: Kind): Json {
    if (typeof raw !== 'object' || raw === null) {
      this.hash = this.interner.scalar(raw);
      return raw;
    }
    if (Array.isArray(raw)) return kind === 'names' ? this.set(raw, 'raw') : this.list(raw, kind);
    if (kind === 'raw') return this.members(raw, () => 'raw');
    // What a dynamic reference is bound to is, without an extending schema, its own target.
    if (kind === 'schema' && typeof raw['$dynamicRef'] === 'string' && raw['$ref'] === undefined) {
      const { $dynamicRef, ...beside } = raw;
      const $ref = $dynamicRef.startsWith('#/') ? $dynamicRef : this.named({ $ref: $dynamicRef });
      if ($ref !== undefined) return this.buildOne({ ...beside, $ref }, kind);
    }
    if (isReference(raw)) {
      if (kind === 'pathItem') {
        const item = this.inlinePathItem(raw);
        // What cannot be followed keeps its name, so that another name is a change.
        return item === undefined ? this.members(raw, () => 'raw') : this.buildOne(item, kind);
      }
      return this.members(this.reference(raw, kind), (key) => (key === '$ref' ? 'raw' : undefined), kind);
    }
    return this.members(this.rewrite(raw, kind), undefined, kind);
  }

  /** Builds an object's members; `kindOf` overrides what the table says of a key. */
  members(raw: JsonObject, kindOf: ((key: string) => Kind | undefined) | undefined, kind: Kind = 'raw'): Json {
    let built: JsonObject | undefined;
    let hash = OBJECT_SEED;
    const keys = Object.keys(raw);
    for (const key of keys) {
      const before = raw[key] as Json;
      if (before === undefined) {
        built ??= { ...raw };
        delete built[key];
        continue;
      }
      const forced = kindOf?.(key);
      const after = this.build(before, forced === undefined ? fieldOf(kind, key) : { as: 'one', kind: forced });
      hash = (hash + mix(this.interner.string(key) ^ imul(this.hash, 0x9e3779b1))) | 0;
      if (after !== before) {
        built ??= { ...raw };
        put(built, key, after);
      }
    }
    const object = this.interner.object(built ?? raw, mix(hash));
    this.hash = mix(hash);
    return object;
  }

  list(raw: Json[], kind: Kind): Json {
    return this.array(
      raw.map((item) => ({ value: this.buildOne(item, kind), hash: this.hash })),
      raw,
    );
  }

  set(raw: Json[], kind: Kind): Json {
    const members = raw.map((item) => ({ value: this.buildOne(item, kind), hash: this.hash }));
    return this.array(sortSet(members), raw);
  }

  array(members: Hashed[], raw: Json[]): Json {
    let hash = ARRAY_SEED;
    for (const member of members) hash = mix(imul(hash, 31) + member.hash);
    const same = members.length === raw.length && members.every((member, index) => member.value === raw[index]);
    const array = this.interner.array(same ? raw : members.map((member) => member.value), hash);
    this.hash = hash;
    return array;
  }

  rewrite(raw: JsonObject, kind: Kind): JsonObject {
    switch (kind) {
      case 'schema':
        return this.withMapping(modernSchema(raw, this.version, this.asWritten));
      case 'pathItem':
        return this.pathItem(raw);
      case 'parameter':
      case 'header':
      case 'requestBody':
      case 'operation':
        return withoutFalseFlags(raw);
      default:
        return raw;
    }
  }

  /** The values of a discriminator's mapping are names of schemas or references to them: all become references. */
  withMapping(schema: JsonObject): JsonObject {
    const discriminator = schema['discriminator'];
    if (this.asWritten || !isObject(discriminator) || !isObject(discriminator['mapping'])) return schema;
    const mapping: JsonObject = {};
    const schemas = asObject(asObject(this.document['components'])['schemas']);
    for (const [value, target] of Object.entries(discriminator['mapping'])) {
      const isName = typeof target === 'string' && own(schemas, target) !== undefined;
      const ref = typeof target === 'string' && target.startsWith('#') ? this.refOf({ $ref: target }) : target;
      put(mapping, value, isName ? refTo('schemas', target) : (ref ?? null));
    }
    return { ...schema, discriminator: { ...discriminator, mapping } };
  }

  /** Parameters and servers of the path go into its operations, unless they are overridden there. */
  pathItem(raw: JsonObject): JsonObject {
    const { parameters, servers, ...rest } = raw;
    if (parameters === undefined && servers === undefined) return raw;
    const item: JsonObject = { ...rest, ...(parameters !== undefined && { parameters }) };
    const shared = { parameters, servers };
    for (const [method, operation] of Object.entries(rest))
      if (METHODS.has(method) && isObject(operation)) item[method] = this.withShared(operation, shared);
    const { additionalOperations } = rest;
    if (isObject(additionalOperations))
      item['additionalOperations'] = Object.fromEntries(
        Object.entries(additionalOperations).map(([method, operation]) => [
          method,
          isObject(operation) ? this.withShared(operation, shared) : (operation as Json),
        ]),
      );
    return item;
  }

  /** An operation with the parameters and servers of its path. */
  withShared(
    operation: JsonObject,
    { parameters, servers }: Record<'parameters' | 'servers', Json | undefined>,
  ): JsonObject {
    return {
      ...operation,
      ...(Array.isArray(parameters) ? { parameters: this.mergeParameters(parameters, operation['parameters']) } : {}),
      ...(servers === undefined || operation['servers'] !== undefined ? {} : { servers }),
    };
  }

  mergeParameters(shared: Json[], specific: Json | undefined): Json[] {
    const mine = Array.isArray(specific) ? specific : [];
    const overridden = new Set(mine.map((parameter) => this.parameterKey(parameter)));
    return [...mine, ...shared.filter((parameter) => !overridden.has(this.parameterKey(parameter)))];
  }

  parameterKey(parameter: Json): string {
    const target = isReference(parameter) ? this.target(this.refOf(parameter)) : asObject(parameter);
    return `${asString(target['in']) ?? ''} ${asString(target['name']) ?? ''}`;
  }

  inlinePathItem(raw: JsonObject & { $ref: string }): Json | undefined {
    const { $ref: _ref, ...siblings } = raw;
    const $ref = this.refOf(raw);
    const target = $ref.startsWith('#') ? valueAt(this.document, $ref) : undefined;
    if (!isObject(target) || isReference(target)) return undefined;
    return { ...target, ...siblings };
  }

  target(ref: string): JsonObject {
    let target = this.targets.get(ref);
    if (target === undefined) this.targets.set(ref, (target = asObject(valueAt(this.document, ref))));
    return target;
  }

  refOf(raw: { $ref: string }): string {
    const ref = this.version === '2.0' ? redirect(raw.$ref) : raw.$ref;
    // A reference is a URI: what is percent-encoded in it has one spelling.
    return ref.startsWith('#/') && ref.includes('%') ? `#${joinPointer(pointerSegments(ref))}` : ref;
  }

  /** Where a reference leads that goes by a name that a schema has given itself (3.1). */
  named(raw: JsonObject & { $ref: string }): string | undefined {
    if (this.version !== '3.1' || raw.$ref === '#') return undefined;
    if (raw.$ref.startsWith('#/') && (COMPONENT.test(raw.$ref) || valueAt(this.document, raw.$ref) !== undefined))
      return undefined;
    return (this.resources ??= new Resources(this.document)).find(raw);
  }

  /** A reference into the components as it is; to anywhere else in the document, to a hoisted copy. */
  reference(raw: JsonObject & { $ref: string }, kind: Kind): JsonObject {
    const $ref = this.named(raw) ?? this.refOf(raw);
    // Before 3.1, what stands beside `$ref` is ignored.
    const out: JsonObject =
      $ref === raw.$ref && (this.version === '3.1' || Object.keys(raw).length === 1)
        ? raw
        : this.version === '3.1'
          ? { ...raw, $ref }
          : { $ref };
    if (!$ref.startsWith('#') || COMPONENT.test($ref) || $ref === '#') return out;
    const section = SECTION[kind];
    if (section === undefined) return out;
    const segments = pointerSegments($ref);
    const name = segments.map(escapePointer).join('/');
    const direct =
      segments.length === 3 &&
      segments[0] === 'components' &&
      own(asObject(this.document['components']), segments[1] as string) !== undefined;
    if (!direct) this.hoisted.set($ref, { section, name, kind });
    const target = direct ? segments.map(escapePointer).join('/') : `components/${section}/${escapePointer(name)}`;
    return { ...out, $ref: `#/${target}` };
  }
}
