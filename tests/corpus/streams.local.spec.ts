import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@tidemark/test-kit';
import { AsyncApi } from '../e2e/testing/asyncapi.js';
import { embedded } from '../installations/urls.js';
import { about, recordedMessages } from './testing/recorded.js';
import { expectStreamsToBeUnderstood } from './testing/stored-again.js';

describe(`what ${about.commit.slice(0, 7)} stored and sent`, () => {
  it('is understood, appended to the embedded stores', async () => {
    await using folder = await temporaryFolder();
    await expectStreamsToBeUnderstood(embedded(folder.path), 'tidemark');
  }, 60_000);

  it('is still what asyncapi.yaml describes', () => {
    const api = new AsyncApi();
    const problems = recordedMessages().flatMap(({ kind, subject, data, headers, reply }) => {
      const channel = api.channelOf(subject);
      const at = `#/channels/${channel}/messages`;
      if (kind === 'broadcast') return api.problems(`${at}/beat`, 'payload', data);
      if (kind === 'request') {
        const success = api.operationOn(channel)['reply'].messages[0].$ref as string;
        return [
          ...api.problems(`${at}/request`, 'payload', data),
          ...butMissing(api.problems(success, 'payload', reply)),
        ];
      }
      const names = Object.keys(api.document['channels'][channel].messages as object);
      const name = names.find((one) => one === headers!['ce-type']) ?? names[0]!;
      const payload = api.problems(`${at}/${name}`, 'payload', data);
      const isWork = subject.startsWith('tidemark.work.');
      return [...(isWork ? payload : butMissing(payload)), ...api.problems(`${at}/${name}`, 'headers', headers)];
    });
    expect(problems).toEqual([]);
  });
});

/** Events and replies may say more than they did. Work and requests are taken from services of that version as they are. */
const butMissing = (problems: readonly string[]) =>
  problems.filter((problem) => !problem.includes('must have required property'));
