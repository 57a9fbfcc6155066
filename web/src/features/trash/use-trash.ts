import { fetchUncached, type ListQuery, usePages } from '../../components/use-pages';
import { type DeletedContactPartsFragment, TrashDocument } from '../../gql';

/** Loads the deleted contacts page by page, the latest deletion first. */
export function useTrash() {
  return usePages(query);
}

const query: ListQuery<DeletedContactPartsFragment> = async (client, after) => {
  const data = await fetchUncached(client, TrashDocument, { after });
  if (!data) return undefined;
  const { nodes, pageInfo } = data.deletedContacts;
  return { items: nodes, end: pageInfo.endCursor, hasMore: pageInfo.hasNextPage };
};
