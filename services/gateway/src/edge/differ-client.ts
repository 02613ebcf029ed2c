import { Injectable } from '@nestjs/common';
import { readJson, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { CommandContext, LargeReply } from '@tidemark/contracts';
import { CommandClient } from './command-client.js';
import { Ports } from './ports.js';

/** Large documents take seconds, and each tenant's are compared one at a time. */
export const ANSWER_WITHIN_MS = 30_000;

/** Queries that the differ answers, whose replies may be too large for a message. */
@Injectable()
export class DifferClient {
  readonly #commands: CommandClient;
  readonly #blobs: BlobStore;

  constructor(commands: CommandClient, { blobs }: Ports) {
    this.#commands = commands;
    this.#blobs = blobs;
  }

  /** Queries for the caller's tenant. @throws TidemarkError of the differ, or SERVICE_UNAVAILABLE */
  async query<R>(verb: string, context: CommandContext, data: object): Promise<R> {
    const reply = await this.#commands.ask<LargeReply<R>>('differ', verb, context, data, {
      timeoutMs: ANSWER_WITHIN_MS,
      repeatable: true,
    });
    return 'blob' in reply ? readJson<R>(this.#blobs, reply.blob as BlobId) : reply.value;
  }
}
