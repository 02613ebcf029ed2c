import { createCredential, createHttpClient, type Credential } from '@tidemark/resilience';
import type { ApiAnswer, OAuthApi } from '@tidemark/test-kit/apis';
import type { Page } from '@tidemark/connector-sdk';
import {
  type Connection,
  type Fault,
  type Reader,
  type ReaderRequest,
  TestToken,
  type Times,
} from '@tidemark/connector-sdk/testing';

/** The responses of an API that is temporarily unable to answer. */
export interface PassingErrors {
  unavailable(): ApiAnswer;
  throttled(seconds: number): ApiAnswer;
}

/** The common part of worlds of APIs with OAuth tokens; fields, so that a world can also be composed. */
export class OAuthWorld {
  readonly token = new TestToken();

  readonly #served: OAuthApi;
  readonly #errors: PassingErrors;

  constructor(served: OAuthApi, errors: PassingErrors) {
    this.#served = served;
    this.#errors = errors;
    served.accept(this.token.accepted);
  }

  readonly fault = (fault: Fault, times: Times): void =>
    this.#served.fault(fault === 'unavailable' ? this.#errors.unavailable() : fault, times);
  readonly rateLimit = (seconds: number, times: Times): void =>
    this.#served.fault(this.#errors.throttled(seconds), times);
  readonly expireToken = (): void => this.#expire(true);
  readonly revokeToken = (): void => this.#expire(false);
  readonly hanging = (): Promise<unknown> => this.#served.hanging();
  readonly close = (): Promise<void> => this.#served.close();

  #expire(renewable: boolean): void {
    this.#served.expireTokens();
    this.token.expire({ renewable });
    if (renewable) this.#served.accept(this.token.accepted);
  }
}

/** Such a world of an API that is found by its base URL. */
export function oauthWorld(api: OAuthApi & { readonly baseUrl: string }, errors: PassingErrors) {
  const world = new OAuthWorld(api, errors);
  return { ...world, connection: { config: { baseUrl: api.baseUrl }, credential: world.token } as Connection };
}

/** A freshly authorised credential, renewed at the token endpoint of the API. */
export function oauthCredential(api: OAuthApi): Credential & AsyncDisposable {
  const http = createHttpClient({ side: 'source', allow: ['127.0.0.1'] });
  const credential = createCredential('oauth-1', api.authorised(), { http });
  return Object.assign(credential, { [Symbol.asyncDispose]: () => http.close() });
}

/** The same connection with more in its config. */
export const withConfig = ({ config, ...connection }: Connection, more: object): Connection => ({
  ...connection,
  config: { ...(config as object), ...more },
});

export type OnPage = (page: Page, at: number) => void;

/** Reads everything; records in short form: `id`, or `-id` for a deletion, sorted. */
export async function readAll(reader: Reader, request: ReaderRequest = {}, onPage: OnPage = () => {}) {
  const { pages, records, cursor } = await reader.read(request, { onPage });
  const ids = records.map(({ externalId, deleted }) => `${deleted ? '-' : ''}${externalId}`).sort();
  return { records, ids, cursor, problems: pages.flatMap((page) => page.problems) };
}
