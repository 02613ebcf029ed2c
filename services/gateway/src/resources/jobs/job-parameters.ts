import { invalid, problem, TidemarkError, type CreateJob, type FieldFault } from '@tidemark/contracts';
import type { CreateJobBody } from './jobs.dto.js';

/** Callers give the parameters of a pipeline beside the other fields; the coordinator takes them as one. */
export function requestOf({ type, trigger, whenBusy, startAt, ...given }: CreateJobBody): Partial<CreateJob> {
  const parameters = Object.keys(given).length > 0 ? { parameters: given } : {};
  return { type, trigger, whenBusy, startAt, ...parameters };
}

const PREFIX = 'parameters.';

/** The answer; its problems name the fields as callers give them. @throws TidemarkError */
export async function withOwnFields<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const fields =
      error instanceof TidemarkError && error.code === 'VALIDATION_FAILED' ? error.details.fields : undefined;
    if (!fields) throw error;
    throw invalid(fields.map(ownField), { cause: error });
  }
}

function ownField({ field, message }: FieldFault) {
  if (!field.startsWith(PREFIX)) return { field, message };
  const own = field.slice(PREFIX.length);
  return problem(own, message.replace(`\`${field}\` `, ''));
}
