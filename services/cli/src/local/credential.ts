import type { Credential, CredentialData, HttpPool } from '@tidemark/resilience';
import { invalidCredential, privateText } from '../private-text.js';
import type { Session } from '../session.js';

const VARIABLE = 'TIDEMARK_CREDENTIAL';

/**
 * The credential from a file that only its owner can read, or from the environment; never from the command line, which
 * every user of the machine can see. @throws CliError that names the field at fault and quotes nothing
 */
export async function credentialOf(
  session: Pick<Session, 'env' | 'folder'>,
  file: string | undefined,
  pool: HttpPool,
): Promise<Credential | undefined> {
  const data = await credentialDataOf(session, file, { withTokens: true });
  if (!data) return undefined;
  const { createCredential } = await import('@tidemark/resilience');
  return createCredential(file ?? VARIABLE, data, { http: pool.client({ side: 'source' }) });
}

/** Undefined: neither file nor variable is set. @throws CliError that names the field at fault and quotes nothing */
export async function credentialDataOf(
  { env, folder }: Pick<Session, 'env' | 'folder'>,
  file: string | undefined,
  options: { readonly withTokens?: boolean } = {},
): Promise<CredentialData | undefined> {
  const where = file ?? VARIABLE;
  const text = file === undefined ? env[VARIABLE] : privateText(file, folder);
  if (text === undefined || text === '') return undefined;
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw invalidCredential(`${where}: not valid JSON`);
  }
  const { credentialFaults } = await import('@tidemark/resilience');
  const [fault] = credentialFaults(data, options);
  if (fault) throw invalidCredential(`${where}: ${fault.field} ${fault.message}`);
  return data as CredentialData;
}
