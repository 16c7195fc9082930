import '../shared/zod-without-eval.ts';
import './console.css';
import { createRoot } from 'react-dom/client';
import { createConsoleApi } from './api.ts';
import { App } from './app.tsx';
import { takeLink } from './state/link.ts';

const root = document.getElementById('root');
// Out of the address before anything else can read it.
const link = takeLink(window.location, window.history);

if (root !== null) createRoot(root).render(<App api={createConsoleApi()} link={link} />);
