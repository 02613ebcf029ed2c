import { severities } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path, type Page } from '../api/api.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { oneOrMoreOf, paged, time, type PageOptions } from '../options.js';
import { changesText, type ChangeView } from '../render/changes.js';
import { resolveConnection } from '../resolve.js';
import { showPage, type Act, type Session } from '../session.js';

interface ChangesOptions extends PageOptions {
  readonly severity?: string;
  readonly since?: string;
  readonly exitCode?: boolean;
}

export function changesCommand(program: Command, act: Act): void {
  paged(program.command('changes <connection>').description('what changed at the source, the gravest first'))
    .addOption(
      new Option('--severity <list>', `some of ${severities.join(', ')}, with commas`).argParser(
        oneOrMoreOf(severities),
      ),
    )
    .addOption(new Option('--since <time>', 'not before, ISO 8601').argParser(time))
    .option('--exit-code', 'exit with 1 when there are such changes')
    .action(act(changes));
}

async function changes(session: Session, text: string, options: ChangesOptions): Promise<ExitCode> {
  const { exitCode, ...query } = options;
  const id = await resolveConnection(session.api, text);
  const page = await session.api.get<Page<ChangeView>>(path`v1/connections/${id}/changes`, { ...query });
  showPage(session, page, 'no changes', () => changesText(page.data, session.now(), session.terminal));
  return exitCode && page.pagination.total > 0 ? exitCodes.unwanted : exitCodes.ok;
}
