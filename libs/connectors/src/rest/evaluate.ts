import { compile, TreeInterpreter, type JSONValue } from '@jmespath-community/jmespath';
import type { Json } from '@tidemark/foundation';

/** A JMESPath expression cannot be evaluated on the received data. */
export class Inapplicable extends Error {
  constructor(
    /** Its index among those that were asked for. */
    readonly index: number,
    /** Without received data. */
    readonly why: string,
  ) {
    super(why);
  }
}

const compiled = new Map<string, ReturnType<typeof compile>>();

/** Values of expressions on an answer; null where there is none. @throws Inapplicable */
export const evaluate = (input: Json, expressions: readonly string[]): Json[] =>
  expressions.map((text, index) => {
    try {
      return (TreeInterpreter.search(treeOf(text), input as JSONValue) ?? null) as Json;
    } catch (cause) {
      // An expression's error message may quote received data behind its first colon.
      throw new Inapplicable(index, (cause as Error).message.split(':', 1)[0]!);
    }
  });

/** Configs come from tenants: what they use is kept up to a bound. */
function treeOf(text: string): ReturnType<typeof compile> {
  const known = compiled.get(text);
  if (known) return known;
  if (compiled.size >= 1000) compiled.clear();
  const tree = compile(text);
  compiled.set(text, tree);
  return tree;
}
