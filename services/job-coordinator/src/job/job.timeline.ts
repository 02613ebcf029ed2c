import type { BySeverity, JobEvent } from '@tidemark/contracts';

const seconds = (from: number, to: number) => `${Math.max(0, Math.round((to - from) / 1000))} s`;

/** One sentence that describes the event. */
export function describeEvent({ type, data }: JobEvent): string {
  switch (type) {
    case 'JobCreated':
      return `Requested: ${data.type} sync (${data.trigger})${data.retryOf ? `, to retry ${data.retryOf}` : ''}`;
    case 'StageClaimed':
      return `${data.runner} claimed stage ${data.stage} (attempt ${data.attempt}, claim ${data.claim})`;
    case 'StageCompleted':
      return `Stage ${data.stage} completed${data.handOver ? `, handed over to ${data.handOver.service}` : ''}`;
    case 'CheckpointSaved':
      return `Checkpoint ${data.sequence} of stage ${data.stage}: ${data.counts?.processed ?? 0} processed`;
    case 'ClaimExpired':
      return `Claim ${data.claim} ${data.released ? 'was given back' : 'expired: no heartbeat in time'}; stage ${data.stage} is offered to another runner`;
    case 'ClaimStalled':
      return `Stage ${data.stage} has made no progress for ${seconds(data.since, data.at)}`;
    case 'ClaimRecovered':
      return `Stage ${data.stage} makes progress again`;
    case 'RetryScheduled':
      return `Stage ${data.stage} failed: ${data.error.code} ${data.error.message}; retry ${data.retryCount} in ${seconds(data.at, data.retryAt)}`;
    case 'RetryExpedited':
      return `The next attempt may start now (${data.reason})`;
    case 'CancelRequested':
      return `Cancel requested (${data.reason}); the runner has ${seconds(data.at, data.deadline)} to stop`;
    case 'ChangesDetected':
      return `Changes detected: ${countsText(data.bySeverity)}`;
    case 'JobCompleted':
      return `Completed: ${data.result.replaceAll('_', ' ')}`;
    case 'JobFailed':
      return `Failed in stage ${data.stage}: ${data.error.code} ${data.error.message}`;
    case 'JobCancelled':
      return data.forced ? `Cancelled (${data.reason}): the runner did not stop in time` : `Cancelled (${data.reason})`;
  }
}

function countsText(bySeverity: BySeverity): string {
  const parts = Object.entries(bySeverity).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'none' : parts.map(([severity, count]) => `${count} ${severity}`).join(', ');
}
