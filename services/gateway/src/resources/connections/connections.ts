import { Injectable } from '@nestjs/common';
import {
  publicPart,
  TidemarkError,
  views,
  type CommandContext,
  type ConnectionDocument,
  type ConnectionView,
  type CursorView,
} from '@tidemark/contracts';
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
  ResetConnectionBody,
  UpdateConnectionBody,
} from './connections.dto.js';

/** Verbs without other input than the connection. */
export type ConnectionVerb = 'pause' | 'resume' | 'disconnect' | 'reconnect' | 'reauthorize';

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

  async create(context: CommandContext, input: CreateConnectionBody, idempotencyKey?: string): Promise<ConnectionView> {
    await this.#credentials.assertUsable(context, input);
    return this.#commands.ask('job-coordinator', 'create-connection', context, { ...input, idempotencyKey });
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
    if (isGone) await this.#records.remove({ tenant: context.tenant, connectionId: parseId(id) });
    if (removed instanceof Error) throw removed;
  }

  cursor(context: CommandContext, id: string): Promise<CursorView> {
    return this.#ask('get-cursor', context, id);
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

  #ask<R>(verb: string, context: CommandContext, id: string, data: object = {}): Promise<R> {
    return this.#commands.ask('job-coordinator', verb, context, { ...data, connectionId: parseId(id) });
  }
}
