import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { connectors } from '@tidemark/connectors';
import { TidemarkError, type CommandContext, type PushTaken, type PushTarget } from '@tidemark/contracts';
import { currentTraceparent } from '@tidemark/telemetry';
import { receiveWebhook, type Answer, type WebhookRequest, type WebhookSettings } from '@tidemark/webhooks';
import { RateLimiter } from '../../edge/auth/rate-limiter.js';
import { CommandClient } from '../../edge/command-client.js';
import { OpenVault } from '../../edge/open-vault.js';

/** Refused ones of one address. */
const REFUSED_PER_MINUTE = 60;
/** Genuine ones of one connection. */
const TAKEN_PER_MINUTE = 60_000;
/** In the place of a secret where there is none: what is compared with it takes as long, and is never equal. */
const NO_SECRET = randomUUID();
/** In the place of a tenant that is not known. */
const NO_TENANT = 'unknown';

export interface IncomingHook extends WebhookRequest {
  readonly connectionId: string;
  readonly requestId: string;
  /** The caller's, as limits count it. */
  readonly address: string;
}

/** Takes what the sources of connections push. */
@Injectable()
export class Hooks {
  readonly #commands: CommandClient;
  readonly #open: OpenVault;
  readonly #refused = new RateLimiter(REFUSED_PER_MINUTE);
  readonly #taken = new RateLimiter(TAKEN_PER_MINUTE);

  constructor(commands: CommandClient, open: OpenVault) {
    this.#commands = commands;
    this.#open = open;
  }

  /**
   * Resolves when what was pushed is durable. A connection that does not exist takes as long as one that does.
   * @returns the answer that the sender expects; null: any
   * @throws TidemarkError NOT_FOUND · UNAUTHENTICATED, without a reason · RATE_LIMITED · errors of the coordinator
   */
  async take({ connectionId, requestId, address, ...request }: IncomingHook): Promise<Answer | null> {
    const context = { tenant: NO_TENANT, actor: `webhook:${connectionId}`, correlationId: requestId };
    const target = await this.#target({ ...context, traceparent: currentTraceparent() }, connectionId);
    const settings = target && webhookOf(target);
    const { tenant = NO_TENANT, source } = target ?? {};
    const secrets = await this.#open.webhookSecrets(tenant, source?.credentialId ?? connectionId);
    const given = secrets.length > 0 ? secrets : [NO_SECRET];
    const webhook = receiveWebhook(settings ?? { scheme: 'github' }, request, { secrets: given, now: Date.now() });
    if (!settings) return this.#refuse(address, new TidemarkError('NOT_FOUND', 'no such connection'));
    if (webhook.kind === 'answer') return webhook;
    if (webhook.kind !== 'push' || secrets.length === 0)
      return this.#refuse(address, new TidemarkError('UNAUTHENTICATED', 'the request is not signed as it must be'));
    assertFew(this.#taken.take(connectionId), 'too many webhooks of this connection');
    const { deliveryId, objects } = webhook;
    const push = { connectionId, objects, ...(deliveryId !== null && { deliveryId }) };
    await this.#commands.ask<PushTaken>('job-coordinator', 'push', { ...context, tenant }, push);
    return null;
  }

  async #target(context: CommandContext, connectionId: string): Promise<PushTarget | undefined> {
    try {
      return await this.#commands.request('job-coordinator', 'get-push-target', context, { connectionId });
    } catch (error) {
      if (error instanceof TidemarkError && (error.code === 'NOT_FOUND' || error.code === 'VALIDATION_FAILED'))
        return undefined;
      throw error;
    }
  }

  #refuse(address: string, error: TidemarkError): never {
    assertFew(this.#refused.take(address), 'too many refused webhooks from this address');
    throw error;
  }
}

function webhookOf({ source: { connector, config } }: PushTarget): WebhookSettings | undefined {
  const manifest = connectors.get(connector)?.manifest;
  const checked = manifest?.webhook && manifest.config.safeParse(config);
  return checked?.success ? manifest!.webhook!(checked.data) : undefined;
}

function assertFew(wait: number, message: string): void {
  if (wait > 0) throw new TidemarkError('RATE_LIMITED', message, { retryAfter: Math.ceil(wait) });
}
