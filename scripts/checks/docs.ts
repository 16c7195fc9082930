import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

function markdownFiles(root: string): string[] {
  const top = readdirSync(root)
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(root, file));
  const docs = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name));
  return [...top, ...docs];
}

/** Paths in documents (links and `code`) that name a file or folder of the project that is not there. */
export function checkDocs(root: string): string[] {
  return markdownFiles(root).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)[^)]*\)/g)].map((match) =>
      join(dirname(file), match[1] ?? ''),
    );
    const paths = [
      ...text.matchAll(
        /`((?:src|web|simulators|test|docs|migrations|scripts|bench|deploy|\.ci)\/[\w./-]+)`/g,
      ),
    ].map((match) => join(root, match[1] ?? ''));
    return [...links, ...paths]
      .filter((path) => !existsSync(path))
      .map((path) => `${relative(root, file)} names ${relative(root, path)}, which is not there`);
  });
}
