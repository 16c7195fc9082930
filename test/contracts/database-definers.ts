/**
 * Every function that runs with the rights of its owner, and the owner: what the program can do beyond one subscription.
 * A new one is added here by hand, so that somebody has looked at what it gives away.
 */
export const definerFunctions: Readonly<
  Record<string, 'app_owner' | 'app_lookup' | 'app_maint' | 'app_audit'>
> = {
  accounts_by_email: 'app_lookup',
  create_subscription: 'app_lookup',
  ended_subscriptions: 'app_lookup',
  enter: 'app_owner',
  erase_audit_events: 'app_maint',
  erase_subscription: 'app_maint',
  held_subscriptions: 'app_lookup',
  installation_by_audience: 'app_lookup',
  link_audit_event: 'app_audit',
  list_subscriptions: 'app_lookup',
  oauth_state_owner: 'app_lookup',
  one_time_link_by_token: 'app_lookup',
  purge_jobs: 'app_maint',
  purge_links: 'app_maint',
  purge_refresh_tokens: 'app_maint',
  rotate_refresh_token: 'app_lookup',
  session_by_refresh_token: 'app_lookup',
  sign_in_challenge_by_token: 'app_lookup',
  subscription: 'app_owner',
  subscription_by_key: 'app_lookup',
  subscription_id_by_name: 'app_lookup',
  subscription_ids: 'app_lookup',
  subscriptions_with_due_jobs: 'app_lookup',
  usage_by_month: 'app_lookup',
};
