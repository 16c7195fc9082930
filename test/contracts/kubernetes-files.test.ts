import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const folder = join(import.meta.dirname, '../../deploy/kubernetes');
const Kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  resources: z.array(z.string().regex(/^[a-z0-9-]+\.yaml$/)).min(1),
});
const Resource = z.object({
  apiVersion: z.string().regex(/^(?:[a-z0-9.-]+\/)?v\d/),
  kind: z.string().regex(/^[A-Z]/),
  // Whoever uses it chooses the namespace.
  metadata: z.strictObject({ name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/) }),
  spec: z.object({}).loose(),
});

const documentsIn = (name: string): readonly unknown[] =>
  parseAllDocuments(readFileSync(join(folder, name), 'utf8'), { strict: true, uniqueKeys: true }).map(
    (document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as unknown;
    },
  );

/** Files of the folder that a kustomization does not name, and names without a file. */
function unmatched(files: readonly string[], resources: readonly string[]): string[] {
  const others = files.filter((name) => name !== 'kustomization.yaml');
  return [
    ...others.filter((name) => !resources.includes(name)),
    ...resources.filter((name) => !others.includes(name)),
  ];
}

describe('the files for Kubernetes', () => {
  const [kustomization] = documentsIn('kustomization.yaml');

  it('are all named in the kustomization, and nothing else is', () => {
    const { resources } = Kustomization.parse(kustomization);
    expect(unmatched(readdirSync(folder), resources)).toEqual([]);
    expect(unmatched(['kustomization.yaml', 'a.yaml'], ['b.yaml'])).toEqual(['a.yaml', 'b.yaml']);
  });

  it('are resources with a name and without a namespace', () => {
    const { resources } = Kustomization.parse(kustomization);
    const names = resources.flatMap((file) =>
      documentsIn(file).map((document) => {
        const { kind, metadata } = Resource.parse(document);
        return `${kind}/${metadata.name}`;
      }),
    );
    expect(new Set(names).size).toBe(names.length);
  });
});
