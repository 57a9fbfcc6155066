import { ToolbarButton, useGraphiQL } from '@graphiql/react';
import type { Copier } from '../copy';
import { curlCommand } from './curl';

/** The button that copies the request in the editors as a curl command. */
export function CopyAsCurl({ url, copy }: { url: string; copy: Copier }) {
  const { queryEditor, variableEditor, headerEditor, operationName } = useGraphiQL((s) => s);
  const command = () =>
    curlCommand(url, {
      query: queryEditor?.getValue() ?? '',
      variables: variableEditor?.getValue() ?? '',
      headers: headerEditor?.getValue() ?? '',
      operationName,
    });
  return (
    <ToolbarButton
      label="Copy as curl"
      onClick={() => copy(command, 'Copied as curl, with a placeholder for credentials.')}
    >
      <svg className="graphiql-toolbar-icon" viewBox="0 0 24 24" fill="none" aria-hidden="true">
        <path d="M4 6l6 6-6 6M12 19h8" stroke="currentColor" strokeWidth="2" />
      </svg>
    </ToolbarButton>
  );
}
