/** What must be found when a widget calls. */
export interface AiAgentLookups {
  /** By the public key that stands in the snippet; undefined when no agent has it. */
  aiAgentByWidgetKey(
    widgetKey: string,
  ): Promise<{ readonly subscriptionId: string; readonly aiAgentId: string } | undefined>;
  /** Subscriptions whose AI agents' tickets were not counted for most of a day. */
  aiAgentOutcomesDue(limit: number): Promise<readonly string[]>;
}
