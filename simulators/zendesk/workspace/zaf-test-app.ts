/** A page that speaks the apps framework's frames, as an app in the sidebar would; driven through `window.app`. */
export const APP_PAGE = `<!doctype html><title>Test app</title><script>
const query = new URLSearchParams(location.search);
const guid = query.get('app_guid');
const hostOrigin = query.get('origin');
const waiting = new Map();
let nextId = 1;
const send = (frame) => parent.postMessage(JSON.stringify({ ...frame, appGuid: guid, instanceGuid: guid }), hostOrigin);
window.app = { guid, events: [], registered: null, scheme: query.get('colorScheme'), replyWith: undefined, silent: false };
app.ask = (request, params) => new Promise((resolve) => {
  waiting.set(nextId, resolve);
  send({ id: nextId, request, params });
  nextId += 1;
});
app.follow = (event, count) => send({ key: 'iframe.' + (count > 0 ? 'on' : 'off') + ':' + event, message: { subscriberCount: count } });
app.request = (message) => new Promise((resolve) => {
  const id = nextId++;
  waiting.set('request:' + id, resolve);
  app.follow('request:' + id + '.done', 1);
  app.follow('request:' + id + '.fail', 1);
  send({ key: 'request:' + id, message });
});
addEventListener('message', (event) => {
  if (event.source !== parent || event.origin !== hostOrigin || typeof event.data !== 'string') return;
  const frame = JSON.parse(event.data);
  if (frame.key === undefined) return waiting.get(frame.id)?.(frame);
  const answered = /^zaf\\.(request:\\d+)\\.(done|fail)$/.exec(frame.key);
  if (answered) return waiting.get(answered[1])?.({ outcome: answered[2], args: frame.message.responseArgs });
  if (frame.key === 'zaf.app.registered') app.registered = frame.message;
  app.events.push({ key: frame.key, message: frame.message });
  if (frame.needsReply && !app.silent) {
    send({ key: 'iframe.reply:' + frame.key.slice(4), ...(app.replyWith === undefined ? {} : { error: { msg: app.replyWith } }) });
  }
});
send({ key: 'iframe.handshake', message: { version: '2.0.0' } });
</script>`;
