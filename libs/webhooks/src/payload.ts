import type { WebhookRequest } from './webhook.js';
import { headerOf } from './signature.js';

/** The JSON of a body, or of the field `payload` of a form; undefined when it is neither. */
export function payloadOf(request: WebhookRequest): unknown {
  const text = Buffer.from(request.body).toString('utf8');
  const isForm = headerOf(request, 'content-type')?.toLowerCase().startsWith('application/x-www-form-urlencoded');
  try {
    return JSON.parse(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text) as unknown;
  } catch {
    return undefined;
  }
}

/** Names joined by dots, or in a list where they contain some. */
type Path = string | readonly string[];

/** The value at a path such as `data.object.id` or `events.0.id`; own properties alone. */
export function at(value: unknown, path: Path): unknown {
  return (typeof path === 'string' ? path.split('.') : path).reduce<unknown>((inside, name) => {
    if (typeof inside !== 'object' || inside === null || !Object.hasOwn(inside, name)) return undefined;
    return (inside as { readonly [name: string]: unknown })[name];
  }, value);
}

/** The text or number at a path, as text; undefined for anything else, and for more than 512 characters. */
export function textAt(value: unknown, path: Path): string | undefined {
  const found = at(value, path);
  if (typeof found === 'number' && Number.isFinite(found)) return String(found);
  return typeof found === 'string' && found.length > 0 && found.length <= 512 ? found : undefined;
}
