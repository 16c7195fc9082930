import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import * as feedback from '../../contract/feedback.ts';
import * as contract from '../../contract/usage.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { listReceipts, monthCsv, readFeedback, readUsage } from '../../services/usage/read-usage.ts';
import type { Report } from '../../services/usage/feedback-book.ts';
import type { HttpContext } from '../context.ts';
import { answered, callOf, route, type Caller } from '../route.ts';

/** What calls used and cost, what agents thought of answers, and how they say it. */
export function addUsageRoutes(app: FastifyInstance, context: HttpContext): void {
  const { ledger, feedbackBook } = context;
  const note = ({ subscriptionId, actor }: Caller<unknown, unknown>, report: Report) => {
    if (actor.kind !== 'zendesk-agent') throw new ProblemError('forbidden');
    return { accepted: feedbackBook.record(subscriptionId, actor.id, report) };
  };

  route(app, context, contract.readUsage, (caller) =>
    readUsage(callOf(context, caller), ledger, queryOf(caller, contract.UsageQuery)),
  );
  route(app, context, contract.readFeedback, (caller) =>
    readFeedback(callOf(context, caller), ledger, queryOf(caller, contract.FeedbackQuery)),
  );
  route(app, context, contract.listUsageReceipts, (caller) =>
    listReceipts(callOf(context, caller), ledger, queryOf(caller, contract.ReceiptsQuery)),
  );
  route(app, context, contract.monthCsv, async (caller) => {
    const { month } = caller.params;
    const csv = await monthCsv(callOf(context, caller), ledger, month);
    caller.reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="usage-${month}.csv"`)
      .send(csv);
    return answered;
  });
  route(app, context, feedback.giveFeedback, async (caller) =>
    note(caller, { kind: 'feedback', value: caller.body }),
  );
  route(app, context, feedback.reportOutcome, async (caller) =>
    note(caller, { kind: 'outcome', value: caller.body }),
  );
}

/** The query of a request. Throws `invalid-request` naming the fields. */
function queryOf<S extends z.ZodType>({ request }: Caller<unknown, unknown>, schema: S): z.output<S> {
  const parsed = schema.safeParse(request.query);
  if (parsed.success) return parsed.data;
  throw new ProblemError('invalid-request', {
    detail: parsed.error.issues
      .map((issue) => `${issue.path.join('.') || 'query'}: ${issue.code}`)
      .join('; '),
  });
}
