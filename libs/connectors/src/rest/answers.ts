import { excerptOf, Retryable, Terminal, type HttpClient, type HttpRequest, type HttpResponse, type Side } from '@tidemark/resilience'; // prettier-ignore
import type { Json } from '@tidemark/foundation';
import type { AnswerRule } from './answer-rules.config.js';
import { expressionsOf, meaningOf, ruled, type Ruled } from './answer-rules.js';
import type { Decoding } from './decode.js';
import { Undecodable } from './decode-error.js';
import type { Digest } from './digest.js';
import { digestAnswer } from './digesting.js';

export interface AnswerPlan {
  readonly side: Side;
  readonly format: Decoding['format'];
  readonly delimiter?: string | undefined;
  readonly rules: readonly AnswerRule[];
  /** Expressions on the body, and the field of each in the config. */
  readonly find: readonly { readonly text: string; readonly field: string }[];
  redact(text: string): string;
}

/** An answer with what was found in it. */
export interface Read {
  readonly response: HttpResponse;
  /** Values of `find`, null where there is none; empty for an answer without a body. */
  readonly found: readonly Json[];
  /** The rule that applied, if its outcome is no failure. */
  readonly rule?: Ruled;
  /** What the system itself says of an error, if it does. */
  readonly said: string | null;
}

const ACCEPT = {
  json: 'application/json',
  ndjson: 'application/x-ndjson, application/json;q=0.5',
  csv: 'text/csv',
  xml: 'application/xml, text/xml;q=0.9',
} as const;

/** Requests something and reads the answer by the plan's format and rules. @throws ExternalError */
export async function requestRead(
  http: HttpClient,
  request: HttpRequest,
  plan: AnswerPlan,
  signal: AbortSignal,
): Promise<Read> {
  // prettier-ignore
  let last: { readonly digest: Digest | null; readonly rule?: Ruled | undefined } = { digest: null };
  const meaning = async (answer: HttpResponse) => {
    last = { digest: null };
    const success = answer.status >= 200 && answer.status < 300;
    if (plan.rules.length === 0 && (!success || plan.find.length === 0)) return undefined;
    const digest = await digestOf(answer, plan, success, signal);
    const rule = digest ? ruled(plan.rules, answer.status, digest.ruled) : undefined;
    last = { digest: success ? digest : null, rule };
    return rule && meaningOf({ ...rule, ...(rule.message === undefined && spoken(digest)) });
  };
  const headers = { accept: ACCEPT[plan.format], ...request.headers };
  const response = await http.request({ ...request, headers, signal, meaning });
  const { digest, rule } = last as { digest: Digest | null; rule?: Ruled };
  if (digest?.inapplicable && rule === undefined) throw notApplicable(plan, digest.inapplicable);
  const said = digest && excerptOf(digest.body, plan.redact);
  return { response, found: digest?.found ?? [], ...(rule && { rule }), said };
}

const spoken = (digest: Digest | null) => {
  const message = digest && excerptOf(digest.body);
  return message === null ? {} : { message };
};

async function digestOf(
  answer: HttpResponse,
  plan: AnswerPlan,
  success: boolean,
  signal: AbortSignal,
): Promise<Digest | null> {
  // prettier-ignore
  const { body: bytes, status } = answer;
  const type = answer.header('content-type');
  const charset = /;\s*charset="?([\w.:-]+)/i.exec(type ?? '')?.[1];
  const decoding = { format: plan.format, charset, delimiter: plan.delimiter };
  const headers = plan.rules.length === 0 ? {} : answer.headers();
  const find = success ? plan.find.map(({ text }) => text) : [];
  const rules = expressionsOf(plan.rules);
  try {
    if (status === 204 || status === 205 || status === 304)
      return await digestAnswer({ bytes: new Uint8Array(), decoding, status, headers, find, rules }, signal);
    if (find.length > 0 && bytes.byteLength === 0) throw new Undecodable('is empty');
    return await digestAnswer({ bytes, decoding, status, headers, find, rules }, signal);
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    if (find.length > 0) throw undecodable(answer, plan, type, error);
    // The body of an error need not have the format of the API.
    const order = { bytes: new Uint8Array(), decoding, status, headers, find, rules };
    return digestAnswer(order, signal);
  }
}

/** Content types that an answer in each format may have without being suspicious. */
const TYPES = { json: /json|^$/i, ndjson: /json|octet-stream|text\/plain|^$/i, csv: /csv|octet-stream|text\/plain|excel|^$/i, xml: /xml|^$/i } as const; // prettier-ignore
const FORMATS = { json: 'JSON', ndjson: 'NDJSON', csv: 'CSV', xml: 'XML' } as const;

function undecodable(
  answer: HttpResponse,
  { side, format }: AnswerPlan,
  type: string | undefined,
  { message }: Undecodable,
): Error {
  // prettier-ignore
  const code = `${side.toUpperCase()}_INVALID_RESPONSE`;
  const url = new URL(answer.url);
  const where = url.origin + url.pathname;
  const media = (type ?? '').split(';', 1)[0]!.trim();
  const details = { status: answer.status };
  if (!TYPES[format].test(media))
    return new Terminal(code, `${where} answered ${media.slice(0, 80)} instead of ${FORMATS[format]}`, details);
  const retryable = format === 'json' || format === 'ndjson';
  return new (retryable ? Retryable : Terminal)(code, `${where}: the answer ${message}`, details);
}

const notApplicable = ({ find, side }: AnswerPlan, { index, why }: NonNullable<Digest['inapplicable']>): Terminal => {
  const { text, field } = find[index]!;
  const message = `${field}: ${text} cannot be evaluated on the received data: ${why}`;
  return new Terminal(`${side.toUpperCase()}_INVALID_RESPONSE`, message, { field });
};
