// What the statements of one engine share: the database, its catalog, storage, services, settings, and the
// bookkeeping of what is running. Statement files work on this; only engine.ts makes one.

import type { Snapshot } from '../catalog/snapshot.ts';
import { error, SqlcError } from '../common/errors.ts';
import { timerMs } from '../common/timer.ts';
import type { TraceSpan } from '../common/trace.ts';
import type { DuckdbCatalogStore } from '../exec/duckdb/catalog-store.ts';
import type { Database } from '../exec/duckdb/database.ts';
import { OperationTotals } from '../exec/operation-totals.ts';
import type { ParquetFacts } from '../exec/parquet-facts.ts';
import { type CallProgress, progressOf } from '../exec/progress.ts';
import type { RunReport } from '../exec/run-report.ts';
import { StatementWork, workNames } from '../exec/statement-work.ts';
import type { ParameterValue } from '../planner/bind/context.ts';
import type { PlanInputs } from '../planner/plan-query.ts';
import type { Rule } from '../planner/rule.ts';
import { TypeMemo, type TypeOracle } from '../planner/type-oracle.ts';
import type { Storage } from '../storage/storage.ts';
import { Budget } from '../udf/budget.ts';
import type { CallStatistics } from '../udf/call-statistics.ts';
import { ErrorLimit } from '../udf/error-limit.ts';
import type { CognitiveFunction, FunctionRegistry } from '../udf/function.ts';
import type { AnswerCaches } from './answer-cache.ts';
import { viewQuery } from './change/defaults.ts';
import type { LearntStatistics } from './learnt.ts';
import type { ServiceDirectory } from './services.ts';
import { SessionState } from './session-state.ts';
import type { Settings } from './settings.ts';
import { allSystemViews } from './system-views/index.generated.ts';

export interface SessionParts {
  readonly database: Database;
  /** What DB_NAME() says. */
  readonly databaseName: string;
  /** Of sqlc. */
  readonly version: string;
  readonly store: DuckdbCatalogStore;
  readonly storage: Storage;
  readonly parquet: ParquetFacts;
  readonly services: ServiceDirectory;
  readonly functions: FunctionRegistry;
  readonly rules: readonly Rule[];
  readonly oracle: TypeOracle;
  readonly blobEndpoint: string | undefined;
  readonly learnt: LearntStatistics;
  readonly answers: AnswerCaches;
}

/** One statement while it runs. */
export interface Running {
  readonly id: number;
  readonly signal: AbortSignal;
  readonly settings: Settings;
  readonly report: RunReport;
  /** Unlinks the signal and stops its clock. */
  end(): void;
}

/** What the sessions of one engine run together. */
class Shared {
  readonly memo = new TypeMemo();
  readonly running = new Set<AbortController>();
  readonly works = new Set<StatementWork>();
  readonly ended = new OperationTotals();
  lastId = 0;
  closed = false;
}

export class Session {
  readonly parts: SessionParts;
  settings: Settings;
  readonly state: SessionState;
  /** Those of the registry, and those the embedding program registered. */
  readonly functions: Map<string, CognitiveFunction>;
  readonly #shared: Shared;

  /** @param beside a session of the same engine */
  constructor(parts: SessionParts, settings: Settings, beside?: Session) {
    this.parts = parts;
    this.settings = settings;
    this.state = Object.assign(new SessionState(), beside?.state);
    this.functions = beside?.functions ?? new Map(parts.functions);
    this.#shared = beside === undefined ? new Shared() : beside.#shared;
  }

  /** The same work with settings and a state of its own: what SET says there holds there. */
  apart(): Session {
    return new Session(this.parts, this.settings, this);
  }

  begin(report: RunReport, settings: Settings, signal: AbortSignal | undefined): Running {
    this.checkOpen();
    const controller = new AbortController();
    this.#shared.running.add(controller);
    const cancel = () => controller.abort(error('exec/cancelled', {}));
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    const { timeout } = settings;
    const clock =
      timeout === undefined
        ? undefined
        : setTimeout(() => controller.abort(error('exec/timeout', { seconds: timeout })), timerMs(timeout * 1000));
    this.#shared.lastId += 1;
    return {
      id: this.#shared.lastId,
      signal: controller.signal,
      settings,
      report,
      end: () => {
        clearTimeout(clock);
        signal?.removeEventListener('abort', cancel);
        this.#shared.running.delete(controller);
      },
    };
  }

  nextId(): number {
    this.#shared.lastId += 1;
    return this.#shared.lastId;
  }

  /** @param snapshot what the statement was planned on: its services answer, whatever is defined meanwhile */
  async openWork(running: Running, snapshot: Snapshot, span: TraceSpan): Promise<StatementWork> {
    const { database, databaseName, services, answers, learnt } = this.parts;
    const { id, report, signal, settings } = running;
    const work = await StatementWork.open({
      database,
      report,
      span,
      signal,
      id,
      maxWaitSeconds: settings.max_wait,
      maxStallSeconds: settings.max_stall,
      errorLimit: new ErrorLimit(settings.max_errors),
      budget: new Budget({ calls: settings.max_calls, documents: settings.max_documents, cost: settings.max_cost }),
      services: {
        ...services.forStatement({ snapshot, requestTimeoutSeconds: settings.request_timeout }),
        cacheOf: (operation, pool) => answers.of(operation, pool, settings.cache),
      },
      systemRows: (table) => {
        const view = allSystemViews.find((one) => one.table === table);
        return view?.rows({ snapshot, database: databaseName, operations: this.operations() }) ?? [];
      },
    });
    this.#shared.works.add(work);
    work.onClose(() => {
      this.#shared.works.delete(work);
      this.#shared.ended.add(work.statistics.values());
      for (const meter of work.meters) learnt.learnCall(meter);
    });
    return work;
  }

  /** What services were asked, the statements that run included. */
  operations(): CallStatistics[] {
    const running = [...this.#shared.works].flatMap((work) => [...work.statistics.values()]);
    return new OperationTotals([...this.#shared.ended.all(), ...running]).all();
  }

  /** Of the statements that run. */
  progress(): CallProgress[] {
    return [...this.#shared.works].flatMap((work) => progressOf(work.meters));
  }

  planInputs(
    snapshot: Snapshot,
    parameters: ReadonlyMap<string, ParameterValue>,
    id: number,
    settings = this.settings,
  ): PlanInputs & { readonly learnt: LearntStatistics } {
    const { rules, oracle, learnt, services } = this.parts;
    return {
      snapshot,
      functions: this.functions,
      parameters,
      onError: settings.on_error,
      maxRecursion: settings.maxrecursion,
      viewQuery,
      now: new Date(),
      dateOrder: this.state.dateOrder,
      rowLimit: this.state.rowLimit,
      rules,
      oracle,
      memo: this.#shared.memo,
      names: workNames(id),
      learnt,
      terms: () => services.terms(snapshot),
    };
  }

  checkOpen(): void {
    if (this.#shared.closed) throw error('exec/closed', {});
  }

  async close(): Promise<void> {
    if (this.#shared.closed) return;
    this.#shared.closed = true;
    for (const controller of this.#shared.running) controller.abort(error('exec/closed', {}));
    const { services, storage, database, learnt, answers, store } = this.parts;
    if (store.counts) await store.settleCounters();
    await learnt.save();
    await answers.close();
    await services.close();
    await storage.close();
    database.close();
  }
}

/** How a failed statement is written into its report. */
export function statusOf(failure: unknown): RunReport['status'] {
  return failure instanceof SqlcError && failure.code === 'exec/cancelled' ? 'cancelled' : 'failed';
}
