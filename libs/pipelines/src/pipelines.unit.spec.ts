import { describe, expect, it } from '@jest/globals';
import { connectors } from '@tidemark/connectors';
import { noopPipeline, pipelineFor, pipelines } from './index.js';

const stagesOf = (connector: string, chosen?: string) =>
  pipelineFor(pipelines, { ...(chosen && { pipeline: chosen }) }, connectors.get(connector)?.manifest)?.stages.map(
    ({ name, service }) => `${service}/${name}`,
  );

const noopStages = noopPipeline.stages.map(({ name, service }) => `${service}/${name}`);

describe('the pipeline of a connection', () => {
  it('is the first that its source offers', () => {
    expect(stagesOf('openapi')).toEqual([
      'connector-runner/fetch',
      'connector-runner/parse',
      'connector-runner/normalize',
      'connector-runner/snapshot',
      'differ/diff',
      'differ/persist',
      'differ/alert',
    ]);
    expect(stagesOf('noop')).toEqual(noopStages);
    expect(stagesOf('toString')).toBeUndefined();
  });

  it('is the one that it names, when this version has it', () => {
    expect(stagesOf('openapi', 'noop')).toEqual(noopStages);
    expect(stagesOf('openapi', 'toString')).toBeUndefined();
  });

  it('is among those of this version for every source that offers one', () => {
    for (const { manifest } of connectors.values())
      for (const kind of manifest.pipelines ?? []) expect([...pipelines.keys()]).toContain(kind);
  });
});
