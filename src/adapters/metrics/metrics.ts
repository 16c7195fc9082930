import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Metrics } from '../../ports/metrics.ts';

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Prometheus metrics of this process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'indesk_request_seconds',
    help: 'HTTP requests',
    labelNames: ['route', 'status'],
    buckets: seconds,
    registers,
  });
  const features = new Histogram({
    name: 'indesk_feature_seconds',
    help: 'Copilot calls',
    labelNames: ['feature', 'outcome'],
    buckets: seconds,
    registers,
  });
  const first = new Histogram({
    name: 'indesk_first_token_seconds',
    help: 'Time to the first token',
    labelNames: ['feature', 'provider'],
    buckets: seconds,
    registers,
  });
  const tokens = new Counter({
    name: 'indesk_tokens_total',
    help: 'Tokens by class',
    labelNames: ['provider', 'kind'],
    registers,
  });
  const helpDesk = new Histogram({
    name: 'indesk_help_desk_seconds',
    help: 'Requests to Zendesk',
    labelNames: ['operation', 'status'],
    buckets: seconds,
    registers,
  });
  const sites = new Histogram({
    name: 'indesk_site_seconds',
    help: 'Requests to Confluence and to web sites',
    labelNames: ['site', 'status'],
    buckets: seconds,
    registers,
  });
  const breakers = new Counter({
    name: 'indesk_provider_breaker_total',
    help: 'Breakers that opened and closed, and calls they refused',
    labelNames: ['scope', 'provider', 'event'],
    registers,
  });
  const openBreakers = new Gauge({
    name: 'indesk_provider_breakers_open',
    help: 'Breakers of this process that let no call through, or one to try',
    labelNames: ['scope', 'provider'],
    registers,
  });
  const authorizations = new Counter({
    name: 'indesk_zendesk_authorization_total',
    help: 'What happened to rotating access to Zendesk',
    labelNames: ['event'],
    registers,
  });
  const confluenceAuthorizations = new Counter({
    name: 'indesk_confluence_authorization_total',
    help: 'What happened to rotating access to Confluence',
    labelNames: ['event'],
    registers,
  });
  const sweptRows = new Counter({
    name: 'indesk_retention_rows_total',
    help: 'Rows deleted or emptied when their time was over',
    labelNames: ['rule'],
    registers,
  });
  const sweptAt = new Gauge({
    name: 'indesk_retention_last_success_timestamp_seconds',
    help: 'When a retention rule was last swept by this process; alert when none did within two hours',
    labelNames: ['rule'],
    registers,
  });
  const streams = new Gauge({ name: 'indesk_open_streams', help: 'Streams being answered', registers });
  return {
    requestFinished: ({ route, status }, time) => requests.observe({ route, status: String(status) }, time),
    featureFinished: (labels, time) => features.observe(labels, time),
    firstToken: (labels, time) => first.observe(labels, time),
    tokensUsed: (labels, count) => tokens.inc(labels, count),
    helpDeskFinished: ({ operation, status }, time) =>
      helpDesk.observe({ operation, status: String(status) }, time),
    siteFinished: ({ site, status }, time) => sites.observe({ site, status: String(status) }, time),
    providerBreaker: ({ scope, provider, event }) => {
      breakers.inc({ scope, provider, event });
      if (event === 'opened') openBreakers.inc({ scope, provider });
      if (event === 'closed') openBreakers.dec({ scope, provider });
    },
    zendeskAuthorization: (labels) => authorizations.inc(labels),
    confluenceAuthorization: (labels) => confluenceAuthorizations.inc(labels),
    retentionSwept: (labels, rows) => {
      sweptRows.inc(labels, rows);
      sweptAt.setToCurrentTime(labels);
    },
    openStreams: (change) => streams.inc(change),
    render: () => registry.metrics(),
  };
}
