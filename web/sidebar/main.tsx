import '../shared/zod-without-eval.ts';
import './sidebar.css';
import { createRoot } from 'react-dom/client';
import { createApiClient } from '../shared/api-client.ts';
import { keepSession } from '../shared/keep-session.ts';
import { connectToZendesk, zafParameters } from '../shared/zaf-client.ts';
import { App } from './app.tsx';
import { takeBoot } from './boot.ts';

const boot = takeBoot(document);
const api = boot.kind === 'session' ? createApiClient({ session: boot.token }) : null;
if (api !== null) keepSession(api);
const parameters = zafParameters(window.location);
const preferred = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
const asked = parameters?.colorScheme;
const root = document.getElementById('root');

if (root !== null) {
  createRoot(root).render(
    <App
      boot={boot}
      api={api}
      zaf={parameters === null ? null : connectToZendesk(window, parameters)}
      scheme={asked === 'dark' || asked === 'light' ? asked : parameters === null ? preferred : 'light'}
    />,
  );
}
