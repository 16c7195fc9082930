-- Every sealed column refuses what its subscription's data keys did not seal; see app.require_sealed.

create trigger sealed before insert or update of contact_email on app.subscription
  for each row execute function app.require_sealed('contact_email');
create trigger sealed before insert or update of client_secret, access_token, refresh_token on app.zendesk_connection
  for each row execute function app.require_sealed('client_secret', 'access_token', 'refresh_token');
create trigger sealed before insert or update of client_secret, verifier on app.oauth_state
  for each row execute function app.require_sealed('client_secret', 'verifier');
create trigger sealed before insert or update of api_key on app.provider_connection
  for each row execute function app.require_sealed('api_key');
create trigger sealed before insert or update of instructions on app.feature_setting
  for each row execute function app.require_sealed('instructions');
create trigger sealed before insert or update of email on app.account
  for each row execute function app.require_sealed('email');
create trigger sealed before insert or update of private_key on app.signing_key
  for each row execute function app.require_sealed('private_key');
create trigger sealed before insert or update of secret, pending_secret on app.second_factor
  for each row execute function app.require_sealed('secret', 'pending_secret');
create trigger sealed before insert or update of payload on app.one_time_link
  for each row execute function app.require_sealed('payload');
