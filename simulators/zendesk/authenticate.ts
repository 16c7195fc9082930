import { ApiError, forbidden, invalidToken } from './api-error.ts';
import { isKnownScope } from './oauth.ts';
import type { Caller, Route, Simulation } from './simulation.ts';

/**
 * Finds out who calls from the `Authorization` header; null without one. Throws 401 for a bad token
 * and 403 for a token with a scope Zendesk does not know, whatever it asks for.
 */
export function authenticate(simulation: Simulation, authorization: string | undefined): Caller | null {
  if (authorization === undefined) return null;
  const value = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  if (value === undefined) throw new ApiError(401, { error: "Couldn't authenticate you" });
  const agentId = /^sandbox-agent-(\d+)$/.exec(value)?.[1];
  if (agentId !== undefined) {
    const agent = simulation.account.users.get(Number(agentId));
    if (agent === undefined || agent.role === 'end-user') throw invalidToken();
    return { user: agent, token: null };
  }
  const token = simulation.oauth.find(value);
  const user = token === undefined ? undefined : simulation.account.users.get(token.userId);
  if (token === undefined || user === undefined) throw invalidToken();
  if (!token.scopes.every(isKnownScope))
    throw forbidden('You are missing the required scopes for this request.');
  return { user, token };
}

/** Throws 401 without a caller, 403 when the token's scopes or the person's role do not reach. */
export function authorize(route: Route, caller: Caller | null): void {
  if (caller === null) {
    if (route.open === true) return;
    throw new ApiError(401, { error: "Couldn't authenticate you" });
  }
  const action = route.method === 'GET' ? 'read' : 'write';
  const scopes = caller.token?.scopes;
  const reached =
    scopes === undefined ||
    route.scope === 'any' ||
    scopes.includes(action) ||
    scopes.includes(`${route.scope}:${action}`);
  if (!reached) {
    const wanted = route.scope === '' ? action : `${route.scope}:${action}`;
    throw forbidden(`You are missing the following required scopes: ${wanted}`);
  }
  if (caller.user.role === 'end-user' && route.open !== true)
    throw forbidden('You do not have access to this page.');
}
