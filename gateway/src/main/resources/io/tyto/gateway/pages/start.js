'use strict';
const welcome = `# Tyto: one field a collection. Ctrl-Space completes, Ctrl-Enter runs.
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
const fetcher = GraphiQL.createFetcher({ url: '/graphql' });
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: welcome, defaultEditorToolsVisibility: true })
);
