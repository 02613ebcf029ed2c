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
import { sleep, uuidv5 } from '@tidemark/foundation';
import { instantOf } from '@tidemark/foundation/instant';
import type { EventStore } from '@tidemark/event-store';
import type { View } from '@tidemark/read-model';
import { credentialFaults, type CredentialData } from '@tidemark/resilience';
import type { CredentialRecord, Vault } from '@tidemark/vault';
import { CommandClient } from '../../edge/command-client.js';
import { KeyedRequests } from '../../edge/keyed-requests.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { OpenVault } from '../../edge/open-vault.js';

const LOOK_MS = 50;
const LOOKS = 100;
/** Connections that an error names. */
const NAMED = 5;

type Settings = Partial<Pick<CreateConnection, 'source' | 'destinations'>>;

/** The caller's stored credentials, for HTTP and gRPC. What comes in leaves this process only sealed. */
@Injectable()
export class Credentials {
  readonly #open: OpenVault;
  readonly #keyed: KeyedRequests;
  readonly #commands: CommandClient;
  readonly #connections: View<ConnectionDocument>;
  readonly #eventStore: EventStore;

  constructor(open: OpenVault, keyed: KeyedRequests, commands: CommandClient, { readModel, eventStore }: Ports) {
    this.#eventStore = eventStore;
    this.#commands = commands;
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
  async replace(context: CommandContext, id: string, secrets: CredentialSecrets): Promise<CredentialView> {
    const { tenant } = context;
    const { connector } = orNotFound(await this.#vault.get(tenant, parseId(id)));
    const manifest = connectors.get(connector)?.manifest;
    const replaced = found(await this.#vault.replace(tenant, parseId(id), dataOf(secrets, manifest)));
    await this.reauthorized(context, replaced.id);
    return replaced;
  }

  /** Whether the stored secrets are these, tokens aside. @throws TidemarkError NOT_FOUND · VALIDATION_FAILED */
  async compare({ tenant }: CommandContext, id: string, secrets: CredentialSecrets): Promise<CredentialComparison> {
    const { connector } = orNotFound(await this.#vault.get(tenant, parseId(id)));
    const data = dataOf(secrets, connectors.get(connector)?.manifest);
    return { same: await this.#vault.holds(tenant, parseId(id), data) };
  }

  /** @throws TidemarkError NOT_FOUND · CONFLICT while connections use it, with their names · READ_MODEL_UNAVAILABLE */
  async remove({ tenant }: CommandContext, id: string): Promise<void> {
    const credentialId = parseId(id);
    orNotFound(await this.#vault.get(tenant, credentialId));
    await this.#assertCurrent();
    const users = (await this.#usersOf(tenant, credentialId)).map(({ name }) => name);
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

  /**
   * The one of a connection's credentials that a user authorises, or the wanted one of several.
   * @throws TidemarkError VALIDATION_FAILED
   */
  async authorizableOf({ tenant }: CommandContext, used: readonly string[], wanted?: string): Promise<string> {
    const records = await Promise.all([...new Set(used)].map((id) => this.#vault.get(tenant, id)));
    const ids = records.flatMap((one) => (one?.kind === 'oauth2-authorization-code' ? [one.id] : []));
    const [only] = ids;
    if (only === undefined)
      throw invalid([problem('credentialId', 'the connection has no credential of kind oauth2-authorization-code')]);
    if (wanted === undefined && ids.length === 1) return only;
    if (wanted !== undefined && ids.includes(wanted)) return wanted;
    throw invalid([problem('credentialId', `must be one of ${ids.join(', ')}`)]);
  }

  /** It was authorised or replaced: connections that were revoked because of it are active again. */
  async reauthorized(context: CommandContext, id: string): Promise<void> {
    for (const { id: connectionId } of await this.#usersOf(context.tenant, id))
      await this.#commands
        .ask('job-coordinator', 'reauthorize-connection', context, { connectionId })
        .catch((error: unknown) => {
          if (!(error instanceof TidemarkError) || error.code !== 'NOT_FOUND') throw error;
        });
  }

  /** The connection is removed. */
  forget({ tenant }: CommandContext, connectionId: string): Promise<void> {
    return this.#open.forget(tenant, connectionId);
  }

  /** Waits until the list of connections has every one that was created before. @throws TidemarkError READ_MODEL_UNAVAILABLE */
  async #assertCurrent(): Promise<void> {
    const head = await this.#eventStore.head();
    for (let looks = 0; (await this.#connections.position()) < head; looks++) {
      if (looks === LOOKS)
        throw new TidemarkError('READ_MODEL_UNAVAILABLE', 'the list of connections is behind: try again later');
      await sleep(LOOK_MS);
    }
  }

  async #usersOf(tenant: string, id: string): Promise<readonly ConnectionDocument[]> {
    const users: ConnectionDocument[] = [];
    for await (const connection of this.#connections.scan({ tenant })) {
      const { source, destinations = [] } = connection;
      if ([source, ...destinations].some(({ credentialId }) => credentialId === id)) users.push(connection);
    }
    return users;
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
