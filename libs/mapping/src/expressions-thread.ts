// The program of a thread: evaluates expressions on records. Its parent ends it when it takes too long.
import { parentPort, workerData } from 'node:worker_threads';
import { compile, TreeInterpreter, type JSONValue } from '@jmespath-community/jmespath';

export interface ThreadData {
  readonly expressions: readonly string[];
  /** Characters of one value as JSON. */
  readonly maxValue: number;
}

/** Of one record: for each expression its value as JSON, or why there is none. */
export type Evaluated = readonly ({ readonly json: string } | { readonly why: string })[];

const { expressions, maxValue } = workerData as ThreadData;
const trees = expressions.map((text) => compile(text));

parentPort!.postMessage('ready');
parentPort!.on('message', (records: readonly JSONValue[]) => {
  for (const record of records) parentPort!.postMessage(trees.map((tree) => evaluated(tree, record)));
});

function evaluated(tree: ReturnType<typeof compile>, record: JSONValue): Evaluated[number] {
  try {
    const json = JSON.stringify(TreeInterpreter.search(tree, record) ?? null) ?? 'null';
    return json.length > maxValue ? { why: `the value is larger than ${maxValue} characters` } : { json };
  } catch (error) {
    // Behind the first colon an error may quote the record.
    return { why: `it does not fit this record (${(error as Error).message.split(':', 1)[0]!})` };
  }
}
