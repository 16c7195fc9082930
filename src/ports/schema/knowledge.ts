import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { FileMetadata, KnowledgeKind } from '../../contract/knowledge.ts';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
/** Text sealed by the SecretBox. */
type Sealed = string;

export interface KnowledgeTables {
  'app.knowledge_source': {
    subscription_id: string;
    id: string;
    /** Null: of the copilot alone. */
    ai_agent_id: string | null;
    in_copilot: boolean;
    internal: boolean;
    kind: KnowledgeKind;
    /** Sealed JSON: name, and what is read. */
    settings: Sealed;
    /** Of a Confluence space: the site it is at, once known. */
    site_url: string | null;
    /** Numbers come as text: it may be longer than a JavaScript number. */
    version: Generated<string>;
    embedding_model: string | null;
    created_at: Timestamp;
    reading: 'running' | 'done' | 'failed' | 'cancelled' | null;
    reading_kind: 'full' | 'changes' | null;
    reading_model: string | null;
    run: Generated<number>;
    step: Generated<number>;
    cursor: string | null;
    started_at: Timestamp | null;
    touched_at: Timestamp | null;
    finished_at: Timestamp | null;
    full_at: Timestamp | null;
    watermark: string | null;
    next_watermark: string | null;
    read: Generated<number>;
    changed: Generated<number>;
    failed: Generated<number>;
    skipped: Generated<number>;
    error_code: string | null;
  };
  'app.knowledge_document': {
    subscription_id: string;
    id: string;
    source_id: string;
    /** Of what is read from elsewhere. */
    external_id: string | null;
    url: string | null;
    document_version: string | null;
    /** Files and snippets only. */
    title: Sealed | null;
    typed: Sealed | null;
    /** Keyed, hex. */
    hash: string | null;
    /** Whose chunks are found; null: nothing is, yet. */
    generation: number | null;
    last_generation: Generated<number>;
    chunks: Generated<number>;
    reserved: Generated<number>;
    characters: Generated<number>;
    embedding_model: string | null;
    writing_since: Timestamp | null;
    seen_run: Generated<number>;
    is_public: boolean;
    account_id: string | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'app.knowledge_file': {
    subscription_id: string;
    id: string;
    ai_agent_id: string | null;
    /** 1 to 5. */
    place: number;
    metadata: JSONColumnType<FileMetadata>;
  };
  'app.knowledge_chunk': {
    subscription_id: string;
    id: string;
    source_id: string;
    document_id: string;
    generation: number;
    ordinal: number;
    page: number | null;
    range_start: number;
    range_end: number;
    /** Keyed, hex. */
    hash: string;
    /** Sealed JSON of headings and text; null for what is read from elsewhere. */
    content: Sealed | null;
    /** As pgvector writes it, `[0.1,…]`: 768 numbers of length 1. */
    embedding: string | null;
    embedding_model: string | null;
  };
}
