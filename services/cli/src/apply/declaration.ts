import {
  CreateConnection,
  CreateCredential,
  AddIgnoreRule,
  TidemarkError,
  type FieldProblem,
} from '@tidemark/contracts';
import { fieldsOf, omit } from '@tidemark/contracts/fields';
import { validated } from '@tidemark/contracts/validation';
import { configProblems } from '@tidemark/connector-sdk/manifest';
import { connectors } from '@tidemark/connectors';
import { isJsonObject } from '@tidemark/foundation';
import { credentialFaults } from '@tidemark/resilience';
import { partsOf, type DeclarationFile, type Fault, type Path } from './declaration-file.js';
import { dereferenced, type ReferenceContext } from './references.js';

const ConnectionBody = omit(CreateConnection, 'tenant', 'idempotencyKey');
const RuleBody = omit(AddIgnoreRule, 'tenant', 'connectionId');

interface Declared {
  readonly path: Path;
  readonly name: string;
  /** Only where the name is not unique. */
  readonly id?: string;
}

export interface DeclaredCredential extends Declared {
  readonly connector: string;
  readonly kind: string;
  /** As the API takes them. Absent: it exists, and keeps its own. */
  readonly secrets?: object;
}

export type ConnectionSettings = InstanceType<typeof ConnectionBody>;
export type DeclaredRule = InstanceType<typeof RuleBody>;

export interface DeclaredConnection extends Declared {
  /** Absent: a subscription. Credentials are named as `byName` does. */
  readonly settings?: ConnectionSettings;
  /** Of a subscription: the provider's id. */
  readonly provider?: string;
  /** Absent: as it is. */
  readonly paused?: boolean;
  /** Absent: as they are. */
  readonly ignores?: readonly DeclaredRule[];
}

/** What a file declares; a section that it does not have is left as it is. */
export interface Declaration {
  readonly credentials?: readonly DeclaredCredential[];
  readonly connections?: readonly DeclaredConnection[];
}

const BY_NAME = 'name:';
/** Stands for the id of the credential of this name. */
export const byName = (name: string): string => `${BY_NAME}${name}`;
/** The name that a credential is referred to by; undefined: it is an id. */
export const nameIn = (reference: string): string | undefined =>
  reference.startsWith(BY_NAME) ? reference.slice(BY_NAME.length) : undefined;

type Entry = Readonly<Record<string, unknown>>;

/** @throws CliError with file, line and field of everything that is wrong */
export function readDeclaration(file: DeclarationFile, context: ReferenceContext): Declaration {
  const faults: Fault[] = [];
  const reader = new Reader(faults, context);
  const { content } = file;
  if (!isJsonObject(content))
    throw file.refusal([{ path: [], message: 'must be a map with `credentials` and `connections`' }]);
  for (const section of Object.keys(content))
    if (section !== 'credentials' && section !== 'connections') faults.push(unknown([section], section));
  const declaration: Declaration = {
    ...('credentials' in content && {
      credentials: reader.section('credentials', content['credentials'], (...all) => reader.credential(...all)),
    }),
    ...('connections' in content && {
      connections: reader.section('connections', content['connections'], (...all) => reader.connection(...all)),
    }),
  };
  if (faults.length > 0) throw file.refusal(faults);
  return declaration;
}

class Reader {
  constructor(
    private readonly faults: Fault[],
    private readonly context: ReferenceContext,
  ) {}

  section<Item extends Declared>(name: string, value: unknown, read: (entry: Entry, path: Path) => Item | undefined) {
    // `connections:` with nothing behind it.
    const entries = value ?? [];
    if (!Array.isArray(entries)) return void this.faults.push({ path: [name], message: `\`${name}\` must be a list` });
    const items = entries.flatMap((entry: unknown, at) => {
      const path = [name, at];
      if (isJsonObject(entry)) return read(entry, path) ?? [];
      this.faults.push({ path, message: `\`${name}[${at}]\` must be a map` });
      return [];
    });
    this.#assertUnique(items, 'id');
    this.#assertUnique(
      items.filter(({ id }) => id === undefined),
      'name',
    );
    return items;
  }

  credential(entry: Entry, path: Path): DeclaredCredential | undefined {
    const { id, name, connector, kind, ...given } = entry;
    const known = fieldsOf(CreateCredential);
    for (const field of Object.keys(given)) if (!known.has(field)) this.faults.push(unknown([...path, field], field));
    const named = this.#named(entry, path);
    const manifest = typeof connector === 'string' ? connectors.get(connector)?.manifest : undefined;
    if (!manifest) return void this.#refuse(path, 'connector', `must be one of ${[...connectors.keys()].join(', ')}`);
    if (!manifest.auth.includes(kind as 'bearer')) {
      const accepted = manifest.auth.filter((one) => one !== 'none').join(', ') || 'none';
      return void this.#refuse(path, 'kind', `must be one that ${manifest.name} accepts: ${accepted}`);
    }
    if (!named) return undefined;
    const declared = { path, ...named, connector: manifest.name, kind: kind as string };
    if (Object.keys(given).length === 0) return declared;
    const before = this.faults.length;
    const entries = Object.entries(given).map(([field, value]) => [
      field,
      dereferenced(value, [...path, field], this.context, this.faults),
    ]);
    const secrets = { kind, ...Object.fromEntries(entries) } as { kind: string; parameter?: string };
    if (this.faults.length > before) return undefined;
    const { parameter, ...others } = secrets;
    for (const { field, message } of credentialFaults({
      ...others,
      ...(parameter !== undefined && { name: parameter }),
    }))
      this.#refuse(path, field === 'name' ? 'parameter' : field, message);
    return { ...declared, secrets };
  }

  connection(entry: Entry, path: Path): DeclaredConnection | undefined {
    const { id: _id, paused, ignores, provider, ...given } = entry;
    const named = this.#named(entry, path);
    if (paused !== undefined && typeof paused !== 'boolean') this.#refuse(path, 'paused', 'must be true or false');
    const rules = ignores === undefined ? undefined : this.#rules(ignores, [...path, 'ignores']);
    const common = { path, ...named!, ...(rules && { ignores: rules }) };
    if (provider !== undefined) {
      if (typeof provider !== 'string') this.#refuse(path, 'provider', 'must be the id of a provider');
      for (const field of Object.keys(given))
        if (field !== 'name')
          this.#refuse(path, field, 'belongs to the provider: a subscription has a name and ignores alone');
      return named && { ...common, provider: String(provider) };
    }
    const settings = this.#settings(given, path);
    return named && settings && { ...common, settings, ...(typeof paused === 'boolean' && { paused }) };
  }

  #settings(given: Entry, path: Path): ConnectionSettings | undefined {
    const { source, destinations } = given;
    const body = {
      ...given,
      ...(source !== undefined && { source: this.#withCredential(source, [...path, 'source']) }),
      ...(Array.isArray(destinations) && {
        destinations: destinations.map((one, at) => this.#withCredential(one, [...path, 'destinations', at])),
      }),
    };
    const settings = this.#validated(() => validated(ConnectionBody, body, { from: 'body' }), path);
    if (!settings) return undefined;
    this.#checkConfig(settings.source, 'source', path);
    for (const [at, one] of (settings.destinations ?? []).entries())
      this.#checkConfig(one, `destinations[${at}]`, path);
    return settings;
  }

  /** `credential: name` in place of an id. */
  #withCredential(value: unknown, path: Path): unknown {
    if (!isJsonObject(value) || !('credential' in value)) return value;
    const { credential, ...others } = value;
    if (typeof credential === 'string' && !('credentialId' in value))
      return { ...others, credentialId: byName(credential) };
    const message = '`credential` must be the name of a credential, in place of `credentialId`';
    this.faults.push({ path: [...path, 'credential'], message });
    return others;
  }

  /** Connectors that only the installation knows are checked there. */
  #checkConfig({ connector, config }: ConnectionSettings['source'], field: string, path: Path): void {
    const manifest = connectors.get(connector)?.manifest;
    for (const { field: inner, message } of manifest ? configProblems(manifest, config) : [])
      this.#refuse(path, inner ? `${field}.config.${inner}` : `${field}.config`, message);
  }

  #rules(value: unknown, path: Path): readonly DeclaredRule[] | undefined {
    if (!Array.isArray(value)) return void this.faults.push({ path, message: '`ignores` must be a list' });
    return value.flatMap(
      (one: unknown, at) => this.#validated(() => validated(RuleBody, one, { from: 'body' }), [...path, at]) ?? [],
    );
  }

  #validated<T>(validate: () => T, path: Path): T | undefined {
    try {
      return validate();
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      this.faults.push(...faultsAt(path, error.details.fields ?? [], error.message));
      return undefined;
    }
  }

  #named({ name, id }: Entry, path: Path): Pick<Declared, 'name' | 'id'> | undefined {
    const isNamed = typeof name === 'string' && name.trim() === name && name !== '';
    if (!isNamed) this.#refuse(path, 'name', 'must be text that is not empty');
    if (id !== undefined && typeof id !== 'string') this.#refuse(path, 'id', 'must be text');
    return isNamed ? { name, ...(typeof id === 'string' && { id }) } : undefined;
  }

  #assertUnique(items: readonly Declared[], field: 'id' | 'name'): void {
    const seen = new Set<string>();
    for (const { path, [field]: value } of items) {
      if (value === undefined) continue;
      if (seen.has(value)) this.#refuse(path, field, `is declared twice: ${JSON.stringify(value)}`);
      seen.add(value);
    }
  }

  #refuse(path: Path, field: string, says: string): void {
    this.faults.push({ path: [...path, ...partsOf(field)], message: `\`${field}\` ${says}` });
  }
}

const unknown = (path: Path, field: string): Fault => ({ path, message: `\`${field}\` is not a known field` });

/** Problems of a part of the file, at its lines. */
export const faultsAt = (path: Path, fields: readonly FieldProblem[], message: string): readonly Fault[] =>
  fields.length === 0
    ? [{ path, message }]
    : fields.map((one) => ({ path: [...path, ...partsOf(one.field)], message: one.message }));
