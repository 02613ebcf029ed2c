import { ConfigInvalid } from '@tidemark/connector-sdk';
import { problem, type Preview } from '@tidemark/contracts';
import { StageFailed } from '@tidemark/pipelines';
import { AuthExpired, ExternalError } from '@tidemark/resilience';

export type Problem = Preview['problems'][number];

interface Described {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
}

/** What went wrong with a part of a connection, at the field to look at. @throws an error that is Tidemark's own */
export function problemsOf(part: string, error: unknown): readonly Problem[] {
  if (error instanceof ConfigInvalid)
    return error.problems.map(({ field, message }) => problem(`${part}.config${field && `.${field}`}`, message));
  if (error instanceof Error && !(error instanceof ExternalError) && !(error instanceof StageFailed)) throw error;
  const { code, message, field } = error as Described;
  return [problem(fieldOf(part, code, field, error), `${ending(message)} (${code})`)];
}

function fieldOf(part: string, code: string, field: string | undefined, error: unknown): string {
  if (error instanceof AuthExpired || /CREDENTIAL|AUTH|TOKEN|LOGIN/.test(code)) return `${part}.credentialId`;
  if (code === 'CONNECTOR_UNKNOWN') return `${part}.connector`;
  if (code === 'MAPPING_INVALID') return `${part}.mapping`;
  return field === undefined ? part : `${part}.config.${field}`;
}

/** As the end of a sentence that begins with the field. */
const ending = (message: string) => (message.startsWith('did not') ? message : `cannot be used: ${message}`);
