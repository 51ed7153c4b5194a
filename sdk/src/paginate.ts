interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

interface Paged {
  query?: { cursor?: string };
}

/**
 * Every item of a list, page after page, fetched as they are asked for:
 * `for await (const notebook of paginate(client.listNotebooks, { path: { workspaceId } }))`.
 * `query.limit` is the size of a page (at most 200); `query.cursor` is where to begin.
 */
export async function* paginate<Request extends object, Item>(
  list: (request: Request) => Promise<Page<Item>>,
  ...[request]: Partial<Request> extends Request ? [request?: Request] : [request: Request]
): AsyncGenerator<Item, void, undefined> {
  let next = (request ?? {}) as Request & Paged;
  for (;;) {
    const page = await list(next);
    yield* page.items;
    if (page.nextCursor === null) return;
    next = { ...next, query: { ...next.query, cursor: page.nextCursor } };
  }
}
