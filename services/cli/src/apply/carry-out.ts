import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionView, CredentialView } from '@tidemark/contracts';
import { path, type Api } from '../api/api.js';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import { listConnections, listRules } from './current.js';
import { nameIn, type ConnectionSettings, type DeclaredConnection, type DeclaredCredential } from './declaration.js';
import type { Step, Target } from './plan.js';

/** Lists that lag behind are waited for, for as long. */
const SETTLED_MS = 10_000;
const POLL_MS = 100;

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Carries out the steps of a plan in order; each can be repeated after a crash, or beside other callers. */
export class Changes {
  /** Ids of what was made, by name. */
  readonly #credentials = new Map<string, string>();
  readonly #connections = new Map<string, string>();
  readonly #updated = new Map<string, string>();
  readonly #ruled = new Map<string, string>();

  constructor(private readonly api: Api) {}

  async carryOut(step: Step): Promise<void> {
    const { api } = this;
    switch (step.kind) {
      case 'credential':
        if (step.action === 'create') return this.#createCredential(step.declared);
        if (step.action === 'change')
          return void (await api.put(path`v1/credentials/${step.id}`, step.declared.secrets));
        return this.#remove(path`v1/credentials/${step.id}`);
      case 'connection':
        if (step.action === 'create') return this.#createConnection(step.declared);
        if (step.action === 'change') return this.#changeConnection(step.id, step.to.body, step.to.paused);
        if (step.provider === null) return this.#remove(path`v1/connections/${step.id}`);
        return this.#remove(path`v1/providers/${step.provider}/subscription`);
      case 'rule': {
        const id = this.#idOf(step.connection);
        if (step.action === 'remove') return this.#remove(path`v1/connections/${id}/ignores/${step.id}`);
        const rule = await api.post<{ readonly id: string }>(path`v1/connections/${id}/ignores`, step.rule);
        this.#ruled.set(id, rule.id);
      }
    }
  }

  /** Resolves once lists show what was made and changed: a next plan begins with it. */
  async settled(signal: AbortSignal): Promise<void> {
    const until = Date.now() + SETTLED_MS;
    while (!(await this.#isShown()) && Date.now() < until) await pause(POLL_MS, undefined, { signal });
  }

  async #isShown(): Promise<boolean> {
    if (this.#updated.size > 0) {
      const listed = new Map((await listConnections(this.api)).map(({ id, updatedAt }) => [id, updatedAt]));
      for (const [id, updatedAt] of this.#updated) if ((listed.get(id) ?? '') < updatedAt) return false;
    }
    for (const [connection, rule] of this.#ruled)
      if (!(await listRules(this.api, connection)).some(({ id }) => id === rule)) return false;
    return true;
  }

  async #createCredential({ name, connector, secrets }: DeclaredCredential): Promise<void> {
    const body = { name, connector, ...secrets };
    const find = async () => {
      const { data } = await this.api.get<{ readonly data: readonly CredentialView[] }>('v1/credentials');
      return data.find((one) => one.name === name);
    };
    const { id, isNew } = await this.#once<CredentialView>('credential', name, 'v1/credentials', body, find);
    this.#credentials.set(name, id);
    if (isNew) return;
    const { same } = await this.api.post<{ readonly same: boolean }>(path`v1/credentials/${id}/compare`, secrets);
    if (!same) throw madeMeanwhile('credential', name);
  }

  async #createConnection({ name, settings, provider, paused }: DeclaredConnection): Promise<void> {
    if (provider !== undefined) {
      const made = await this.api.post<ConnectionView>(path`v1/providers/${provider}/subscription`, { name });
      return this.#note(made);
    }
    const find = async (known: string | undefined) =>
      known === undefined
        ? undefined
        : await this.#orGone(() => this.api.get<ConnectionView>(path`v1/connections/${known}`));
    const body = this.#withIds(settings!);
    const { id } = await this.#once<ConnectionView>('connection', name, 'v1/connections', body, find);
    this.#note(await this.api.get<ConnectionView>(path`v1/connections/${id}`));
    if (paused !== undefined) await this.#pause(id, paused);
  }

  async #changeConnection(id: string, body: Partial<ConnectionSettings>, paused: boolean | undefined): Promise<void> {
    if (Object.keys(body).length > 0)
      this.#note(await this.api.patch<ConnectionView>(path`v1/connections/${id}`, this.#withIds(body)));
    if (paused !== undefined) await this.#pause(id, paused);
  }

  async #pause(id: string, paused: boolean): Promise<void> {
    this.#note(
      await this.api.post<ConnectionView>(`v1/connections/${encodeURIComponent(id)}/${paused ? 'pause' : 'resume'}`),
    );
  }

  #note({ id, name, updatedAt }: ConnectionView): void {
    this.#connections.set(name, id);
    this.#updated.set(id, updatedAt);
  }

  /**
   * Two that apply the same name at once make one thing. A key whose thing was removed, or renamed, is used up: then the
   * next one. @throws CliError when another caller has made another thing of this name
   */
  async #once<Made extends Named>(
    kind: string,
    name: string,
    address: string,
    body: object,
    find: (id: string | undefined) => Promise<Named | undefined>,
  ): Promise<{ readonly id: string; readonly isNew: boolean }> {
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
    for (let generation = 0; ; generation++) {
      try {
        const made = await this.api.post<Made>(address, body, {
          'idempotency-key': `apply-${kind}-${hash}-${generation}`,
        });
        return { id: made.id, isNew: true };
      } catch (error) {
        const isUsed =
          error instanceof CliError && (error.code === 'DUPLICATE_REQUEST' || error.code === 'IDEMPOTENCY_KEY_REUSED');
        if (!isUsed) throw error;
        const found = await find(error.details.id);
        if (!found || found.name !== name) continue;
        if (error.code === 'IDEMPOTENCY_KEY_REUSED') throw madeMeanwhile(kind, name);
        return { id: found.id, isNew: false };
      }
    }
  }

  /** With the ids of credentials that were made. */
  #withIds<Settings extends Partial<ConnectionSettings>>(settings: Settings): Settings {
    const resolve = <Part extends { readonly credentialId?: string }>(part: Part): Part => {
      const name = part.credentialId === undefined ? undefined : nameIn(part.credentialId);
      return name === undefined ? part : { ...part, credentialId: this.#credentials.get(name)! };
    };
    const { source, destinations } = settings;
    return {
      ...settings,
      ...(source && { source: resolve(source) }),
      ...(destinations && { destinations: destinations.map(resolve) }),
    };
  }

  #idOf(target: Target): string {
    return 'id' in target ? target.id : this.#connections.get(target.name)!;
  }

  /** Another caller may have removed it. */
  async #remove(address: string): Promise<void> {
    await this.#orGone(() => this.api.delete(address));
  }

  async #orGone<T>(call: () => Promise<T>): Promise<T | undefined> {
    return call().catch((error: unknown) => {
      if (error instanceof CliError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    });
  }
}

const madeMeanwhile = (kind: string, name: string): CliError =>
  new CliError(
    exitCodes.conflict,
    'CONFLICT',
    `a ${kind} ${JSON.stringify(name)} was made meanwhile, with other settings: run it again to see what differs`,
  );
