// Provides the editors' workers. This must be imported before GraphiQL, which reads it on import.
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker';

Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker(_id: string, label: string) {
      switch (label) {
        case 'json':
          return new JsonWorker();
        case 'graphql':
          return new GraphQLWorker();
        default:
          return new EditorWorker();
      }
    },
  },
});
