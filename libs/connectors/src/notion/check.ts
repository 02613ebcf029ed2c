import { isJsonObject } from '@tidemark/foundation';
import { AuthExpired, ExternalError, PageSize } from '@tidemark/resilience';
import type { CheckProblem, CheckResult } from '@tidemark/connector-sdk';
import type { NotionClient } from './notion-client.js';
import { idOf, type NotionConfig } from './notion.manifest.js';

/** Requests the token's owner, and the first object it can read, or every database of the config. */
export async function checkNotion(
  notion: NotionClient,
  config: NotionConfig,
  signal: AbortSignal,
): Promise<CheckResult> {
  try {
    const { body: me } = await notion.get('/v1/users/me', signal);
    const problems = config.databases
      ? await missingDatabases(notion, config.databases, signal)
      : await nothingShared(notion, signal);
    if (problems.length > 0) return { ok: false, problems };
    const what = config.databases ? `${config.databases.length} of its databases` : 'everything shared with it';
    return { ok: true, message: `${workspaceOf(me)} as ${String(me['name'] ?? 'a bot')}: ${what}` };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, problems: [explain(error)] };
  }
}

async function missingDatabases(notion: NotionClient, ids: readonly string[], signal: AbortSignal) {
  const problems: CheckProblem[] = [];
  for (const [index, id] of ids.entries()) {
    try {
      await notion.get(`/v1/databases/${idOf(id)}`, signal);
    } catch (error) {
      if (!(error instanceof ExternalError) || error.status !== 404) throw error;
      const fix = 'Check the id; in Notion, open the database and add the connection under ••• → Connections';
      const message = `The database ${id} does not exist, or is not shared with the connection. ${fix}.`;
      problems.push({ field: `databases.${index}`, code: error.code, message });
    }
  }
  return problems;
}

async function nothingShared(notion: NotionClient, signal: AbortSignal): Promise<CheckProblem[]> {
  const first = await notion.post('/v1/search', {}, undefined, new PageSize({ min: 1, max: 1 }), signal);
  if (first === null || first.items.length > 0) return [];
  const fix = 'In Notion, open a page or database and add the connection under ••• → Connections';
  const message = `Nothing is shared with the connection. ${fix}; the search finds it after some minutes.`;
  return [{ code: 'SOURCE_NOT_FOUND', message }];
}

function workspaceOf(me: unknown): string {
  const bot = isJsonObject(me) && isJsonObject(me['bot']) ? me['bot'] : {};
  return typeof bot['workspace_name'] === 'string' ? bot['workspace_name'] : 'Notion';
}

function explain(error: unknown): CheckProblem {
  if (!(error instanceof ExternalError)) throw error;
  const { code, message, status } = error;
  if (error instanceof AuthExpired)
    return {
      code,
      message:
        'Notion does not accept the token: it is wrong or revoked. Copy it again from the connection, or connect again.',
    };
  if (status === 403) {
    const fix = 'Give it the capability Read content, in its settings under Capabilities';
    return { code, message: `The connection cannot read content. ${fix}.` };
  }
  if (status === undefined) return { field: 'apiUrl', code, message: `Notion cannot be reached there: ${message}` };
  return { code, message };
}
