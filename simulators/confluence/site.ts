import { compileCql } from './cql.ts';
import { demoPages, DEMO_SPACES } from './content.ts';
import type { Page, Space } from './content.ts';

/** A JSON object of unknown shape. */
export type Json = Record<string, unknown>;

const AUTHOR = '5b10a2844c20165700ede21g';

/** Spaces and pages of one simulated site, and how its API shows them. */
export class Site {
  readonly spaces: readonly Space[] = DEMO_SPACES;
  readonly pages = new Map<string, Page>(demoPages().map((page) => [page.id, page]));
  #lastId = 99_000;

  /** Makes a page or a new version of it. */
  write(change: Partial<Page>): Page {
    const known = change.id === undefined ? undefined : this.pages.get(change.id);
    const now = new Date().toISOString();
    this.#lastId += 1;
    const page: Page = {
      spaceId: this.spaces[0]?.id ?? '',
      title: 'Untitled',
      body: '',
      status: 'current',
      ...known,
      modifiedAt: now,
      ...change,
      id: known?.id ?? change.id ?? String(this.#lastId),
      createdAt: known?.createdAt ?? now,
      version: (known?.version ?? 0) + 1,
    };
    this.pages.set(page.id, page);
    return page;
  }

  /** Pages by the filters of `GET /pages`. */
  find(filter: {
    readonly ids: readonly string[];
    readonly spaceIds: readonly string[];
    readonly statuses: readonly string[];
    readonly title: string | null;
    readonly sort: string;
  }): Page[] {
    const statuses = filter.statuses.length === 0 ? ['current', 'archived'] : filter.statuses;
    const found = [...this.pages.values()].filter(
      (page) =>
        statuses.includes(page.status) &&
        (filter.ids.length === 0 || filter.ids.includes(page.id)) &&
        (filter.spaceIds.length === 0 || filter.spaceIds.includes(page.spaceId)) &&
        (filter.title === null || page.title === filter.title),
    );
    const sign = filter.sort.startsWith('-') ? -1 : 1;
    const key = (page: Page): string | number =>
      filter.sort.endsWith('modified-date')
        ? page.modifiedAt
        : filter.sort.endsWith('created-date')
          ? page.createdAt
          : filter.sort.endsWith('title')
            ? page.title
            : Number(page.id);
    return found.sort((left, right) => (key(left) < key(right) ? -sign : key(left) > key(right) ? sign : 0));
  }

  /** Current pages that a CQL query finds, best first. Throws `CqlError`. */
  search(cql: string): Page[] {
    const { rank, byTime } = compileCql(cql);
    const ranked = [...this.pages.values()]
      .filter((page) => page.status === 'current')
      .map((page) => ({
        page,
        rank: rank({
          type: 'page',
          space: this.space(page)?.key ?? '',
          title: page.title,
          text: page.body.replace(/<!\[CDATA\[|\]\]>/g, ' ').replace(/<[^>]*>/g, ' '),
          lastModified: page.modifiedAt,
        }),
      }))
      .filter((found) => found.rank > 0);
    return ranked
      .sort((left, right) =>
        byTime ? (left.page.modifiedAt < right.page.modifiedAt ? -1 : 1) : right.rank - left.rank,
      )
      .map(({ page }) => page);
  }

  space(page: Page): Space | undefined {
    return this.spaces.find(({ id }) => id === page.spaceId);
  }

  showSpace(space: Space): Json {
    return {
      id: space.id,
      key: space.key,
      name: space.name,
      type: space.type,
      status: 'current',
      authorId: AUTHOR,
      createdAt: '2025-06-01T08:00:00.000Z',
      homepageId: '98304',
      description: null,
      icon: null,
      _links: { webui: `/spaces/${space.key}` },
    };
  }

  showPage(page: Page, format: string | null): Json {
    const title = encodeURIComponent(page.title).replaceAll('%20', '+');
    const key = this.space(page)?.key ?? '';
    return {
      id: page.id,
      status: page.status,
      title: page.title,
      spaceId: page.spaceId,
      parentId: '98304',
      parentType: 'page',
      position: 1,
      authorId: AUTHOR,
      ownerId: AUTHOR,
      lastOwnerId: null,
      createdAt: page.createdAt,
      version: {
        number: page.version,
        createdAt: page.modifiedAt,
        message: '',
        minorEdit: false,
        authorId: AUTHOR,
      },
      body: format === 'storage' ? { storage: { representation: 'storage', value: page.body } } : {},
      _links: {
        webui: `/spaces/${key}/pages/${page.id}/${title}`,
        editui: `/pages/resumedraft.action?draftId=${page.id}`,
        tinyui: `/x/${Buffer.from(page.id).toString('base64url')}`,
      },
    };
  }

  showHit(page: Page): Json {
    const space = this.space(page);
    const shown = this.showPage(page, null);
    return {
      content: {
        id: page.id,
        type: 'page',
        status: page.status,
        title: page.title,
        space: { key: space?.key, name: space?.name },
        version: { number: page.version, when: page.modifiedAt },
        _links: shown['_links'],
      },
      title: page.title,
      excerpt: '',
      url: `/spaces/${space?.key ?? ''}/pages/${page.id}`,
      resultGlobalContainer: { title: space?.name, displayUrl: `/spaces/${space?.key ?? ''}` },
      breadcrumbs: [],
      entityType: 'content',
      iconCssClass: 'aui-icon content-type-page',
      lastModified: page.modifiedAt,
      friendlyLastModified: page.modifiedAt.slice(0, 10),
    };
  }
}
