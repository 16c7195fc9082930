import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/knowledge.ts';
import { cancelSourceReading, readSourceNow } from '../../services/knowledge/ask-for-reading.ts';
import { listFiles } from '../../services/knowledge/list-files.ts';
import { changeSource, createSource, removeSource } from '../../services/knowledge/manage-sources.ts';
import { changeSnippet, createSnippet, listSnippets } from '../../services/knowledge/snippets.ts';
import { listSources, showSource } from '../../services/knowledge/source-view.ts';
import { removeDocument, uploadFile } from '../../services/knowledge/upload-file.ts';
import type { HttpContext } from '../context.ts';
import { receiveFile } from '../receive-file.ts';
import { callOf, route } from '../route.ts';

/** What AI agents and the copilot answer from. */
export function addKnowledgeRoutes(app: FastifyInstance, context: HttpContext): void {
  route(app, context, contract.listKnowledgeSources, async (caller) => ({
    sources: [...(await listSources(callOf(context, caller)))],
  }));
  route(app, context, contract.createKnowledgeSource, (caller) =>
    createSource(callOf(context, caller), caller.body),
  );
  route(app, context, contract.readKnowledgeSource, (caller) =>
    showSource(callOf(context, caller), caller.params.sourceId),
  );
  route(app, context, contract.changeKnowledgeSource, (caller) =>
    changeSource(callOf(context, caller), caller.params.sourceId, caller.body),
  );
  route(app, context, contract.deleteKnowledgeSource, async (caller) => {
    await removeSource(callOf(context, caller), caller.params.sourceId);
    return {};
  });
  route(app, context, contract.readKnowledgeNow, async (caller) => {
    const call = callOf(context, caller);
    await readSourceNow(call, caller.params.sourceId);
    return showSource(call, caller.params.sourceId);
  });
  route(app, context, contract.cancelKnowledgeReading, async (caller) => {
    const call = callOf(context, caller);
    await cancelSourceReading(call, caller.params.sourceId);
    return showSource(call, caller.params.sourceId);
  });
  addFiles(app, context);
  addSnippets(app, context);
}

function addFiles(app: FastifyInstance, context: HttpContext): void {
  route(app, context, contract.listKnowledgeFiles, async (caller) => ({
    files: [...(await listFiles(callOf(context, caller), caller.params.sourceId))],
  }));
  route(app, context, contract.deleteKnowledgeFile, async (caller) => {
    const { sourceId, fileId } = caller.params;
    await removeDocument(callOf(context, caller), 'file', sourceId, fileId);
    return {};
  });
  // In a scope of its own, where a body may come in parts.
  void app.register(async (scope) => {
    await scope.register(multipart);
    route(scope, context, contract.uploadKnowledgeFile, async (caller) =>
      uploadFile(
        callOf(context, caller),
        caller.params.sourceId,
        await receiveFile(caller, contract.knowledgeLimits.file),
      ),
    );
  });
}

function addSnippets(app: FastifyInstance, context: HttpContext): void {
  route(app, context, contract.listSnippets, async (caller) => ({
    snippets: [...(await listSnippets(callOf(context, caller), caller.params.sourceId))],
  }));
  route(app, context, contract.createSnippet, (caller) =>
    createSnippet(callOf(context, caller), caller.params.sourceId, caller.body),
  );
  route(app, context, contract.changeSnippet, (caller) =>
    changeSnippet(callOf(context, caller), caller.params.sourceId, caller.params.snippetId, caller.body),
  );
  route(app, context, contract.deleteSnippet, async (caller) => {
    const { sourceId, snippetId } = caller.params;
    await removeDocument(callOf(context, caller), 'snippet', sourceId, snippetId);
    return {};
  });
}
