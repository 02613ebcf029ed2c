import { views } from '@tidemark/contracts';
import { plan } from '../plan.js';
import type { Query, ViewDefinition, ViewDocument } from '../port.js';

interface List {
  readonly view: ViewDefinition<never>;
  readonly where: object;
  readonly sort: readonly (readonly [field: string, direction: 'asc' | 'desc'])[];
}

const newest = [['createdAt', 'desc']] as const;
const ofConnection = { tenant: 't', connectionId: 'c' };

/** The lists of the API; each must be read in the order of an index, also after a cursor. */
export const lists: readonly (readonly [name: string, list: List])[] = [
  ['jobs', { view: views.jobs, where: { tenant: 't' }, sort: newest }],
  ['jobs of a connection', { view: views.jobs, where: ofConnection, sort: newest }],
  ['jobs in a state', { view: views.jobs, where: { tenant: 't', state: 'failed' }, sort: newest }],
  ['connections', { view: views.connections, where: { tenant: 't' }, sort: newest }],
  ['snapshots', { view: views.snapshots, where: ofConnection, sort: [['takenAt', 'desc']] }],
  [
    'changes',
    {
      view: views.changes,
      where: ofConnection,
      sort: [
        ['detectedAt', 'desc'],
        ['order', 'asc'],
      ],
    },
  ],
];

export const planOf = ({ view, where, sort }: List, after?: string) =>
  plan(view as unknown as ViewDefinition, { where, sort, ...(after && { after }) } as unknown as Query<ViewDocument>);
