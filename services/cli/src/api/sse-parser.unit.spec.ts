import { describe, expect, it } from '@jest/globals';
import { SseParser } from './sse-parser.js';

const parse = (...pieces: string[]) => {
  const parser = new SseParser();
  return { parser, events: pieces.flatMap((piece) => parser.push(piece)) };
};

describe('server-sent events', () => {
  it('are the same however the text is chunked', () => {
    const text = 'id: 7\r\nevent: JobCreated\r\ndata: {"a":1}\r\n\r\n: comment\ndata\ndata: two\n\nid: 8\rdata:x\r\r\n';
    const whole = parse(text).events;
    expect(whole).toEqual([
      { id: '7', event: 'JobCreated', data: '{"a":1}' },
      { id: '7', event: 'message', data: '\ntwo' },
      { id: '8', event: 'message', data: 'x' },
    ]);
    for (let at = 1; at < text.length; at++) expect(parse(text.slice(0, at), text.slice(at)).events).toEqual(whole);
    expect(parse(...text).events).toEqual(whole);
  });

  it('join several data lines and strip a single leading space', () => {
    expect(parse('data:  a\ndata:b\n\n').events).toEqual([{ id: '', event: 'message', data: ' a\nb' }]);
  });

  it('are dropped without data, and their event name does not persist', () => {
    expect(parse('event: ping\n\ndata: x\n\n').events).toEqual([{ id: '', event: 'message', data: 'x' }]);
  });

  it('move the resume position only when complete', () => {
    const { parser } = parse('id: 1\ndata: a\n\nid: 2\ndata: b\n');
    expect(parser.lastEventId).toBe('1');
    parser.restart();
    expect(parser.push('data: c\n\n')).toEqual([{ id: '1', event: 'message', data: 'c' }]);
  });

  it('ignore ids with a NUL, non-numeric reconnection times, and a byte order mark', () => {
    const { parser, events } = parse('\uFEFFid: 3\0\nretry: soon\nretry: 250\ndata: a\n\n');
    expect(events).toEqual([{ id: '', event: 'message', data: 'a' }]);
    expect(parser.retryMs).toBe(250);
  });
});
