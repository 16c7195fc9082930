/** What must be found when a webhook of Zendesk's comes in. */
export interface TriageLookups {
  /** By Zendesk's id of the webhook, whatever address the delivery came to. The secret is sealed. */
  triageWebhook(webhookId: string): Promise<
    | {
        readonly subscriptionId: string;
        /** SHA-256 in hex of the random part of its address. */
        readonly keyHash: string;
        readonly signingSecret: string;
      }
    | undefined
  >;
}
