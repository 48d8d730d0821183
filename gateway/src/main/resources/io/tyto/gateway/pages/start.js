'use strict';
const keys = 'Ctrl-Space completes, Ctrl-Enter runs';
const welcome = `# One field a collection.
# ${keys}.
{
  collections {
    name
    description
    rowCount
    firstEvent
    lastEvent
    columns { name type cardinality }
  }
}
`;
const welcomeStranger = `# This server asks for a key: put it into Headers
# below. ${keys}.
${welcome.slice(welcome.indexOf('{'))}`;
const placeForKey = '{\n  "Authorization": "Bearer "\n}';
const pauseMillis = 600;

const post = (parameters, headers, accept, signal) =>
  fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: accept, ...headers },
    body: JSON.stringify(parameters),
    signal
  });

// Updates of a subscription, told as server-sent events.
async function* updates(response) {
  if (!(response.headers.get('Content-Type') || '').startsWith('text/event-stream')) {
    yield await response.json();
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const messages = (text + value).split('\n\n');
    text = messages.pop();
    for (const message of messages) {
      const data = message.match(/^data: ?(.+)$/m);
      if (data) yield JSON.parse(data[1]);
    }
  }
}

function subscribe(parameters, headers) {
  const stop = new AbortController();
  const ended = { done: true, value: undefined };
  let stream;
  const next = async () => {
    stream ??= updates(await post(parameters, headers, 'text/event-stream', stop.signal));
    return stream.next();
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => next().catch(error => {
      if (stop.signal.aborted) return ended;
      throw error;
    }),
    return() {
      stop.abort();
      return Promise.resolve(ended);
    }
  };
}

// What GraphiQL knows of the document may be of a moment ago, so the text is looked at.
function isSubscription({ query, operationName }) {
  const bare = query.replace(/"""[^]*?"""|"(?:\\.|[^"\\\n])*"|#.*/g, '');
  let depth = 0;
  for (const [token, kind, name] of bare.matchAll(/[{}()]|\b(query|mutation|subscription)\b\s*([_A-Za-z]\w*)?/g)) {
    if (token === '{' || token === '(') depth++;
    else if (token === '}' || token === ')') depth--;
    else if (depth === 0 && (!operationName || name === operationName)) return kind === 'subscription';
  }
  return false;
}

// Another function each time: GraphiQL then asks for the schema again.
const fetcher = () => (parameters, { headers = {} } = {}) =>
  isSubscription(parameters)
    ? subscribe(parameters, headers)
    : post(parameters, headers, 'application/json').then(response => response.json());

const root = ReactDOM.createRoot(document.getElementById('graphiql'));
let pause;
const render = isStranger =>
  root.render(
    React.createElement(GraphiQL, {
      fetcher: fetcher(),
      defaultQuery: isStranger ? welcomeStranger : welcome,
      defaultHeaders: isStranger ? placeForKey : undefined,
      defaultEditorToolsVisibility: isStranger ? 'headers' : 'variables',
      // A key that was put in may show another schema.
      onEditHeaders: () => {
        clearTimeout(pause);
        pause = setTimeout(() => render(isStranger), pauseMillis);
      }
    })
  );
post({ query: '{ __typename }' }, {}, 'application/json').then(response => render(response.status === 401));
