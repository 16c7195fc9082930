/** What must be found when somebody comes back from Zendesk with nothing but a state. */
export interface ZendeskOAuthLookups {
  /** Whose authorisation the state (SHA-256, hex) belongs to; `accountId` is null for one begun at the command line. */
  oauthStateOwner(
    stateHash: string,
  ): Promise<{ readonly subscriptionId: string; readonly accountId: string | null } | undefined>;
}
