import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { fromQuery } from '../../edge/validation/input.js';
import { ComparisonQuery, ReportQuery } from './comparisons.dto.js';
import { Comparisons } from './comparisons.js';

export const comparisonRpcs = rpcs('tidemark.v1.ChangeService', Comparisons, (comparisons) => ({
  CompareSnapshots: unary('read', (context, { connectionId, ...query }) =>
    comparisons.compare(context, parseId(connectionId), fromQuery(ComparisonQuery, query)),
  ),
  RenderComparison: unary('read', (context, { connectionId, ...query }) => {
    const { format = 'html', ...sides } = fromQuery(ReportQuery, query);
    return comparisons.report(context, parseId(connectionId), { format, ...sides });
  }),
}));
