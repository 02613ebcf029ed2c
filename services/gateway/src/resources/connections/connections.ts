import { Injectable } from '@nestjs/common';
import {
  invalid,
  publicPart,
  TidemarkError,
  views,
  type ChangeObject,
  type CommandContext,
  type ConnectionDocument,
  type ConnectionObject,
  type ConnectionObjects,
  type ConnectionView,
  type CreateConnection,
  type CursorView,
  type Preview,
  type TestConnection,
  type ValidatedConnection,
} from '@tidemark/contracts';
import { connectors } from '@tidemark/connectors';
import { pipelineFor, pipelines } from '@tidemark/pipelines';
import type { View } from '@tidemark/read-model';
import type { RecordStore } from '@tidemark/record-store';
import { CommandClient } from '../../edge/command-client.js';
import { partOf, viewPage, type ViewPage } from '../../edge/paging.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Credentials } from '../credentials/credentials.js';
import type {
  ConnectionsQuery,
  CreateConnectionBody,
  PreviewBody,
  ResetConnectionBody,
  TestConnectionBody,
  UpdateConnectionBody,
} from './connections.dto.js';

/** Verbs without other input than the connection. */
export type ConnectionVerb = 'pause' | 'resume' | 'disconnect' | 'reconnect' | 'reauthorize';

/** The runner answers within ten seconds. */
const TEST_MS = 14_000;

/** Commands and queries about connections, for HTTP and gRPC. */
@Injectable()
export class Connections {
  readonly #view: View<ConnectionDocument>;
  readonly #commands: CommandClient;
  readonly #records: RecordStore;
  readonly #credentials: Credentials;

  constructor(commands: CommandClient, credentials: Credentials, { readModel, records }: Ports) {
    this.#credentials = credentials;
    this.#records = records;
    this.#commands = commands;
    this.#view = readModel.view<ConnectionDocument>(views.connections);
  }

  /** @throws TidemarkError VALIDATION_FAILED, also for what is wrong outside · SERVICE_UNAVAILABLE */
  async create(
    context: CommandContext,
    { check = true, ...input }: CreateConnectionBody,
    idempotencyKey?: string,
  ): Promise<ConnectionView> {
    await this.#credentials.assertUsable(context, input);
    const request = { ...input, idempotencyKey };
    if (check && writes(input)) await this.#assertWorks(context, request);
    return this.#commands.ask('job-coordinator', 'create-connection', context, request);
  }

  /** Tries a source and destinations; nothing is written. @throws TidemarkError SERVICE_UNAVAILABLE when no runner answers */
  async test(context: CommandContext, input: TestConnectionBody): Promise<Preview> {
    await this.#credentials.assertUsable(context, input);
    return this.#try(context, input);
  }

  /** The first records of the source as the connection's destinations would get them. @throws as `test` · NOT_FOUND */
  async preview(context: CommandContext, id: string, input: PreviewBody): Promise<Preview> {
    const { source, destinations } = await this.get(context, id);
    return this.#try(context, { ...input, connectionId: id, source, ...(destinations && { destinations }) });
  }

  get(context: CommandContext, id: string): Promise<ConnectionView> {
    return this.#ask('get-connection', context, id);
  }

  async update(context: CommandContext, id: string, changes: UpdateConnectionBody): Promise<ConnectionView> {
    await this.#credentials.assertUsable(context, changes);
    return this.#ask('update-connection', context, id, changes);
  }

  change(context: CommandContext, id: string, verb: ConnectionVerb): Promise<ConnectionView> {
    return this.#ask(`${verb}-connection`, context, id);
  }

  reset(context: CommandContext, id: string, input: ResetConnectionBody): Promise<ConnectionView> {
    return this.#ask('reset-connection', context, id, input);
  }

  /** With its synced objects, its failed rows, and what it keeps for mirrors. */
  async remove(context: CommandContext, id: string): Promise<void> {
    const removed = await this.#ask('remove-connection', context, id).catch((error: TidemarkError) => error);
    // Of one that is gone as well: a removal that was cut short is completed by its repetition.
    const isGone = !(removed instanceof TidemarkError) || removed.code === 'NOT_FOUND';
    if (isGone) {
      await this.#records.remove({ tenant: context.tenant, connectionId: parseId(id) });
      await this.#credentials.forget(context, parseId(id));
    }
    if (removed instanceof Error) throw removed;
  }

  cursor(context: CommandContext, id: string): Promise<CursorView> {
    return this.#ask('get-cursor', context, id);
  }

  objects(context: CommandContext, id: string): Promise<ConnectionObjects> {
    return this.#ask('list-objects', context, id);
  }

  changeObject(
    context: CommandContext,
    id: string,
    object: string,
    change: ChangeObject['change'],
  ): Promise<ConnectionObject> {
    return this.#ask('change-object', context, id, { object, change });
  }

  /** The newest first. */
  async list({ tenant }: CommandContext, query: ConnectionsQuery): Promise<ViewPage<ConnectionView>> {
    const where = { tenant, ...(query.state && { state: { in: query.state } }) };
    const found = await this.#view.query({ where, sort: [['createdAt', 'desc']], ...partOf(query) });
    return viewPage(query, found, (document) => publicPart(document, views.connections));
  }

  /**
   * Lists by connection do not check that it exists: an empty one may belong to a connection that does not
   * exist. @throws TidemarkError NOT_FOUND
   */
  async assertExists(context: CommandContext, id: string): Promise<void> {
    await this.get(context, id);
  }

  async #assertWorks(context: CommandContext, request: Omit<CreateConnection, 'tenant'>): Promise<void> {
    const { isCreated } = await this.#commands.ask<ValidatedConnection>(
      'job-coordinator',
      'validate-connection',
      context,
      request,
    );
    // Of an earlier request with the same key: it stays as it is, whatever works now.
    if (isCreated) return;
    const { source, destinations } = request;
    const { problems } = await this.#try(context, { source, ...(destinations && { destinations }), limit: 0 });
    if (problems.length > 0) throw invalid(problems);
  }

  #try(context: CommandContext, input: Omit<TestConnection, 'tenant'>): Promise<Preview> {
    return this.#commands.ask('connector-runner', 'test-connection', context, input, { timeoutMs: TEST_MS });
  }

  #ask<R>(verb: string, context: CommandContext, id: string, data: object = {}): Promise<R> {
    return this.#commands.ask('job-coordinator', verb, context, { ...data, connectionId: parseId(id) });
  }
}

/** What reads documents alone is checked by its first job. */
const writes = ({ source, pipeline }: Pick<CreateConnectionBody, 'source' | 'pipeline'>): boolean =>
  pipelineFor(pipelines, { ...(pipeline !== undefined && { pipeline }) }, connectors.get(source.connector)?.manifest)
    ?.writes === true;
