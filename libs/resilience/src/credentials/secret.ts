import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** A holder of secrets that shows nothing of itself when printed. */
export abstract class Hidden {
  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** Shorter ones would occur in any text. */
const MIN_LENGTH = 4;

/** The text without any of the secrets, plain or as encoded in a URL or JSON. */
export function withoutSecrets(text: string, secrets: readonly (string | undefined)[]): string {
  const forms = secrets
    .filter((secret) => secret !== undefined && secret.length >= MIN_LENGTH)
    .flatMap((secret) => [secret!, encodeURIComponent(secret!), JSON.stringify(secret).slice(1, -1)])
    .sort((a, b) => b.length - a.length); // One may be a part of another.
  return forms.reduce((rest, form) => rest.replaceAll(form, HIDDEN), text);
}
