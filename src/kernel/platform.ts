/** The subscription the operators themselves belong to: their accounts, tokens and audit log. It has no tickets and is never listed. */
export const platformSubscriptionId = '00000000-0000-7000-8000-000000000001';
