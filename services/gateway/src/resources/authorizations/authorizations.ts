import { Injectable } from '@nestjs/common';
import { invalid, problem, TidemarkError, type CommandContext } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation/instant';
import { AuthExpired, ExternalError } from '@tidemark/resilience';
import { currentTraceparent } from '@tidemark/telemetry';
import { StateUnknown, type Authorization } from '@tidemark/vault';
import { OpenVault } from '../../edge/open-vault.js';
import { PublicUrl } from '../../edge/public-url.js';
import { Connections } from '../connections/connections.js';
import { Credentials } from '../credentials/credentials.js';
import type { AuthorizationStarted, AuthorizeConnectionBody } from './authorizations.dto.js';

export const CALLBACK = '/oauth/callback';

/** How an authorisation ended, for the user's browser. */
export interface Outcome {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

/** Consent of users to the credentials of connections, for HTTP and gRPC. */
@Injectable()
export class ConnectionAuthorizations {
  readonly #open: OpenVault;
  readonly #connections: Connections;
  readonly #credentials: Credentials;
  readonly #publicUrl: PublicUrl;

  constructor(open: OpenVault, connections: Connections, credentials: Credentials, publicUrl: PublicUrl) {
    this.#open = open;
    this.#connections = connections;
    this.#credentials = credentials;
    this.#publicUrl = publicUrl;
  }

  /** @throws TidemarkError NOT_FOUND · VALIDATION_FAILED when no credential, or no one alone, can be meant · CREDENTIALS_UNAVAILABLE */
  async begin(
    context: CommandContext,
    connectionId: string,
    { credentialId: wanted }: AuthorizeConnectionBody,
  ): Promise<AuthorizationStarted> {
    const { id, source, destinations } = await this.#connections.get(context, connectionId);
    const used = [source, ...destinations].flatMap((one) => one.credentialId ?? []);
    const credentialId = await this.#credentials.authorizableOf(context, used, wanted);
    const authorization = { tenant: context.tenant, credentialId, connectionId: id };
    const redirectUri = this.#publicUrl.of(CALLBACK);
    const { url, expiresAt } = await this.#open.authorizations.begin(authorization, redirectUri).catch(asFieldProblem);
    return { url, credentialId, expiresAt: instantOf(expiresAt) };
  }

  /** Takes what the system sent the user back with. Never throws what the user could not read. */
  async complete(query: URLSearchParams, requestId: string): Promise<Outcome> {
    try {
      const pending = await this.#open.authorizations.take(query.get('state') ?? '');
      await this.#open.authorizations.complete(pending, query);
      return await this.#activate(pending, requestId);
    } catch (error) {
      return failed(error);
    }
  }

  async #activate({ tenant, credentialId, connectionId }: Authorization, requestId: string): Promise<Outcome> {
    const actor = `oauth:${connectionId}`;
    const context = { tenant, actor, correlationId: requestId, traceparent: currentTraceparent() };
    const { name } = await this.#connections.get(context, connectionId);
    await this.#connections.change(context, connectionId, 'reauthorize');
    await this.#credentials.reauthorized(context, credentialId);
    return {
      status: 200,
      title: 'Authorised',
      text: `Tidemark may now use this account for the connection “${name}”. You can close this page.`,
    };
  }
}

function asFieldProblem(error: unknown): never {
  if (error instanceof ExternalError)
    throw invalid([problem('credentialId', `cannot be authorised: ${error.message}`)]);
  throw error;
}

function failed(error: unknown): Outcome {
  if (error instanceof StateUnknown)
    return {
      status: 400,
      title: 'Not authorised',
      text: 'This page was used already, or is older than 10 minutes. Start again.',
    };
  if (error instanceof AuthExpired)
    return { status: 400, title: 'Not authorised', text: `Nothing was changed: ${error.message}.` };
  if (error instanceof TidemarkError && error.code === 'NOT_FOUND')
    return { status: 404, title: 'Not authorised', text: 'The connection was removed in the meantime.' };
  if (error instanceof ExternalError)
    return { status: 502, title: 'Not authorised', text: `Nothing was changed: ${error.message}. Start again.` };
  return {
    status: 503,
    title: 'Perhaps not authorised',
    text: 'Tidemark could not complete this now. Look at the state of the connection, and start again if it is not active.',
  };
}
