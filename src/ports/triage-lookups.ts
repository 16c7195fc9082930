/** What must be found when a webhook of Zendesk's comes in. */
export interface TriageLookups {
  /** By Zendesk's id of the webhook and the hash (SHA-256, hex) of the key in the address: both must name the same one. The secret is sealed. */
  triageWebhook(
    webhookId: string,
    keyHash: string,
  ): Promise<{ readonly subscriptionId: string; readonly signingSecret: string } | undefined>;
}
