import type { HttpRequest } from '../http-client/http-types.js';
import type { StaticCredentialData } from './credential-data.js';
import type { Credential } from './credential.js';
import { Hidden, withoutSecrets } from './secret.js';

/** A credential that never changes: once refused, it stays refused. */
export class StaticCredential extends Hidden implements Credential {
  readonly kind: StaticCredentialData['kind'];
  readonly #data: StaticCredentialData;

  constructor(
    readonly id: string,
    data: StaticCredentialData,
  ) {
    super();
    this.kind = data.kind;
    this.#data = data;
  }

  async apply(request: HttpRequest): Promise<HttpRequest> {
    const data = this.#data;
    switch (data.kind) {
      case 'bearer':
        return withHeader(request, 'authorization', `Bearer ${data.token}`);
      case 'basic':
        return withHeader(request, 'authorization', `Basic ${basicToken(data)}`);
      case 'api-key':
        return data.in === 'header'
          ? withHeader(request, data.name, (data.prefix ?? '') + data.key)
          : withQuery(request, data.name, data.key);
    }
  }

  async refresh(): Promise<boolean> {
    return false;
  }

  async secret(): Promise<{ readonly username?: string; readonly password: string }> {
    const data = this.#data;
    if (data.kind === 'basic') return { username: data.username, password: data.password };
    return { password: data.kind === 'bearer' ? data.token : data.key };
  }

  redact(text: string): string {
    const data = this.#data;
    if (data.kind === 'basic') return withoutSecrets(text, [basicToken(data), data.password]);
    return withoutSecrets(text, [data.kind === 'bearer' ? data.token : data.key]);
  }
}

/** Replaces a header of the same name in any case. */
export function withHeader(request: HttpRequest, name: string, value: string): HttpRequest {
  const others = Object.entries(request.headers ?? {}).filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return { ...request, headers: { ...Object.fromEntries(others), [name]: value } };
}

function withQuery(request: HttpRequest, name: string, value: string): HttpRequest {
  if (!URL.canParse(request.url)) return request; // The client reports what is wrong with it.
  // A link that the server made may repeat the parameter.
  const url = new URL(request.url);
  url.searchParams.delete(name);
  return { ...request, url: url.href, query: { ...request.query, [name]: value } };
}

const basicToken = ({ username, password }: { username: string; password: string }) =>
  Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
