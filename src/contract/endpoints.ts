import type { z } from 'zod';
import * as accounts from './accounts.ts';
import * as copilot from './copilot.ts';
import type { Endpoint } from './endpoint.ts';
import * as operators from './operators.ts';
import * as subscriptions from './subscriptions.ts';
import * as integrations from './integrations.ts';
import * as links from './links.ts';
import * as mfa from './mfa.ts';

export type AnyEndpoint = Endpoint<z.ZodType, z.ZodType, z.ZodType>;

const isEndpoint = (value: unknown): value is AnyEndpoint =>
  typeof value === 'object' && value !== null && 'audience' in value && 'path' in value;

const modules: readonly object[] = [accounts, copilot, integrations, operators, subscriptions, links, mfa];

/** Every endpoint of the contract; the server refuses to start with a route that is not among them. */
export const endpoints: readonly AnyEndpoint[] = modules.flatMap((module) =>
  Object.values(module).filter(isEndpoint),
);
