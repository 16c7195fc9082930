import type { Clock, Ids } from './clock.ts';
import type { ConfluenceOAuth } from './confluence-oauth.ts';
import type { ConfluenceSite } from './confluence.ts';
import type { ContentBox } from './content-box.ts';
import type { Database } from './database.ts';
import type { Egress } from './egress.ts';
import type { Embedder } from './embedder.ts';
import type { HelpDesk } from './help-desk.ts';
import type { JobQueue } from './job-queue.ts';
import type { KeyRing } from './key-ring.ts';
import type { KeyValueStore } from './key-value-store.ts';
import type { Logger } from './logger.ts';
import type { Mailer } from './mailer.ts';
import type { Metrics } from './metrics.ts';
import type { ModelProvider } from './model-provider.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { SecretBox } from './secret-box.ts';
import type { TextExtractor } from './text-extractor.ts';
import type { ZendeskOAuth } from './zendesk-oauth.ts';

/** Everything outside, by the name a `Call` asks for it. */
export interface Ports {
  readonly database: Database;
  readonly keyValues: KeyValueStore;
  readonly rateLimiter: RateLimiter;
  readonly jobs: JobQueue;
  readonly secretBox: SecretBox;
  readonly contentBox: ContentBox;
  readonly keyRing: KeyRing;
  readonly modelProvider: ModelProvider;
  readonly embedder: Embedder;
  readonly textExtractor: TextExtractor;
  readonly helpDesk: HelpDesk;
  readonly zendeskOAuth: ZendeskOAuth;
  readonly confluenceSite: ConfluenceSite;
  readonly confluenceOAuth: ConfluenceOAuth;
  readonly egress: Egress;
  readonly mailer: Mailer;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
}
