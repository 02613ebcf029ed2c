import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';

/** Lets a process without a compiler import TypeScript sources by their usual import names. */
const resolveSources = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve(name, context, next) {
    try { return next(name, context); }
    catch (error) {
      if (!/^(\\.|file:).*\\.js$/.test(name)) throw error;
      return next(name.replace(/\\.js$/, '.ts'), context);
    }
  },
});`;

/** A separate process with a blob store: nothing else is in its memory, and it can be killed. */
export class Child {
  readonly #process: ChildProcess;
  #output = '';
  #errors = '';

  /** @param script an ES module's text; `store` is the store of the URL, `say` prints a line, `gc` collects garbage */
  constructor(url: string, namespace: string | undefined, script: string) {
    const index = new URL(`../index${extname(import.meta.url)}`, import.meta.url).href;
    const text = `
      import { createBlobStore } from ${JSON.stringify(index)};
      const store = await createBlobStore(${JSON.stringify(url)}, ${JSON.stringify({ namespace })});
      const say = (line) => process.stdout.write(line + '\\n');
      ${script}
      await store.close();`;
    this.#process = spawn(
      process.execPath,
      [
        ...['--conditions=@tidemark/source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning'],
        ...['--import', `data:text/javascript,${encodeURIComponent(resolveSources)}`],
        ...['--expose-gc', '--input-type=module', '--eval', text],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } },
    );
    this.#process.stdout!.setEncoding('utf8').on('data', (part: string) => (this.#output += part));
    this.#process.stderr!.setEncoding('utf8').on('data', (part: string) => (this.#errors += part));
  }

  /** Resolves when the child has printed the line. @throws Error with the child's output when it ends before */
  async said(line: string): Promise<void> {
    const ended = once(this.#process, 'close').then(() => true);
    while (!this.#output.split('\n').includes(line)) {
      if (await Promise.race([once(this.#process.stdout!, 'data').then(() => false), ended])) throw this.#failure();
    }
  }

  async kill(): Promise<void> {
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGKILL');
    await closed;
  }

  /** The last line that the child printed, parsed. @throws Error with the child's output when it fails */
  async result<T>(): Promise<T> {
    await once(this.#process, 'close');
    if (this.#process.exitCode !== 0) throw this.#failure();
    return JSON.parse(this.#output.trim().split('\n').at(-1)!) as T;
  }

  #failure(): Error {
    return new Error(`the child process ended with ${this.#process.exitCode}: ${this.#errors}`);
  }
}
