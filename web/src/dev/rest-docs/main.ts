import 'swagger-ui-dist/swagger-ui.css';
import './rest-docs.css';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import { settings } from '../../lib/settings';
import { fixAccessibility } from './accessibility';

// Swagger UI switches to its dark scheme by a class.
const dark = matchMedia('(prefers-color-scheme: dark)');
const update = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', update);
update();

/** Replaces the link in an operation's button, which is not accessible. The URL still changes. */
const DeepLink = ({ text }: { text: string }) => text;

const root = document.getElementById('root');
const key = settings.demo?.key;
if (root) {
  fixAccessibility(root);
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
