import { ExternalError, Terminal } from '@tidemark/resilience';
import type { CheckProblem, CheckResult, SourceRecord } from '@tidemark/connector-sdk';
import type { ApiContext, ApiObject, ApiPage } from './api-object.js';
import { createExport } from './export.js';
import { UnusableParent } from './request-plan.js';

const SAMPLE = 10;

/** Reads a small page of every object, and derives problems of the config from the results. */
export async function checkObjects(
  objects: ReadonlyMap<string, ApiObject>,
  { config, redact }: ApiContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  const problems: CheckProblem[] = [];
  const tried: string[] = [];
  const first = new Map<string, SourceRecord | undefined>();
  const level = ({ config }: ApiObject): number => (config.parent ? 1 + level(objects.get(config.parent.object)!) : 0);
  const parentsFirst = [...objects.values()].sort((one, other) => level(one) - level(other));
  for (const object of parentsFirst) {
    const { name, parent: of } = object.config;
    const parent = of && first.get(of.object);
    if (of && !parent) {
      tried.push(`${name} (not tried: there is no ${of.object})`);
      continue;
    }
    try {
      // An export may take an hour: that it can be made is all that is tried.
      if (object.config.export) {
        await createExport(object, signal);
        tried.push(`${name} (an export)`);
        continue;
      }
      const page = await sample(object, parent, signal);
      first.set(name, page.records[0]);
      problems.push(...complaints(object, page));
      tried.push(`${name} (${page.records.length}${page.next ? ' or more' : ''})`);
    } catch (error) {
      signal.throwIfAborted();
      problems.push(problemOf(error, object));
      // A refused credential or an unreachable server is reported once.
      if (!(error instanceof Terminal) || error.code === 'SOURCE_FORBIDDEN') break;
    }
  }
  if (problems.length > 0)
    return { ok: false, problems: problems.map((problem) => ({ ...problem, message: redact(problem.message) })) };
  return { ok: true, message: `${new URL(config.baseUrl).host}: ${tried.join(', ')}` };
}

function sample(object: ApiObject, parent: SourceRecord | undefined, signal: AbortSignal): Promise<ApiPage> {
  const size = object.pageSize(SAMPLE);
  return object.page({ at: null, bounds: {}, size, signal, ...(parent && { parent }) });
}

/** Problems of the config that a received page reveals. */
function complaints({ config, field }: ApiObject, { records, problems }: ApiPage): CheckProblem[] {
  const code = 'SOURCE_INVALID_RESPONSE';
  const time = problems.find((problem) => problem.code === 'OBJECT_INVALID' && problem.field === config.updatedAt);
  if (time?.field !== undefined) return [{ code, field: `${field}.timeFormat`, message: time.message }];
  if (records.length === 0 && problems.length > 0)
    return [{ code, field: `${field}.id`, message: `${problems[0]!.message}, nor in any other of the first page` }];
  if (config.updatedAt !== undefined && records.length > 0 && records.every(({ updatedAt }) => updatedAt === undefined))
    return [
      {
        code,
        field: `${field}.updatedAt`,
        message: `${config.updatedAt} finds no time in the format ${config.timeFormat}`,
      },
    ];
  return [];
}

function problemOf(error: unknown, { field, config }: ApiObject): CheckProblem {
  if (error instanceof UnusableParent)
    return { code: 'SOURCE_REQUEST_REFUSED', field: `${field}.path`, message: error.message };
  if (!(error instanceof ExternalError)) throw error;
  const { code, message } = error;
  const at = error.field ?? (code === 'SOURCE_NOT_FOUND' ? `${field}.path` : fieldOf(code));
  return { code, message: `${config.name}: ${message}`, ...(at !== undefined && { field: at }) };
}

const fieldOf = (code: string): string | undefined =>
  /^SOURCE_(UNREACHABLE|ADDRESS_REFUSED)$/.test(code) ? 'baseUrl' : undefined;
