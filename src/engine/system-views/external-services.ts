import { DATETIME, FLOAT, INT, NVARCHAR_MAX } from '../../arrow/sql-type.ts';
import { findObject } from '../../catalog/snapshot.ts';
import { moment, SYSNAME } from '../system-object.ts';
import { type SystemView, systemView } from '../system-view.ts';

/** Ours: the endpoints that answer cognitive functions. What was not said of one is NULL. */
export const externalServices: SystemView = systemView({
  schema: 'sys',
  name: 'external_services',
  rows: ({ snapshot }) =>
    snapshot.services.map((service) => {
      const { credential } = service;
      const found = credential === undefined ? undefined : findObject(snapshot, 'credential', credential);
      return { ...service, credentialId: found?.stamp?.id ?? null };
    }),
  columns: [
    ['service_id', INT, (s) => s.stamp?.id ?? null],
    ['name', SYSNAME, (s) => s.name],
    ['type', SYSNAME, (s) => s.type.toUpperCase()],
    ['location', NVARCHAR_MAX, (s) => s.location],
    ['credential_id', INT, (s) => s.credentialId],
    ['region', SYSNAME, (s) => s.region ?? null],
    ['operations', NVARCHAR_MAX, (s) => s.operations?.join(', ') ?? null],
    ['api_version', SYSNAME, (s) => s.apiVersion ?? null],
    ['model_version', SYSNAME, (s) => s.modelVersion ?? null],
    ['tier', SYSNAME, (s) => s.tier ?? null],
    ['weight', FLOAT, (s) => s.weight ?? null],
    ['max_concurrency', INT, (s) => s.maxConcurrency ?? null],
    ['requests_per_second', FLOAT, (s) => s.requestsPerSecond ?? null],
    ['requests_per_minute', FLOAT, (s) => s.requestsPerMinute ?? null],
    ['price_per_1000', FLOAT, (s) => s.pricePer1000 ?? null],
    ['currency', SYSNAME, (s) => s.currency ?? null],
    ['create_date', DATETIME, (s) => moment(s.stamp?.created)],
    ['modify_date', DATETIME, (s) => moment(s.stamp?.modified)],
  ],
});
