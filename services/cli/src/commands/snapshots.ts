import type { SnapshotDocument } from '@tidemark/contracts';
import type { Command } from 'commander';
import { path, type Page } from '../api/api.js';
import { paged, type PageOptions } from '../options.js';
import { table } from '../render/table.js';
import { relative } from '../render/time.js';
import { resolveConnection, resolveSnapshot } from '../resolve.js';
import { showPage, type Action, type Session } from '../session.js';

export type SnapshotView = Omit<SnapshotDocument, 'tenant'>;

interface OperationView {
  readonly method: string;
  readonly path: string;
  readonly operationId?: string | null;
  readonly summary?: string | null;
  readonly deprecated?: boolean;
}

export function snapshotsCommand(program: Command, action: Action): void {
  const snapshots = program.command('snapshots').description('list snapshots and their operations');
  paged(snapshots.command('list <connection>').description("list a connection's snapshots")).action(action(list));
  paged(snapshots.command('operations <snapshot>').description('list the operations of a snapshot')).action(
    action(operations),
  );
}

async function list(session: Session, text: string, options: PageOptions): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const page = await session.api.get<Page<SnapshotView>>(path`v1/connections/${id}/snapshots`, { ...options });
  showPage(session, page, 'no snapshots yet', () =>
    table(
      page.data,
      [
        { title: 'SNAPSHOT', value: ({ id: snapshot }) => snapshot, id: true },
        { title: 'TITLE', value: ({ title }) => title, flexible: true },
        { title: 'VERSION', value: ({ apiVersion }) => apiVersion, flexible: true },
        { title: 'OPERATIONS', value: (row) => String(row.operations) },
        { title: 'TAKEN', value: ({ takenAt }) => relative(takenAt, session.now()) },
        { title: 'PREVIOUS', value: ({ previousId }) => previousId ?? '– (baseline)', id: true },
      ],
      session.terminal,
    ),
  );
}

async function operations(session: Session, text: string, options: PageOptions): Promise<void> {
  const id = await resolveSnapshot(session.api, text);
  const page = await session.api.get<Page<OperationView>>(path`v1/snapshots/${id}/operations`, { ...options });
  showPage(session, page, 'no operations', () =>
    table(
      page.data,
      [
        { title: 'METHOD', value: ({ method }) => method.toUpperCase() },
        { title: 'PATH', value: (row) => row.path, flexible: true },
        { title: 'SUMMARY', value: ({ summary, operationId }) => summary ?? operationId ?? '', flexible: true },
        { title: '', value: ({ deprecated }) => (deprecated ? 'deprecated' : ''), color: () => 'yellow' },
      ],
      session.terminal,
    ),
  );
}
