import { ApiError, invalidToken, notFound } from './api-error.ts';
import { escapeHtml } from './html-text.ts';
import { callerOf, ok } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';

/** The OAuth endpoints: authorise page, token endpoint, inspection and revocation; and the app's public key. */
export function oauthRoutes(simulation: Simulation): Route[] {
  const open = { scope: '', open: true };
  const revoke = (call: Call, id: number): Answer => {
    const own = callerOf(call).user;
    if (own.role === 'end-user' || !simulation.oauth.revoke(id)) throw notFound();
    return { status: 204 };
  };
  const current = (call: Call) => {
    const { token } = callerOf(call);
    if (token === null) throw invalidToken();
    return token;
  };
  return [
    {
      ...open,
      method: 'GET',
      path: '/oauth/authorizations/new',
      handle: (call) => authorizePage(simulation, call),
    },
    { ...open, method: 'POST', path: '/oauth/authorizations', handle: (call) => decide(simulation, call) },
    {
      ...open,
      method: 'POST',
      path: '/oauth/tokens',
      handle: (call) => ({ status: 201, body: simulation.oauth.grant(call.body) }),
    },
    {
      method: 'GET',
      scope: 'any',
      path: '/api/v2/oauth/tokens/current',
      handle: (call) => ok({ token: simulation.oauth.describe(current(call)) }),
    },
    {
      method: 'DELETE',
      scope: 'any',
      path: '/api/v2/oauth/tokens/current',
      handle: (call) => revoke(call, current(call).id),
    },
    {
      method: 'DELETE',
      scope: 'any',
      path: '/api/v2/oauth/tokens/:id',
      handle: (call) => revoke(call, Number(call.parts[0])),
    },
    {
      ...open,
      method: 'GET',
      path: '/api/v2/apps/:id/public_key',
      handle: (call) => publicKey(simulation, call),
    },
    {
      ...open,
      method: 'GET',
      path: '/api/v2/apps/:id/public_key.pem',
      handle: (call) => publicKey(simulation, call),
    },
  ];
}

function publicKey(simulation: Simulation, call: Call): Answer {
  if (Number(call.parts[0]) !== simulation.installation.appId) throw notFound();
  return {
    status: 200,
    text: simulation.keys.publicKeyPem,
    headers: { 'Content-Type': 'application/x-pem-file' },
  };
}

type Request = {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly state: string;
  readonly challenge: string;
};

function readRequest(simulation: Simulation, parameters: URLSearchParams): Request {
  const redirectUri = parameters.get('redirect_uri') ?? '';
  const request = {
    clientId: parameters.get('client_id') ?? '',
    redirectUri,
    scope: parameters.get('scope') ?? 'read',
    state: parameters.get('state') ?? '',
    challenge: parameters.get('code_challenge') ?? '',
  };
  const client = simulation.oauth.clients.find((candidate) => candidate.identifier === request.clientId);
  if (client === undefined)
    throw new ApiError(400, { error: 'invalid_client', error_description: 'There is no such client.' });
  if (!isLoopback(redirectUri)) {
    throw new ApiError(400, {
      error: 'invalid_request',
      error_description: 'The sandbox redirects to loopback addresses only.',
    });
  }
  if (request.challenge !== '' && parameters.get('code_challenge_method') !== 'S256') {
    throw new ApiError(400, {
      error: 'invalid_request',
      error_description: 'code_challenge_method has to be S256.',
    });
  }
  if (client.secret === null && request.challenge === '') {
    throw new ApiError(400, {
      error: 'invalid_request',
      error_description: 'A public client has to send a code_challenge.',
    });
  }
  return request;
}

function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { hostname, protocol } = new URL(address);
  return (
    /^https?:$/.test(protocol) &&
    (hostname === '127.0.0.1' || hostname === '[::1]' || /(^|\.)localhost$/.test(hostname))
  );
}

function authorizePage(simulation: Simulation, call: Call): Answer {
  const { searchParams } = call.url;
  const request = readRequest(simulation, searchParams);
  if (searchParams.get('response_type') !== 'code') {
    throw new ApiError(400, {
      error: 'unsupported_response_type',
      error_description: 'response_type has to be code.',
    });
  }
  // A person who has decided beforehand, so that a journey needs no click.
  if (simulation.consent.answer !== 'ask')
    return redirectBack(simulation, request, simulation.consent.answer === 'allow');
  const hidden = Object.entries({
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope,
    state: request.state,
    code_challenge: request.challenge,
    code_challenge_method: 'S256',
  }).map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`);
  const scopes = request.scope.split(/\s+/).map((scope) => `<li>${escapeHtml(scope)}</li>`);
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Authorise ${escapeHtml(request.clientId)}</title>
<style>body{font:16px/1.5 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}button{font:inherit;padding:.5rem 1rem}</style>
<main><h1>Simulated Zendesk: ${escapeHtml(simulation.account.subdomain)}</h1><p><b>${escapeHtml(request.clientId)}</b> asks for:</p><ul>${scopes.join('')}</ul>
<form method="post" action="/oauth/authorizations">${hidden.join('')}<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form></main></html>`;
  return { status: 200, text, headers: { 'Content-Type': 'text/html; charset=utf-8' } };
}

function decide(simulation: Simulation, call: Call): Answer {
  const parameters = new URLSearchParams(call.rawBody);
  const request = readRequest(simulation, parameters);
  return redirectBack(simulation, request, parameters.get('decision') === 'allow');
}

function redirectBack(simulation: Simulation, request: Request, allowed: boolean): Answer {
  const client = simulation.oauth.clients.find((candidate) => candidate.identifier === request.clientId);
  const target = new URL(request.redirectUri);
  if (allowed && client !== undefined) {
    const code = simulation.oauth.issueCode({
      client,
      userId: client.userId,
      redirectUri: request.redirectUri,
      scope: request.scope,
      challenge: request.challenge === '' ? null : request.challenge,
    });
    target.searchParams.set('code', code);
  } else {
    target.searchParams.set('error', 'access_denied');
    target.searchParams.set('error_description', 'The end-user or authorization server denied the request.');
  }
  target.searchParams.set('state', request.state);
  return { status: 302, headers: { Location: target.href } };
}
