/** What is due in knowledge over all subscriptions that may be used. */
export interface KnowledgeLookups {
  /** Sources to be read from elsewhere: never read, read hours ago, stopped or failed. */
  knowledgeReadingsDue(limit: number): Promise<readonly SourceDue[]>;
  /** Sources with chunks that have no vector of this model; `isStored` false: their text has to be fetched for it. */
  knowledgeEmbeddingsDue(
    modelId: string,
    limit: number,
  ): Promise<readonly (SourceDue & { readonly isStored: boolean })[]>;
  /** Documents with chunks that a writer left half done ten minutes ago. */
  knowledgeRemains(
    limit: number,
  ): Promise<readonly { readonly subscriptionId: string; readonly documentId: string }[]>;
}

export interface SourceDue {
  readonly subscriptionId: string;
  readonly sourceId: string;
}
