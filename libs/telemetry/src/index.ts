export { startTelemetry, type Telemetry, type TelemetryOptions } from './sdk.js';
export { currentTraceparent, inSpan, type SpanOptions } from './tracing.js';
export { counter, histogram, observableGauge, type Attributes } from './metrics.js';
