import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingReaders, unreadSettings } from './settings.ts';

describe('settings', () => {
  it('R33: are all read by the server', () => {
    expect(unreadSettings(settingReaders(join(import.meta.dirname, '../..')))).toEqual([]);
  });

  it('are found however they are read, and missed when they are not', () => {
    const readings = [
      'listen(config.port);',
      'const { host, port } = config;',
      'const { port } = program.config;',
      'function listen({ host, port }: Config) {}',
      "type Part = Pick<Config, 'host' | 'port'>;",
    ];
    for (const text of readings) expect(unreadSettings([text], ['port']), text).toEqual([]);
    for (const text of ['const port = 1;', 'config.portal', '{ port } = options', '// port'])
      expect(unreadSettings([text], ['port']), text).toEqual(['port']);
  });
});
