import pino from 'pino';
import type { DestinationStream } from 'pino';
import type { LogFields, Logger } from '../../ports/logger.ts';
import { scrub } from './scrub.ts';

const allowed: readonly (keyof LogFields)[] = [
  'requestId',
  'subscriptionId',
  'feature',
  'ticketId',
  'status',
  'problem',
  'durationMs',
  'count',
  'attempt',
  'provider',
  'model',
  'job',
  'code',
  'address',
  'method',
  'route',
];
const maximumLength = 200;

/** Copies the allowed fields and nothing else, whatever was handed in. */
function pick(fields: LogFields): Record<string, string | number> {
  const picked: Record<string, string | number> = {};
  for (const name of allowed) {
    const value: unknown = fields[name];
    if (typeof value === 'number')
      picked[name] = Number.isInteger(value) ? value : Math.round(value * 100) / 100;
    // U+2028 and friends would start a new line in some viewers.
    else if (typeof value === 'string')
      picked[name] = value.slice(0, maximumLength).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
  }
  return picked;
}

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Standard output when left out; the program never writes a log file. */
  readonly destination?: DestinationStream;
}

let output: (DestinationStream & { flushSync(): void }) | undefined;

/** Standard output in batches, one of a process: a write for each request showed in the profile. What warns is written at once, and all of it when the program ends. */
function standardOutput(): NonNullable<typeof output> {
  if (output === undefined) {
    const opened = pino.destination({ fd: 1, sync: true, minLength: 8_192, periodicFlush: 100 });
    process.on('exit', () => opened.flushSync());
    output = opened;
  }
  return output;
}

/** Structured lines on standard output with allow-listed fields only. */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { program: 'indesk' },
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'event',
    formatters: { level: (label) => ({ level: label }) },
    hooks: { streamWrite: scrub },
  };
  const standard = destination === undefined ? standardOutput() : undefined;
  const log = pino(options, destination ?? standard);
  return {
    info: (event, fields = {}) => log.info(pick(fields), event),
    warn: (event, fields = {}) => {
      log.warn(pick(fields), event);
      standard?.flushSync();
    },
    error: (event, fields = {}) => {
      log.error(pick(fields), event);
      standard?.flushSync();
    },
  };
}
