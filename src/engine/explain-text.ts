// EXPLAIN as text: the plan, a line for each call's estimate (and one for what the run did), rules and fragments.

import type { CallEstimate, EstimatedTotal } from '../exec/estimate-calls.ts';
import type { CallStatistics } from '../udf/call-statistics.ts';
import type { ExplainedPlan } from './statements/explain.ts';

export function explainText({ plan, steps, calls, total, rules, fragments, actual }: ExplainedPlan): string {
  const after = (steps ?? []).map((s) => `after ${s.rule}:\n${s.plan.replace(/^/gm, '  ')}\n\n`).join('');
  const done = [...(actual?.operations ?? [])];
  const lines = calls.flatMap((call) => {
    const at = done.findIndex((o) => o.operation === call.operation && o.service === call.service);
    const [ran] = at < 0 ? [] : done.splice(at, 1);
    return [`  ${estimateText(call)}`, ...(ran === undefined ? [] : [`    actual: ${actualText(ran)}`])];
  });
  const asked = lines.length === 0 ? '' : `calls:\n${lines.join('\n')}\n${calls.length < 2 ? '' : totalText(total)}\n`;
  const ran = actual === undefined ? '' : `actual: rows ${count(actual.rows)}, ${seconds(actual.elapsedMs / 1000)}\n\n`;
  const shown = fragments.map((f) => `${f.name}:\n  ${f.sql}`).join('\n');
  return `${after}${plan}\n\n${asked}${ran}rules: ${rules.length === 0 ? 'none' : rules.join(', ')}\n\n${shown}`;
}

function estimateText(c: CallEstimate): string {
  const about = c.exact ? '' : '~';
  const number = (n: number | undefined) => (n === undefined ? 'unknown' : `${about}${count(n)}`);
  const price = c.price === undefined ? 'no price known' : `${about}${money(c.price)} ${c.currency}`;
  const pieces = (c.documents ?? 0) > (c.distinct ?? 0) - (c.cached ?? 0) ? `, documents ${number(c.documents)}` : '';
  const fused = c.fusedWith.length === 0 ? '' : ` (fused with ${c.fusedWith.join(', ')})`;
  const time = c.seconds === undefined ? 'time unknown' : `${about}${seconds(c.seconds)}`;
  return `${c.operation} (${c.shape}) by ${c.service}: rows ${number(c.rows)}, distinct inputs ${number(c.distinct)}, cached ${number(c.cached)}${pieces}, requests ${number(c.requests)}${fused}, ${price}, ${time} at ${c.pace}`;
}

function totalText({ requests, price, currency, seconds: time, exact }: EstimatedTotal): string {
  const about = exact ? '' : '~';
  const cost = price === undefined ? '' : `, ${about}${money(price)} ${currency}`;
  const lasts = time === undefined ? '' : `, ${about}${seconds(time)}`;
  return `  total: requests ${requests === undefined ? 'unknown' : `${about}${count(requests)}`}${cost}${lasts}\n`;
}

function actualText(o: CallStatistics): string {
  const saved = Object.entries(o.saved).flatMap(([why, n]) => (n > 0 ? [`${why} ${count(n)}`] : []));
  const errors = Object.entries(o.errors).map(([code, n]) => `${count(n)} ${code}`);
  const { p50, p99 } = o.latencyMs;
  return [
    `rows ${count(o.rows)}`,
    `distinct inputs ${count(o.distinct)}`,
    `cached ${count(o.cached)}`,
    ...(o.split.inputs === 0 ? [] : [`${count(o.split.inputs)} too long, in ${count(o.split.documents)} pieces`]),
    `requests ${count(o.requests)}${o.retries + o.throttled === 0 ? '' : ` (${o.retries} retries, ${o.throttled} throttled)`}`,
    `${money(o.cost)} ${o.currency}`,
    ...(p50 === null ? [] : [`latency ${p50} ms (p99 ${p99} ms)`]),
    ...(errors.length === 0 ? [] : [`failed ${errors.join(', ')}`]),
    `row by row ${o.estimated ? '~' : ''}${count(o.virtualDocuments)} documents${saved.length === 0 ? '' : `, saved: ${saved.join(', ')}`}`,
  ].join(', ');
}

function count(n: number): string {
  return n.toLocaleString('en');
}

function money(amount: number): string {
  return String(Math.round(amount * 1e6) / 1e6);
}

function seconds(s: number): string {
  if (s >= 90) return `${count(Math.round(s / 60))} min`;
  return `${s < 10 ? Math.round(s * 100) / 100 : Math.round(s)} s`;
}
