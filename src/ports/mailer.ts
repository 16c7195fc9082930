export interface Mail {
  /** One e-mail address. */
  readonly to: string;
  readonly subject: string;
  /** Plain text; a link in it may be a secret, so a mail is sent at once and never queued or logged. */
  readonly text: string;
}

/** Sends mail to the people of the console. */
export interface Mailer {
  /** Throws `ProblemError('mail-unavailable')`; the text is in no error. */
  send(mail: Mail, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
