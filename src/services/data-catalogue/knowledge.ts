import { plain, sealed, subscriptionId, type CatalogueEntries } from './entry.ts';

const untilDeleted = {
  retention: 'until it, its AI agent or the subscription is deleted',
  erasedBy:
    'deleting the file, snippet, source, AI agent or subscription; destroying its data keys makes sealed text unreadable',
};
const time = 'a time';
const number = 'a number';
const word = 'a word from a list';

export const knowledgeEntries: CatalogueEntries = {
  knowledge_source: {
    purpose: 'Knowledge that an AI agent or the copilot answers from, and how far reading it has come.',
    ...untilDeleted,
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the source', 'an id'),
      ai_agent_id: plain('whose it is', 'an id'),
      in_copilot: plain('whether the copilot uses it', 'yes or no'),
      internal: plain('marks what customers must not see', 'yes or no'),
      kind: plain('where it comes from', word),
      settings: sealed('its name, and which spaces, languages or addresses are read', 'id'),
      version: plain('shows that what is kept in memory is out of date', number),
      embedding_model: plain('whether its vectors are of the model there is', 'a hash of public files'),
      created_at: plain('order and age', time),
      reading: plain('whether reading it goes on, ended or failed', word),
      reading_kind: plain('all documents or only changed ones', word),
      reading_model: plain('which model made vectors', 'a hash of public files'),
      run: plain('finds documents that are gone', number),
      step: plain('keeps one job from being done twice', number),
      cursor: plain('where reading goes on', 'a place in a list of the site'),
      started_at: plain('when reading began', time),
      touched_at: plain('when it last went on', time),
      finished_at: plain('when it last ended well', time),
      full_at: plain('when all documents were last read', time),
      watermark: plain('since when changes count', time),
      next_watermark: plain('the same for the next reading', time),
      read: plain('progress', number),
      changed: plain('progress', number),
      failed: plain('documents that could not be read', number),
      skipped: plain('addresses that were passed over', number),
      error_code: plain('why it failed', word),
    },
  },
  knowledge_document: {
    purpose: 'A file, a snippet, or where a page or an article is found: of those neither title nor text.',
    ...untilDeleted,
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the document', 'an id'),
      source_id: plain('which source', 'an id'),
      external_id: plain(
        'fetches a page or an article again; tells files apart',
        'an id of the site, the address of a page of the web, or the keyed hash of a file name',
      ),
      url: plain('where a reader opens it', 'an address without title for Confluence and the Help Center'),
      document_version: plain('shows that it changed', 'a number, time or hash of the site'),
      title: sealed('name of a file or title of a snippet', 'id'),
      typed: sealed('a snippet as it was typed, to edit it', 'id'),
      hash: plain('shows that it did not change', 'a keyed hash'),
      generation: plain('which of its chunks are found', number),
      last_generation: plain('tells chunks being written apart', number),
      chunks: plain('keeps to the limit', number),
      reserved: plain('keeps to the limit while it is written', number),
      characters: plain('shown in the console', number),
      embedding_model: plain('whether its vectors are of the model there is', 'a hash of public files'),
      writing_since: plain('finds what half-done writing left behind', time),
      seen_run: plain('finds documents that are gone', number),
      is_public: plain('keeps from visitors what not everybody may read', 'yes or no'),
      account_id: plain('who gave it', 'an id'),
      created_at: plain('order and age', time),
      updated_at: plain('when it last changed', time),
    },
  },
  knowledge_file: {
    purpose: 'The place of an uploaded file, of which an AI agent has five.',
    ...untilDeleted,
    columns: {
      subscription_id: subscriptionId,
      id: plain('which document', 'an id'),
      ai_agent_id: plain('whose it is', 'an id'),
      place: plain('keeps to five', number),
      metadata: plain('shown in the console', 'format and counts: no name, no text'),
    },
  },
  knowledge_chunk: {
    purpose: 'A piece of a document that is found and cited; text only of files and snippets, and sealed.',
    ...untilDeleted,
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the chunk', 'an id'),
      source_id: plain('which source', 'an id'),
      document_id: plain('which document', 'an id'),
      generation: plain('tells chunks being written from those that are found', number),
      ordinal: plain('its place in the document', number),
      page: plain('which page of a PDF', number),
      range_start: plain('where it begins', number),
      range_end: plain('where it ends', number),
      hash: plain('finds it again in a text fetched anew', 'a keyed hash'),
      content: sealed('headings and text of a file or snippet', 'id'),
      embedding: plain(
        'what is compared with a question',
        'searched by; protected by row-level security and the encryption of the volume',
      ),
      embedding_model: plain('vectors of different models are never compared', 'a hash of public files'),
    },
  },
};
