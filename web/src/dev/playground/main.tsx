import './workers';
import 'graphiql/style.css';
import './playground.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { settings } from '../../lib/settings';
import { keepNames } from './accessibility';
import { Scheme } from './color-scheme';
import { examples } from './examples';
import { fetcher } from './fetcher';

const tabs = examples(settings.demo !== null).map(({ query, variables }) => ({
  query,
  variables: JSON.stringify(variables, null, 2),
}));

// No tab has headers of its own at first, so all have these, also when the browser has kept the tabs without their headers.
const headers = settings.demo
  ? JSON.stringify({ 'X-ApiKey': settings.demo.key }, null, 2)
  : '{\n  // An API key. Who has signed in\n  // to the console needs none.\n  // "X-ApiKey": "…"\n}';

// GraphiQL shows the query of the first tab at once, but not its variables.
const first = localStorage.getItem('graphiql:tabState') ? {} : { initialVariables: tabs[0]?.variables ?? '' };

// There is no history: it would keep the headers, and with them API keys, in the browser.
const plugins: never[] = [];

keepNames();

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
      {...first}
    >
      <GraphiQL.Logo>
        <Scheme />
        <a className="playground-sdl" href="/graphql/schema.graphqls">
          schema.graphqls
        </a>
      </GraphiQL.Logo>
    </GraphiQL>,
  );
