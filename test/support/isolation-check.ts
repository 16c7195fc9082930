const dataKeyId = 'dddddddd-dddd-4ddd-8ddd-dddddddddddd';
/** Looks like a value sealed by the data key that the seeds make; it opens with nothing. */
export const sealedSample = Buffer.concat([
  Buffer.from([1]),
  Buffer.from(dataKeyId.replaceAll('-', ''), 'hex'),
  Buffer.alloc(12 + 16),
]).toString('base64url');

const hash = 'c'.repeat(64);

/** Statements that give a subscription one row in every table. */
export const seeds = (id: string): readonly string[] => [
  `insert into app.master_key (subscription_id, id, state) values ('${id}', '${dataKeyId}', 'active')`,
  `insert into app.master_key_wrapper (subscription_id, id, master_key_id, state, fingerprint, wrapped)
    values ('${id}', '${dataKeyId}', '${dataKeyId}', 'active', 'f', 'w')`,
  `insert into app.data_key (subscription_id, id, purpose, wrapped) values ('${id}', '${dataKeyId}', 'seal', 'w')`,
  `insert into app.zendesk_connection (subscription_id, subdomain, client_id, client_secret, scopes, status)
    values ('${id}', 'acme', 'id', '${sealedSample}', 'read', 'connected')`,
  `insert into app.confluence_connection (subscription_id, site_url, grant_kind, status, email, api_token)
    values ('${id}', 'https://acme.atlassian.net', 'api-token', 'connected', '${sealedSample}', '${sealedSample}')`,
  `insert into app.sidebar_installation (subscription_id, audience, issuer, public_key_pem) values ('${id}', 'aud-${id}', 'iss', 'pem')`,
  `insert into app.provider_connection (subscription_id, kind, label, model, api_key, key_last_four)
    values ('${id}', 'openai', 'Main', 'm', '${sealedSample}', 'abcd')`,
  `insert into app.feature_setting (subscription_id, feature, enabled) values ('${id}', 'summary', true)`,
  `insert into app.lead_setting (subscription_id, kind, document, updated_at)
    values ('${id}', 'intents', '${sealedSample}', now())`,
  `insert into app.prompt_version (subscription_id, feature, version, instructions, created_at)
    values ('${id}', 'summary', 1, '${sealedSample}', now())`,
  `insert into app.masking_setting (subscription_id, enabled, types, regions, patterns, updated_at)
    values ('${id}', false, '[]', '[]', '${sealedSample}', now())`,
  `insert into app.macro (subscription_id, id, active, document, created_at, updated_at, seen_at)
    values ('${id}', 1, true, '${sealedSample}', now(), now(), now())`,
  `insert into app.macro_sync (subscription_id, kind, started_at, touched_at) values ('${id}', 'full', now(), now())`,
  `insert into app.macro_event (subscription_id, macro_id, ticket_id, event, rank_shown, total_shown, at)
    values ('${id}', 1, 1, 1, 1, 1, now())`,
  `insert into app.macro_gap (subscription_id, day, group_id, looks, misses) values ('${id}', '2026-01-01', 1, 1, 1)`,
  `insert into app.account (subscription_id, id, role, status, email, email_hash)
    values ('${id}', '${id}', 'admin', 'invited', '${sealedSample}', '${hash}')`,
  `insert into app.console_session (subscription_id, id, account_id, idle_expires_at, absolute_expires_at, device)
    values ('${id}', '${id}', '${id}', now(), now(), 'Firefox')`,
  `insert into app.refresh_token (subscription_id, id, session_id, token_hash, generation, expires_at, absolute_expires_at)
    values ('${id}', '${id}', '${id}', md5('${id}') || md5('${id}'), 1, now(), now())`,
  `insert into app.signing_key (subscription_id, id, public_key, private_key, signs_from)
    values ('${id}', '${id}', 'key', '${sealedSample}', now())`,
  `insert into app.second_factor_rule (subscription_id, required) values ('${id}', false)`,
  `insert into app.second_factor (subscription_id, account_id) values ('${id}', '${id}')`,
  `insert into app.recovery_code (subscription_id, account_id, code_hash) values ('${id}', '${id}', '${hash}')`,
  `insert into app.sign_in_challenge (subscription_id, id, account_id, token_hash, expires_at)
    values ('${id}', '${id}', '${id}', md5('${id}') || md5('${id}'), now())`,
  `insert into app.one_time_link (subscription_id, id, account_id, kind, expires_at)
    values ('${id}', '${id}', '${id}', 'reset', now())`,
  `insert into app.oauth_state (subscription_id, id, state_hash, browser_hash, subdomain, redirect_uri, client_kind, client_id,
    verifier, scopes, expires_at)
    values ('${id}', '${id}', md5('${id}') || md5('${id}'), '${hash}', 'acme', 'https://x', 'own', 'id', '${sealedSample}', 'read', now())`,
  `insert into app.usage_month (subscription_id, month) values ('${id}', '2026-01-01')`,
  `insert into app.budget (subscription_id, id, scope, subject, metric, period, most, created_at)
    values ('${id}', '${id}', 'subscription', '', 'tokens', 'month', 1000, now())`,
  `insert into app.alert_webhook (subscription_id, url, host, secret, updated_at)
    values ('${id}', '${sealedSample}', 'x.example', '${sealedSample}', now())`,
  `insert into app.admin_token (subscription_id, id, label, token_hash, scopes, created_by, expires_at)
    values ('${id}', 'abcdefghij', 'Billing', '${'a'.repeat(64)}', '[]', 'op', now())`,
  `insert into app.tombstone (subscription_id, erased_hash, actor_kind, actor_id, counts)
    values ('${id}', '${'b'.repeat(64)}', 'operator', 'op', '{}')`,
  // Gives usage_day its row.
  `insert into app.receipt (subscription_id, feature, provider_kind, provider_host, model, demo, comments_sent, sources_sent,
    values_masked, provider_calls, help_desk_calls, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
    cost_quality, outcome, duration_ms)
    values ('${id}', 'summary', 'openai', 'host', 'm', false, 1, 0, 0, 1, 1, 10, 0, 5, 0, 'unknown', 'ok', 12)`,
  `insert into app.triage_webhook (subscription_id, id, subdomain, key_hash, webhook_id, trigger_ids, own_user_id,
    signing_secret, connected_at)
    values ('${id}', '${id}', 'acme', md5('${id}') || md5('${id}'), '${id}', '[1]', 2, '${sealedSample}', now())`,
  `insert into app.triage_setting (subscription_id, mode, rules, version, updated_at)
    values ('${id}', 'off', '{}', 1, now())`,
  `insert into app.triage_change (subscription_id, id, ticket_id, delivery_id, fields, outcome, at)
    values ('${id}', '${id}', 1, 'd', '["priority"]', 'applied', now())`,
  `insert into app.ai_agent (subscription_id, id, name, status, widget_key, created_at, updated_at)
    values ('${id}', '${id}', 'Shop', 'draft', left(md5('${id}'), 22), now(), now())`,
  `insert into app.ai_agent_version (subscription_id, ai_agent_id, version, settings, created_at)
    values ('${id}', '${id}', 1, '${sealedSample}', now())`,
  `insert into app.ai_agent_day (subscription_id, ai_agent_id, day) values ('${id}', '${id}', '2026-01-01')`,
  `insert into app.knowledge_source (subscription_id, id, ai_agent_id, in_copilot, internal, kind, settings, created_at)
    values ('${id}', '${id}', '${id}', true, false, 'files', '${sealedSample}', now())`,
  `insert into app.knowledge_document (subscription_id, id, source_id, title, generation, chunks, is_public, created_at, updated_at)
    values ('${id}', '${id}', '${id}', '${sealedSample}', 1, 1, false, now(), now())`,
  `insert into app.knowledge_file (subscription_id, id, ai_agent_id, place, metadata)
    values ('${id}', '${id}', '${id}', 1, '{"format": "txt"}')`,
  `insert into app.knowledge_chunk (subscription_id, id, source_id, document_id, generation, ordinal, range_start, range_end,
    hash, content, embedding, embedding_model)
    values ('${id}', '${id}', '${id}', '${id}', 1, 0, 0, 5, '${hash}', '${sealedSample}',
      array_fill(0.1, array[768])::halfvec, 'sha256:m')`,
  `insert into app.ai_agent_question (subscription_id, id, ai_agent_id, content, created_at, updated_at)
    values ('${id}', '${id}', '${id}', '${sealedSample}', now(), now())`,
  `insert into app.ai_agent_test_run (subscription_id, id, ai_agent_id, version, state, total, started_at, touched_at)
    values ('${id}', '${id}', '${id}', 1, 'done', 1, now(), now())`,
  `insert into app.ai_agent_test_result (subscription_id, run_id, question_id, outcome, reasons, tested_at)
    values ('${id}', '${id}', '${id}', 'passed', '{}', now())`,
  `insert into app.ai_agent_outcome (subscription_id, ai_agent_id, day, tickets, handed_off, confirmed, silent, came_back, counted_at)
    values ('${id}', '${id}', '2026-01-01', 1, 0, 1, 0, 0, now())`,
  `insert into app.stop_switch (subscription_id, what, since) values ('${id}', 'ai-agents', now())`,
  `insert into app.chat_delivery (subscription_id, session_id, ai_agent_id, called, state, created_at, expires_at)
    values ('${id}', '${id}', '${id}', true, 'waiting', now(), now() + interval '1 hour')`,
  `insert into app.job_outbox (subscription_id, name, ids) values ('${id}', 'provider.check-key', '{}')`,
  `insert into app.audit_event (subscription_id, actor_kind, actor_id, action, outcome, request_id, permission, facts)
    values ('${id}', 'system', 'test', 'test.ran', 'ok', 'r', 'p', '{}')`,
];
