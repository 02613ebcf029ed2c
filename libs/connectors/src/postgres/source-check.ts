import type { CheckProblem, CheckResult } from '@tidemark/connector-sdk';
import { ExternalError } from '@tidemark/resilience';
import { problemOf } from './check-problem.js';
import { columnList } from './identifiers.js';
import { objectName, prepareModel, queryError, type Model } from './model.js';
import type { PostgresConfig } from './postgres.config.js';
import { keyedSteps, startOf } from './read-plan.js';
import { greet } from './greeting.js';
import type { Session, Sessions } from './session.js';
import { READ_ONLY } from './transaction.js';

/** Rows checked for duplicate keys. */
const SAMPLE = 10_000;

/** Connects, and plans every object without reading it. */
export async function checkSource(
  sessions: Sessions,
  config: PostgresConfig,
  signal: AbortSignal,
): Promise<CheckResult> {
  let session: Session | undefined;
  try {
    session = await sessions.open(signal);
    await session.begin(signal, READ_ONLY);
    const greeting = await greet(session, config, signal);
    await session.script(signal, 'rollback');
    if (!greeting.ok || config.objects.length === 0) return greeting;
    const problems: CheckProblem[] = [];
    const warnings: string[] = [];
    for (const at of config.objects.keys()) {
      const found = await checkObject(session, config, at, signal);
      if (typeof found === 'string') warnings.push(found);
      else if (found) problems.push(found);
    }
    if (problems.length > 0) return { ok: false, problems };
    const objects = config.objects.map(objectName).join(', ');
    return { ok: true, message: [`${greeting.message}; can read ${objects}`, ...warnings].join('. ') };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { ok: false, problems: [problemOf(error, 'source')] };
  } finally {
    await session?.close(signal);
  }
}

/** The problem of an object; text is a warning about a readable one. */
async function checkObject(
  session: Session,
  config: PostgresConfig,
  at: number,
  signal: AbortSignal,
): Promise<CheckProblem | string | null> {
  const field = `objects.${at}`;
  let model: Model | undefined;
  try {
    await session.begin(signal, READ_ONLY);
    model = await prepareModel(session, config.objects[at]!, field, signal);
    const [step] = keyedSteps(model, startOf({}, model));
    // Planning also finds problems that describing does not: a column without an order, a missing privilege.
    await session.query(signal, `explain ${step!.sql}`).catch((error: unknown) => {
      throw queryError(error, model!, config.objects[at]!.table === undefined ? field : undefined, step!.offset + 'explain '.length); // prettier-ignore
    });
    return await twice(session, model, signal);
  } catch (error) {
    if (!(error instanceof ExternalError) && session.lost) throw error;
    return problemOf(error, 'source', field);
  } finally {
    if (!session.lost) await session.script(signal, 'rollback');
  }
}

async function twice(session: Session, { name, sql, key }: Model, signal: AbortSignal): Promise<string | null> {
  const keys = columnList(key, 'model');
  const sample = `select ${keys} from (\n${sql}\n) model where (${keys}) is not null limit ${SAMPLE}`;
  const text = `select ${columnList(key)} from (${sample}) sample group by ${columnList(key)} having count(*) > 1 limit 1`;
  const [row] = await session.query(signal, text);
  if (!row) return null;
  return `But the key of ${name} (${key.join(', ')}) is not unique: several rows have ${row.map((value) => value ?? 'null').join(', ')}`;
}
