import {
  providerIdOf,
  UpdateConnection,
  type ConnectionView,
  type CredentialView,
  type AddIgnoreRule,
  type IgnoreRule,
} from '@tidemark/contracts';
import { fieldsOf } from '@tidemark/contracts/fields';
import { canonicalJson } from '@tidemark/foundation/json';
import { path, type Api } from '../api/api.js';
import { listRules, type Current } from './current.js';
import {
  nameIn,
  type ConnectionSettings,
  type Declaration,
  type DeclaredConnection,
  type DeclaredCredential,
  type DeclaredRule,
} from './declaration.js';
import type { Fault, Path } from './declaration-file.js';
import { differences, isSame } from './differences.js';

/** One thing that is made, changed or removed. */
export type Step = {
  /** In the file; absent: it is not there. */
  readonly path?: Path;
  readonly name: string;
  /** One line for each value that differs. */
  readonly changes: readonly string[];
} & (
  | { readonly kind: 'credential'; readonly action: 'create'; readonly declared: DeclaredCredential }
  | {
      readonly kind: 'credential';
      readonly action: 'change';
      readonly id: string;
      readonly declared: DeclaredCredential;
    }
  | { readonly kind: 'connection'; readonly action: 'create'; readonly declared: DeclaredConnection }
  | { readonly kind: 'connection'; readonly action: 'change'; readonly id: string; readonly to: ConnectionChanges }
  | { readonly kind: 'rule'; readonly action: 'create'; readonly connection: Target; readonly rule: DeclaredRule }
  | { readonly kind: 'rule'; readonly action: 'remove'; readonly connection: Target; readonly id: string }
  | { readonly kind: 'connection'; readonly action: 'remove'; readonly id: string; readonly provider: string | null }
  | { readonly kind: 'credential'; readonly action: 'remove'; readonly id: string }
);

/** A connection that is there, or that an earlier step makes. */
export type Target = { readonly id: string } | { readonly name: string };

export interface ConnectionChanges {
  readonly body: Partial<ConnectionSettings>;
  readonly paused?: boolean;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly unchanged: number;
  /** Removed only with `--prune`. */
  readonly undeclared: readonly Step[];
  /** What the declaration cannot mean. */
  readonly faults: readonly Fault[];
}

/** What the API sets where a declaration says nothing. */
const defaults: Partial<ConnectionSettings> = {
  ...{ destinations: [], policies: {}, schedule: { every: 'manual' }, whenBusy: 'queue' },
};
/** Fields of a connection that can be changed, as the API has them. */
const changeable = [...fieldsOf(UpdateConnection).keys()].filter(
  (field) => field !== 'tenant' && field !== 'connectionId',
) as readonly (keyof ConnectionSettings)[];

export async function planOf(api: Api, declaration: Declaration, current: Current): Promise<Plan> {
  const planner = new Planner(api, declaration, current);
  for (const declared of declaration.credentials ?? []) await planner.credential(declared);
  for (const declared of declaration.connections ?? []) await planner.connection(declared);
  return planner.plan();
}

class Planner {
  readonly #steps: Step[] = [];
  readonly #undeclared: Step[] = [];
  readonly #faults: Fault[] = [];
  readonly #kept = new Set<string>();
  #unchanged = 0;

  constructor(
    private readonly api: Api,
    private readonly declaration: Declaration,
    private readonly current: Current,
  ) {}

  plan(): Plan {
    const { connections, credentials } = this.current;
    if (this.declaration.connections)
      for (const { id, name, source } of connections.filter((one) => !this.#kept.has(one.id)))
        this.#undeclared.push({
          kind: 'connection',
          action: 'remove',
          name,
          id,
          provider: providerIdOf(source),
          changes: [],
        });
    if (this.declaration.credentials)
      for (const { id, name } of credentials.filter((one) => !this.#kept.has(one.id)))
        this.#undeclared.push({ kind: 'credential', action: 'remove', name, id, changes: [] });
    return { steps: this.#steps, unchanged: this.#unchanged, undeclared: this.#undeclared, faults: this.#faults };
  }

  async credential(declared: DeclaredCredential): Promise<void> {
    const { path: at, name, connector, kind, secrets } = declared;
    const known = this.#find('credential', declared, this.current.credentials);
    if (known === 'ambiguous') return;
    if (!known) {
      if (!secrets)
        return this.#refuse(
          at,
          `the credential ${JSON.stringify(name)} does not exist, and the file has none of its fields`,
        );
      this.#steps.push({
        kind: 'credential',
        action: 'create',
        path: at,
        name,
        declared,
        changes: [`${connector}, ${kind}`],
      });
      return;
    }
    this.#kept.add(known.id);
    if (known.name !== name)
      return this.#refuse(
        [...at, 'name'],
        `\`name\` cannot be changed: credential ${known.id} is called ${JSON.stringify(known.name)}`,
      );
    if (known.connector !== connector)
      return this.#refuse(
        [...at, 'connector'],
        `\`connector\` cannot be changed: the credential is for ${known.connector}; declare another one`,
      );
    if (!secrets || (known.kind === kind && (await this.#holds(known, secrets)))) return this.#same();
    const what = known.kind === kind ? 'new secrets' : `kind: ${known.kind} → ${kind}`;
    this.#steps.push({ kind: 'credential', action: 'change', path: at, name, id: known.id, declared, changes: [what] });
  }

  async connection(declared: DeclaredConnection): Promise<void> {
    const { path: at, name, ignores } = declared;
    const settings = declared.settings && this.#resolved(declared.settings, at);
    const listed = this.#find('connection', declared, this.current.connections);
    if (listed === 'ambiguous') return;
    if (!listed) {
      this.#steps.push({
        kind: 'connection',
        action: 'create',
        path: at,
        name,
        declared: { ...declared, ...(settings && { settings }) },
        changes: [],
      });
      for (const rule of ignores ?? []) this.#addRule({ name }, name, rule, at);
      return;
    }
    this.#kept.add(listed.id);
    const known = await this.api.get<ConnectionView>(path`v1/connections/${listed.id}`);
    this.#changes(declared, settings, known);
    if (ignores) await this.#rules(declared, known.id, ignores);
  }

  #changes(
    { path: at, name, provider, paused }: DeclaredConnection,
    settings: ConnectionSettings | undefined,
    known: ConnectionView,
  ): void {
    if ((provider ?? null) !== providerIdOf(known.source))
      return this.#refuse(
        at,
        `the connection ${JSON.stringify(name)} exists with another source: a subscription and its provider cannot be changed; remove it first`,
      );
    if (settings?.pipeline !== undefined && settings.pipeline !== known.pipeline)
      return this.#refuse(
        [...at, 'pipeline'],
        `\`pipeline\` cannot be changed: it is ${known.pipeline}; declare another connection`,
      );
    const wanted = settings ? { ...defaults, ...settings } : { name };
    const differing = changeable.filter(
      (field) => field in wanted && !isSame(known[field as keyof ConnectionView], wanted[field as keyof typeof wanted]),
    );
    const body: Partial<ConnectionSettings> = Object.fromEntries(
      differing.map((field) => [field, wanted[field as keyof typeof wanted]]),
    );
    const lines = differing.flatMap((field) =>
      differences(this.#readable(known[field as keyof ConnectionView]), this.#readable(body[field]), field),
    );
    const isPausing = paused !== undefined && paused !== known.paused;
    const { source } = body;
    const isReset = source && !isSame([known.source.connector, known.source.config], [source.connector, source.config]);
    const changes = [
      ...lines,
      ...(isPausing ? [`paused: ${known.paused} → ${paused}`] : []),
      ...(isReset ? ['its cursor is dropped: the next sync reads from the beginning'] : []),
    ];
    if (changes.length === 0) return this.#same();
    const to = { body, ...(isPausing && { paused }) };
    this.#steps.push({ kind: 'connection', action: 'change', path: at, name, id: known.id, to, changes });
  }

  /** A rule is what it matches; with another reason or end it takes the place of the one before. */
  async #rules({ path: at, name }: DeclaredConnection, id: string, wanted: readonly DeclaredRule[]): Promise<void> {
    const known = await listRules(this.api, id);
    const unmatched = new Set(known);
    for (const rule of wanted) {
      const same = known.find((one) => unmatched.has(one) && isSame(ruleOf(one), ruleOf(rule)));
      if (same) {
        unmatched.delete(same);
        this.#same();
      } else this.#addRule({ id }, name, rule, at);
    }
    const replaced = new Set(wanted.map(matchOf));
    for (const rule of unmatched) {
      const step: Step = {
        kind: 'rule',
        action: 'remove',
        connection: { id },
        id: rule.id,
        name,
        changes: [ruleText(rule)],
      };
      if (replaced.has(matchOf(rule))) this.#steps.push(step);
      else this.#undeclared.push(step);
    }
  }

  #addRule(connection: Target, name: string, rule: DeclaredRule, at: Path): void {
    this.#steps.push({ kind: 'rule', action: 'create', connection, rule, path: at, name, changes: [ruleText(rule)] });
  }

  async #holds({ id }: CredentialView, secrets: object): Promise<boolean> {
    return (await this.api.post<{ readonly same: boolean }>(path`v1/credentials/${id}/compare`, secrets)).same;
  }

  /** The settings with ids in place of the names of credentials that are there; those that are made keep their names. */
  #resolved(settings: ConnectionSettings, at: Path): ConnectionSettings {
    const resolve = <Part extends { readonly credentialId?: string }>(part: Part, field: Path): Part => {
      const name = part.credentialId === undefined ? undefined : nameIn(part.credentialId);
      if (name === undefined) return part;
      const found = this.current.credentials.filter((one) => one.name === name);
      const declared = this.declaration.credentials?.find((one) => one.name === name && one.id !== undefined);
      const id = declared?.id ?? (found.length === 1 ? found[0]!.id : undefined);
      if (id !== undefined) return { ...part, credentialId: id };
      const isMade = found.length === 0 && this.declaration.credentials?.some((one) => one.name === name);
      if (!isMade) {
        const says =
          found.length === 0
            ? 'is not the name of a credential'
            : `is the name of ${found.length} credentials: use \`credentialId\``;
        this.#refuse(
          [...at, ...field, 'credential'],
          `\`${[...field, 'credential'].join('.')}\` ${says}: ${JSON.stringify(name)}`,
        );
      }
      return part;
    };
    const { source, destinations } = settings;
    return {
      ...settings,
      source: resolve(source, ['source']),
      ...(destinations && { destinations: destinations.map((one, index) => resolve(one, ['destinations', index])) }),
    };
  }

  /** With names of credentials in place of ids. */
  #readable(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#readable(one));
    if (typeof value !== 'object' || value === null || !('credentialId' in value)) return value;
    const { credentialId, ...others } = value as { credentialId: string };
    const name = nameIn(credentialId) ?? this.current.credentials.find(({ id }) => id === credentialId)?.name;
    return { ...others, credential: name ?? credentialId };
  }

  #find<Item extends { readonly id: string; readonly name: string }>(
    kind: string,
    { path: at, id, name }: { readonly path: Path; readonly id?: string; readonly name: string },
    items: readonly Item[],
  ): Item | 'ambiguous' | undefined {
    const found = items.filter((one) => (id === undefined ? one.name === name : one.id === id));
    if (id !== undefined && found.length === 0) {
      this.#refuse([...at, 'id'], `\`id\` is not the id of a ${kind}: ${id}`);
      return 'ambiguous';
    }
    if (found.length < 2) return found[0];
    for (const one of found) this.#kept.add(one.id);
    this.#refuse(
      [...at, 'name'],
      `\`name\` is that of ${found.length} ${kind}s: add an \`id\`, one of ${found.map((one) => one.id).join(', ')}`,
    );
    return 'ambiguous';
  }

  #same(): void {
    this.#unchanged += 1;
  }

  #refuse(at: Path, message: string): void {
    this.#faults.push({ path: at, message });
  }
}

type AnyRule = DeclaredRule | IgnoreRule;

const matchFields = ['rule', 'operation', 'pointer', 'changeId'] as const satisfies readonly (keyof AddIgnoreRule)[];
const matchOf = (rule: AnyRule): string => canonicalJson(matchFields.map((field) => rule[field] ?? null));
const ruleOf = (rule: AnyRule) => [matchOf(rule), rule.reason, rule.until ?? null];

const ruleText = (rule: AnyRule): string =>
  `${matchFields.flatMap((field) => (rule[field] === undefined ? [] : [`${field} ${rule[field]}`])).join(', ')} (${rule.reason})`;
