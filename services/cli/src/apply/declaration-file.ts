import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { CliError } from '../cli-error.js';
import { badInput } from '../commands/diff-source.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';

const MAX_BYTES = 4 * 1024 ** 2;
const MAX_ALIASES = 1000;

export type Path = readonly (string | number)[];

/** What is wrong with a part of the file. */
export interface Fault {
  readonly path: Path;
  /** Names the field; quotes no secret. */
  readonly message: string;
}

/** A file of declarations, in YAML or JSON, which knows the line of everything in it. */
export class DeclarationFile {
  readonly content: unknown;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  /** @throws CliError with name, line and column when it is not valid YAML */
  constructor(
    readonly name: string,
    /** What paths in the file are relative to. */
    readonly folder: string,
    text: string,
  ) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: true });
    const [error] = [...this.#document.errors, ...this.#document.warnings];
    if (error) throw badInput(`${this.#positionOf(error.pos[0])}: not valid YAML: ${error.message}`, error);
    try {
      this.content = this.#document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (cause) {
      throw badInput(`${name}: not valid YAML: ${(cause as Error).message}`, cause);
    }
  }

  /** From a file, or `-` for standard input. @throws CliError */
  static async read(name: string, { folder }: Pick<Session, 'folder'>): Promise<DeclarationFile> {
    const path = resolve(folder, name);
    let text: string;
    try {
      text = name === '-' ? await textOf(process.stdin) : await readFile(path, 'utf8');
    } catch (error) {
      throw badInput(`${name}: cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
    }
    if (text.length > MAX_BYTES) throw badInput(`${name}: larger than ${MAX_BYTES} bytes`, undefined);
    return new DeclarationFile(name === '-' ? 'standard input' : name, name === '-' ? folder : dirname(path), text);
  }

  /** `file:line:column` of what is there, or of the nearest thing around it. */
  where(path: Path): string {
    let node: unknown = this.#document.contents;
    let offset = startOf(node);
    for (const part of path) {
      const inner = this.#memberOf(isAlias(node) ? node.resolve(this.#document) : node, part);
      if (!inner) break;
      offset = inner.offset;
      node = inner.node;
    }
    return this.#positionOf(offset);
  }

  /** @returns the error to throw: one line for each fault, and what they mean for the installation */
  refusal(faults: readonly Fault[], consequence = 'nothing was changed'): CliError {
    const lines = faults.map(({ path, message }) => `${this.where(path)}: ${message}`);
    return new CliError(exitCodes.usage, 'DECLARATION_INVALID', `${lines.join('; ')}; ${consequence}`);
  }

  #memberOf(node: unknown, part: string | number): { readonly node: unknown; readonly offset: number } | undefined {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      return pair && { node: pair.value, offset: startOf(pair.key) };
    }
    const item = isSeq(node) ? node.items[Number(part)] : undefined;
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }

  #positionOf(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.name}:${line}:${col}`;
  }
}

const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);

/** `destinations[0].config.url` → its parts. */
export const partsOf = (field: string): Path =>
  field
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
