import { access, constants, realpath, stat } from 'node:fs/promises';
import { normalize } from 'node:path';
import { Terminal, type Side } from '@tidemark/resilience';

/**
 * The real path of an executable that the operator lists. A link is followed only to another listed path, so that a user
 * who may write beside an executable cannot put another one in its place by a link.
 * @throws Terminal that names `executable`
 */
export async function allowedPath(executable: string, programs: readonly string[], side: Side): Promise<string> {
  const refused = (why: string, code = 'FORBIDDEN') =>
    new Terminal(`${side === 'source' ? 'SOURCE' : 'DESTINATION'}_${code}`, `${executable} ${why}`, {
      field: 'executable',
    });
  if (!programs.includes(executable) || normalize(executable) !== executable)
    throw refused('may not run: the operator lists executables, by their absolute paths, in TIDEMARK_SINGER_ALLOW');
  let real: string;
  try {
    real = await realpath(executable);
    if (!(await stat(real)).isFile()) throw refused('is not a file');
    await access(real, constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof Terminal) throw error;
    throw refused(code === 'ENOENT' ? 'does not exist' : `cannot be executed (${code})`, 'NOT_FOUND');
  }
  if (!programs.includes(real)) throw refused(`is a link to ${real}, which TIDEMARK_SINGER_ALLOW does not list`);
  return real;
}
