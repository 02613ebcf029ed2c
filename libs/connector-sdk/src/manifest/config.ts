import type { FieldFault } from '@tidemark/contracts';
import { z } from 'zod';
import type { Manifest } from './manifest.js';
import { secretsIn } from './secrets.js';

/** All problems of a config at once, fields as paths from the config; empty when it is valid. */
export function configProblems(manifest: Manifest, config: unknown): FieldFault[] {
  const problems = schemaProblems(manifest, config);
  const secrets = secretsIn(config, nextStepOf(manifest));
  return [...problems, ...secrets.filter(({ field }) => !problems.some((other) => other.field === field))];
}

/** The same without the secrets in it, which a config that was stored earlier may have. */
export function schemaProblems(manifest: Manifest, config: unknown): FieldFault[] {
  const { error } = manifest.config.safeParse(config);
  return error ? problemsOf(error, manifest.config) : [];
}

const nextStepOf = ({ auth }: Manifest): string =>
  auth.every((kind) => kind === 'none')
    ? 'configs are not secret, and this connector takes no credential; use an address that needs none'
    : "configs are not secret; put it into the connection's credential";

/** The JSON Schema (2020-12) of a manifest's config, as a user writes it: fields with defaults are not required. */
export function configSchema(manifest: Manifest): JsonSchema {
  return z.toJSONSchema(manifest.config, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

export interface JsonSchema {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly [keyword: string]: unknown;
}

/** Zod's issues as problems of fields; `schema` supplies the names of the known fields. */
function problemsOf(error: z.ZodError, schema: z.ZodType): FieldFault[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, schema));
}

function problemsOfIssue(issue: z.core.$ZodIssue, schema: z.ZodType): FieldFault[] {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = issue.path.length === 0 && schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    const message = known.length > 0 ? `is not known; the fields are ${known.join(', ')}` : 'is not known';
    return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), message }));
  }
  if (issue.code === 'invalid_key') return [{ field, message: issue.issues[0]?.message ?? issue.message }];
  if (issue.path.length === 0 && issue.code === 'invalid_type')
    return [{ field: 'config', message: 'must be an object' }];
  return [{ field, message: issue.message }];
}
