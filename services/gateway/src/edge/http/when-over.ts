import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Calls back once the response was sent, or its connection is gone: also where that happened before, and for a response
 * that waits behind others of its connection, which has no `close` of its own.
 */
export function whenOver(response: ServerResponse, socket: Socket, then: () => void): void {
  const over = () => {
    response.off('close', over);
    socket.off('close', over);
    then();
  };
  if (response.closed || socket.destroyed) return then();
  response.once('close', over);
  socket.once('close', over);
}
