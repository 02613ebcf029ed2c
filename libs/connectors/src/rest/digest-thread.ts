// The program of a thread: digests one large answer, and hands its list over in pieces, so that the parent's event loop
// takes it in many small steps.
import { parentPort, workerData } from 'node:worker_threads';
import { Undecodable } from './decode-error.js';
import { digest, type Digest, type DigestOrder } from './digest.js';

export type Piece =
  | { readonly undecodable: string }
  | { readonly digest: Digest; readonly pieces: number | null }
  | { readonly list: readonly unknown[] };

const PIECE = 500;

const post = (piece: Piece) => parentPort!.postMessage(piece);

try {
  const whole = digest(workerData as DigestOrder);
  const [list, ...others] = whole.found;
  if (Array.isArray(list)) {
    const pieces = Math.ceil(list.length / PIECE);
    post({ digest: { ...whole, found: [[], ...others] }, pieces });
    for (let at = 0; at < list.length; at += PIECE) post({ list: list.slice(at, at + PIECE) });
  } else post({ digest: whole, pieces: null });
} catch (error) {
  if (!(error instanceof Undecodable)) throw error;
  post({ undecodable: error.message });
}
