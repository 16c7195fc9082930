/** Channels of Zendesk messaging and its social relatives, as `via.channel` names them. */
const messagingChannels: ReadonlySet<string> = new Set([
  'native_messaging',
  'messaging',
  'whatsapp',
  'instagram_dm',
  'facebook_messenger',
  'sunshine_conversations_api',
  'sunshine_conversations_facebook_messenger',
  'sunshine_conversations_twitter_dm',
  'telegram',
  'viber',
  'line',
  'wechat',
  'kakaotalk',
  'apple_business_chat',
  'google_business_messages',
  'google_rcs',
]);

/** Whether a ticket's `via` says that it is a conversation of messages, where a reply is a chat message and not a mail. */
export function isMessagingChannel(via: unknown): boolean {
  const channel = typeof via === 'object' && via !== null && 'channel' in via ? via.channel : null;
  return typeof channel === 'string' && messagingChannels.has(channel);
}
