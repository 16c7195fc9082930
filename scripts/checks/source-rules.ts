import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface Breach {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
}

interface SourceRule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly files: RegExp;
  readonly except: RegExp;
}

/** Rules that a pattern can see; each has a planted breach in the test. */
export const sourceRules: readonly SourceRule[] = [
  {
    name: 'process.env only in config.ts',
    pattern: /process\.env\b/,
    files: /^src\//,
    except: /^src\/config\.ts$|\.test\.ts$/,
  },
  {
    name: 'SQL only in *-queries.ts',
    pattern: /\.(?:selectFrom|insertInto|updateTable|deleteFrom)\(|\bsql`/,
    files: /^src\//,
    except: /-queries\.ts$|\.test\.ts$|\.type-test\.ts$|^src\/adapters\/(?:sql|pglite|postgres|outbox)\//,
  },
  {
    name: 'no SQL from strings',
    pattern: /\bsql\.(?:raw|lit|literal)\b|\bsql\(|\.unsafe\(/,
    files: /^src\//,
    except: /\.test\.ts$/,
  },
  {
    name: 'no mocks of our own modules',
    pattern: /\bvi\.(?:do)?[mM]ock\(/,
    files: /./,
    except: /^scripts\/checks\//,
  },
  {
    name: 'no focused or skipped tests without a reason',
    pattern: /\b(?:it|test|describe)\.(?:only|skip)\(/,
    files: /\.test\.ts$/,
    except: /^scripts\/checks\//,
  },
  {
    name: 'fetch only through egress',
    pattern: /(?<![\w.#])fetch\(|from 'undici'/,
    files: /^src\//,
    except: /^src\/adapters\/(?:egress|providers|zendesk)\/|^src\/ports\/egress\.ts$|\.test\.ts$/,
  },
  {
    name: 'one place opens sealed values',
    pattern: /Decipheriv\b|\bsubtle\b.*\.decrypt\(|\bprivateDecrypt\b|\bcompactDecrypt\b/,
    files: /^src\//,
    except: /^src\/adapters\/crypto\/cipher\.ts$/,
  },
  {
    name: 'session settings are transaction-local',
    pattern: /\bset\s+(?:session\s+)?app\./i,
    files: /^(?:src|migrations)\//,
    except: /\.test\.ts$/,
  },
  {
    name: 'no key of ours for a tenant',
    pattern: /(?:OPENAI|ANTHROPIC|GOOGLE|MISTRAL|DEEPSEEK|XAI|MOONSHOT|OPENROUTER)_[A-Z_]*API_KEY/,
    files: /^src\//,
    except: /\.test\.ts$/,
  },
  {
    name: 'no raw HTML in pages',
    pattern: /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write/,
    files: /^web\//,
    except: /\.test\.tsx?$/,
  },
];

/** Every source file of the project, as paths from its root. */
export function sourceFiles(root: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:tsx?|mjs|sql)$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
}

/** Finds breaches in one file's text; comments do not count. */
export function breachesIn(file: string, text: string): Breach[] {
  const lines = text.split('\n');
  return sourceRules
    .filter((rule) => rule.files.test(file) && !rule.except.test(file))
    .flatMap((rule) =>
      lines.flatMap((line, index) =>
        !/^\s*(?:\/\/|\*|\/\*|--)/.test(line) && rule.pattern.test(line)
          ? [{ rule: rule.name, file, line: index + 1 }]
          : [],
      ),
    );
}

export function checkSources(root: string): { readonly files: number; readonly breaches: Breach[] } {
  const files = sourceFiles(root, ['src', 'web', 'simulators', 'test', 'bench', 'scripts', 'migrations']);
  return {
    files: files.length,
    breaches: files.flatMap((file) => breachesIn(file, readFileSync(join(root, file), 'utf8'))),
  };
}
