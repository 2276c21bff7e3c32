import { BIGINT, BIT, FLOAT, list, NVARCHAR_MAX, struct } from '../../arrow/sql-type.ts';
import { type SystemView, systemView } from '../system-view.ts';

/** The run reports of this engine's statements, added up by operation and service; `model` is the last that answered. */
export const dmCognitiveOperations: SystemView = systemView({
  schema: 'sys',
  name: 'dm_cognitive_operations',
  rows: ({ operations }) => operations,
  columns: [
    ['operation', NVARCHAR_MAX, (o) => o.operation],
    ['service', NVARCHAR_MAX, (o) => o.service],
    ['model', NVARCHAR_MAX, (o) => o.model],
    ['documents', BIGINT, (o) => BigInt(o.documents)],
    ['distinct_inputs', BIGINT, (o) => BigInt(o.distinct)],
    ['cached', BIGINT, (o) => BigInt(o.cached)],
    ['requests', BIGINT, (o) => BigInt(o.requests)],
    ['retries', BIGINT, (o) => BigInt(o.retries)],
    ['throttled', BIGINT, (o) => BigInt(o.throttled)],
    ['errors', BIGINT, (o) => BigInt(Object.values(o.errors).reduce((sum, n) => sum + n, 0))],
    [
      'error_codes',
      list(struct({ code: NVARCHAR_MAX, count: BIGINT })),
      (o) => Object.entries(o.errors).map(([code, n]) => ({ code, count: BigInt(n) })),
    ],
    ['bytes_sent', BIGINT, (o) => BigInt(o.bytesSent)],
    ['bytes_received', BIGINT, (o) => BigInt(o.bytesReceived)],
    ['cost', FLOAT, (o) => o.cost],
    ['currency', NVARCHAR_MAX, (o) => o.currency],
    ['latency_p50_ms', FLOAT, (o) => o.latencyMs.p50],
    ['latency_p95_ms', FLOAT, (o) => o.latencyMs.p95],
    ['latency_p99_ms', FLOAT, (o) => o.latencyMs.p99],
    ['virtual_documents', BIGINT, (o) => BigInt(o.virtualDocuments)],
    ['saved_dedup', BIGINT, (o) => BigInt(o.saved.dedup)],
    ['saved_cache', BIGINT, (o) => BigInt(o.saved.cache)],
    ['saved_order', BIGINT, (o) => BigInt(o.saved.order)],
    ['saved_placement', BIGINT, (o) => BigInt(o.saved.placement)],
    ['saved_fusion', BIGINT, (o) => BigInt(o.saved.fusion)],
    ['saved_early', BIGINT, (o) => BigInt(o.saved.early)],
    ['estimated', BIT, (o) => o.estimated],
  ],
});
