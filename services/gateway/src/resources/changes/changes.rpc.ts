import { ChangesQuery } from './changes.dto.js';
import type { Changes } from './changes.js';
import { ComparisonQuery, ReportQuery } from '../comparisons/comparisons.dto.js';
import type { Comparisons } from '../comparisons/comparisons.js';
import { AddIgnoreRuleDto } from '../ignores/ignores.dto.js';
import type { Ignores } from '../ignores/ignores.js';
import { knownForm } from '../../edge/validation/known-form.js';
import { validated } from '../../edge/validation/validate.js';
import { unary, type Rpcs } from '../../edge/grpc/rpc.js';

export const changeService = (changes: Changes, comparisons: Comparisons, ignores: Ignores): Rpcs => ({
  ListChanges: unary('read', (context, { connectionId, ...query }) =>
    changes.list(context, knownForm(connectionId), validated(ChangesQuery, query)),
  ),
  GetChange: unary('read', async (context, { id }) => ({ change: await changes.get(context, knownForm(id)) })),
  CompareSnapshots: unary('read', (context, { connectionId, ...query }) =>
    comparisons.compare(context, knownForm(connectionId), validated(ComparisonQuery, query)),
  ),
  RenderComparison: unary('read', (context, { connectionId, ...query }) => {
    const { format = 'html', ...sides } = validated(ReportQuery, query);
    return comparisons.report(context, knownForm(connectionId), { format, ...sides });
  }),
  ListIgnoreRules: unary('read', (context, { connectionId }) => ignores.list(context, knownForm(connectionId))),
  AddIgnoreRule: unary('write', async (context, { connectionId, ...rule }) => ({
    rule: await ignores.add(context, knownForm(connectionId), validated(AddIgnoreRuleDto, rule)),
  })),
  RemoveIgnoreRule: unary('write', async (context, { connectionId, id }) => {
    await ignores.remove(context, knownForm(connectionId), knownForm(id));
    return {};
  }),
});
