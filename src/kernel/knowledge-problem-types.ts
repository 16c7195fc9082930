/** Problems of knowledge, its sites, and conversations of visitors. */
export const knowledgeProblemTypes = {
  'chat-unavailable': {
    status: 403,
    title: 'This chat is not available',
    wayOut: 'Use another way to reach us.',
  },
  'ai-agents-stopped': {
    status: 409,
    title: 'The operator of this server has stopped all AI agents',
    wayOut: 'Ask the operator when they go on. Nothing of yours is lost.',
  },
  'chat-session-over': {
    status: 401,
    title: 'This chat has been open for too long',
    wayOut: 'Reload the page.',
  },
  'chat-history-refused': {
    status: 409,
    title: 'This conversation cannot go on',
    wayOut: 'Begin a new one.',
  },
  'chat-busy': {
    status: 409,
    title: 'The answer before is still being written',
    wayOut: 'Wait a moment and send it again.',
  },
  'embedding-unavailable': {
    status: 503,
    title: 'Texts cannot be compared by meaning at present',
    wayOut: 'Search goes on by words. Your operator can look with: npm run model -- status',
  },
  'knowledge-files-full': {
    status: 409,
    title: 'There is no place for another file',
    wayOut: 'Delete a file first, or upload a new version under the same name.',
  },
  'knowledge-full': {
    status: 409,
    title: 'There is no room for all of this text',
    wayOut: 'Delete what is no longer needed first, or leave parts out.',
  },
  'file-refused': {
    status: 422,
    title: 'This file cannot be read',
    wayOut: 'Upload PDF, Word (.docx), text, Markdown, HTML or CSV of up to 10 MiB.',
  },
  'confluence-not-connected': {
    status: 424,
    title: 'Confluence is not connected',
    wayOut: 'Your admin can connect Confluence.',
  },
  'confluence-site-in-use': {
    status: 409,
    title: 'Knowledge is read from another Confluence site',
    wayOut: 'Delete the sources of that site first, then connect this one.',
  },
  'confluence-authorization-refused': {
    status: 403,
    title: 'The authorisation from Atlassian was refused',
    wayOut:
      'Start again from the settings: an authorisation works once, for ten minutes, in the same browser.',
  },
  'confluence-reconnect-needed': {
    status: 424,
    title: 'Confluence no longer accepts our access',
    wayOut: 'Your admin needs to reconnect Confluence: an API token expires after a year at most.',
  },
  'confluence-forbidden': {
    status: 424,
    title: 'Confluence does not let us do this',
    wayOut:
      'Check that the connected account may see the space and that the access has every scope asked for.',
  },
  'confluence-rate-limited': {
    status: 429,
    title: 'Confluence asks us to slow down',
    wayOut: 'Try again in a moment.',
  },
  'confluence-unavailable': {
    status: 503,
    title: 'Confluence does not answer',
    wayOut: 'Try again in a moment.',
  },
} as const;
