import { Injectable } from '@nestjs/common';
import type { Manifest } from '@tidemark/connector-sdk/manifest';
import { connectors } from '@tidemark/connectors';
import {
  invalid,
  problem,
  TidemarkError,
  views,
  type CommandContext,
  type ConnectionDocument,
  type CreateCredential,
  type CreateConnection,
  type CredentialComparison,
  type CredentialList,
  type CredentialSecrets,
  type CredentialView,
  type FieldProblem,
} from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/foundation';
import { instantOf } from '@tidemark/foundation/instant';
import type { View } from '@tidemark/read-model';
import { credentialFaults, type CredentialData } from '@tidemark/resilience';
import type { CredentialRecord, Vault } from '@tidemark/vault';
import { KeyedRequests } from '../../edge/keyed-requests.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { OpenVault } from '../../edge/open-vault.js';

/** Connections that an error names. */
const NAMED = 5;

type Settings = Partial<Pick<CreateConnection, 'source' | 'destinations'>>;

/** The caller's stored credentials, for HTTP and gRPC. What comes in leaves this process only sealed. */
@Injectable()
export class Credentials {
  readonly #open: OpenVault;
  readonly #keyed: KeyedRequests;
  readonly #connections: View<ConnectionDocument>;

  constructor(open: OpenVault, keyed: KeyedRequests, { readModel }: Ports) {
    this.#open = open;
    this.#keyed = keyed;
    this.#connections = readModel.view<ConnectionDocument>(views.connections);
  }

  /** @throws TidemarkError VALIDATION_FAILED · DUPLICATE_REQUEST · IDEMPOTENCY_KEY_REUSED · CREDENTIALS_UNAVAILABLE */
  async create(context: CommandContext, input: CreateCredential, key?: string): Promise<CredentialView> {
    const { name, connector, ...secrets } = input;
    const manifest = connectors.get(connector)?.manifest;
    if (!manifest) throw invalid([problem('connector', `must be one of ${[...connectors.keys()].join(', ')}`)]);
    const data = dataOf(secrets, manifest);
    const { tenant } = context;
    // Never the secrets, not even as a hash.
    const request = { key, operation: 'create-credential', body: { name, connector, kind: data.kind } };
    const id = key === undefined ? undefined : uuidv5('credential', tenant, key);
    return this.#keyed.complete(context, request, async () =>
      describe((await this.#vault.create(tenant, { name, connector, data }, id)).record),
    );
  }

  async list({ tenant }: CommandContext): Promise<CredentialList> {
    return { data: (await this.#vault.list(tenant)).map(describe) };
  }

  /** @throws TidemarkError NOT_FOUND */
  async get({ tenant }: CommandContext, id: string): Promise<CredentialView> {
    return found(await this.#vault.get(tenant, parseId(id)));
  }

  /** Replaces the secrets; running jobs use the new ones with their next request. @throws TidemarkError NOT_FOUND · VALIDATION_FAILED */
  async replace({ tenant }: CommandContext, id: string, secrets: CredentialSecrets): Promise<CredentialView> {
    const { connector } = orNotFound(await this.#vault.get(tenant, parseId(id)));
    const manifest = connectors.get(connector)?.manifest;
    const { webhookSecrets = await this.#vault.webhookSecrets(tenant, parseId(id)) } = secrets;
    const data = dataOf({ ...secrets, webhookSecrets }, manifest);
    return found(await this.#vault.replace(tenant, parseId(id), { data }));
  }

  /** Whether the stored secrets are these, tokens aside. @throws TidemarkError NOT_FOUND · VALIDATION_FAILED */
  async compare({ tenant }: CommandContext, id: string, secrets: CredentialSecrets): Promise<CredentialComparison> {
    const { connector } = orNotFound(await this.#vault.get(tenant, parseId(id)));
    const data = dataOf(secrets, connectors.get(connector)?.manifest);
    return { same: await this.#vault.holds(tenant, parseId(id), data) };
  }

  /** @throws TidemarkError NOT_FOUND · CONFLICT while connections use it, with their names */
  async remove({ tenant }: CommandContext, id: string): Promise<void> {
    const credentialId = parseId(id);
    orNotFound(await this.#vault.get(tenant, credentialId));
    const users = await this.#usersOf(tenant, credentialId);
    if (users.length > 0) {
      const more = users.length > NAMED ? ` and ${users.length - NAMED} more` : '';
      throw new TidemarkError(
        'CONFLICT',
        `connections use this credential: ${users.slice(0, NAMED).join(', ')}${more}; give them another one first`,
      );
    }
    await this.#vault.remove(tenant, credentialId);
  }

  /** Seals every tenant's credentials with the current key. @returns how many had another one */
  async rotateKey(): Promise<{ readonly sealed: number }> {
    return { sealed: await this.#vault.rotateKeys() };
  }

  /** @throws TidemarkError VALIDATION_FAILED when a connection names a credential that it cannot use */
  async assertUsable({ tenant }: CommandContext, { source, destinations = [] }: Settings): Promise<void> {
    const named = [
      { field: 'source', settings: source },
      ...destinations.map((settings, at) => ({ field: `destinations[${at}]`, settings })),
    ];
    const problems: FieldProblem[] = [];
    for (const { field, settings } of named) {
      if (settings?.credentialId === undefined) continue;
      const wrong = problemOf(await this.#vault.get(tenant, settings.credentialId), settings.connector);
      if (wrong) problems.push(problem(`${field}.credentialId`, wrong));
    }
    if (problems.length > 0) throw invalid(problems);
  }

  async #usersOf(tenant: string, id: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { name, source, destinations = [] } of this.#connections.scan({ tenant }))
      if ([source, ...destinations].some(({ credentialId }) => credentialId === id)) names.push(name);
    return names;
  }

  get #vault(): Vault {
    return this.#open.vault;
  }
}

/** @throws TidemarkError VALIDATION_FAILED with the fields at fault */
function dataOf({ parameter, ...secrets }: CredentialSecrets, manifest: Manifest | undefined): CredentialData {
  const data = { ...secrets, ...(parameter !== undefined && { name: parameter }) };
  const faults = credentialFaults(data);
  if (faults.length > 0)
    throw invalid(faults.map(({ field, message }) => problem(field === 'name' ? 'parameter' : field, message)));
  if (manifest && !manifest.auth.includes(secrets.kind))
    throw invalid([problem('kind', `must be one that ${manifest.name} accepts: ${acceptedBy(manifest)}`)]);
  return data as unknown as CredentialData;
}

function problemOf(record: CredentialRecord | undefined, connector: string): string | undefined {
  if (!record) return 'must be the id of a stored credential';
  return record.connector === connector
    ? undefined
    : `must be one for ${connector}; this one is for ${record.connector}`;
}

const acceptedBy = ({ auth }: Manifest) => auth.filter((kind) => kind !== 'none').join(', ') || 'none';

function orNotFound(record: CredentialRecord | undefined): CredentialRecord {
  if (!record) throw new TidemarkError('NOT_FOUND', 'no such credential');
  return record;
}

const found = (record: CredentialRecord | undefined): CredentialView => describe(orNotFound(record));

const describe = ({ createdAt, updatedAt, ...record }: CredentialRecord): CredentialView => ({
  ...record,
  createdAt: instantOf(createdAt),
  updatedAt: instantOf(updatedAt),
});
