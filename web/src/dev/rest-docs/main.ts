import 'swagger-ui-dist/swagger-ui.css';
import './rest-docs.css';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import { settings } from '../../lib/settings';
import { keepNames } from './accessibility';

// swagger-ui is dark by a class.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

/** Opening an operation is a button, in which no link can be: the address follows all the same. */
const DeepLink = ({ text }: { text: string }) => text;

const root = document.getElementById('root');
const key = settings.demo?.key;
if (root) {
  keepNames(root);
  const ui = SwaggerUI({
    url: '/openapi.json',
    domNode: root,
    plugins: [{ components: { DeepLink } }],
    deepLinking: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    onComplete() {
      if (key) ui.preauthorizeApiKey('ApiKey', key);
    },
  });
}
