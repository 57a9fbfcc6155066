import './workers';
import 'graphiql/style.css';
import './playground.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { settings } from '../../lib/settings';
import { copier } from '../copy';
import { fixAccessibility } from './accessibility';
import { ColorScheme } from './color-scheme';
import { CopyAsCurl } from './copy-as-curl';
import { examples } from './examples';
import { fetcher, url } from './fetcher';

const tabs = examples(settings.demo !== null).map(({ query, variables }) => ({
  query,
  variables: JSON.stringify(variables, null, 2),
}));

// The headers of tabs without headers of their own: new tabs, and tabs that the browser has stored
// without their headers.
const headers = settings.demo
  ? JSON.stringify({ 'X-ApiKey': settings.demo.key }, null, 2)
  : '{\n  // Your API key. Not needed if you\n  // are signed in to the console.\n  // "X-ApiKey": "…"\n}';

// GraphiQL shows the query of the first tab, but not its variables.
const initialVariables = localStorage.getItem('graphiql:tabState')
  ? {}
  : { initialVariables: tabs[0]?.variables ?? '' };

// No history plugin: it would store headers, and so API keys, in the browser.
const plugins: never[] = [];

fixAccessibility();

const copy = copier();

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={tabs}
      defaultHeaders={headers}
      defaultEditorToolsVisibility
      shouldPersistHeaders={false}
      plugins={plugins}
      {...initialVariables}
    >
      <GraphiQL.Logo>
        <ColorScheme />
        <a className="playground-sdl" href="/graphql/schema.graphqls">
          schema.graphqls
        </a>
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy: copyQuery }) => (
          <>
            {prettify}
            {merge}
            {copyQuery}
            <CopyAsCurl url={url} copy={copy} />
          </>
        )}
      </GraphiQL.Toolbar>
    </GraphiQL>,
  );
