// graphql-ws and graphql-sse, the clients that front ends use: subscriptions, queries and refusals
import assert from 'node:assert/strict'
import { createClient } from 'graphql-ws'
import { createClient as createSseClient } from 'graphql-sse'
import WebSocket from 'ws'

const url = `${process.env.TYTO_URL}/graphql`
const live = `subscription { playLive(input: {range: {preset: ALL_TIME}}) { sequence } }`
const values = `{ play { values(dimension: COUNTRY) { value } } }`

async function speak(name, client, refused) {
  const updates = []
  for await (const { data } of client.iterate({ query: live })) updates.push(data.playLive.sequence)
  assert.deepEqual(updates, [1, 2, 3], `${name}: updates until the stream is complete`)
  for await (const { data } of client.iterate({ query: values })) assert.equal(data.play.values[0].value, 'DE', name)
  let code
  try {
    for await (const { errors } of client.iterate({ query: 'subscription { nothing }' })) code = errors[0].extensions.code
  } catch (errors) {
    code = refused ? errors.response.status : errors[0].extensions.code
  }
  assert.equal(code, refused ?? 'GRAPHQL_VALIDATION_FAILED', name)
  await client.dispose()
  console.log(`${name} is content`)
}

await speak('graphql-ws', createClient({ url: url.replace('http:', 'ws:'), webSocketImpl: WebSocket, retryAttempts: 0 }))
await speak('graphql-sse, distinct connections', createSseClient({ url, retryAttempts: 0 }))

const methods = []
const counting = (address, options) => {
  methods.push(options.method)
  return fetch(address, options)
}
// The client tells no reason where an operation is refused, so that this is asked without it.
await speak('graphql-sse, single connection', createSseClient({ url, singleConnection: true, lazyCloseTimeout: 5_000, retryAttempts: 0, fetchFn: counting }), 400)
assert.deepEqual(methods, ['PUT', 'GET', 'POST', 'POST', 'POST'], 'one stream for all operations')
const many = createSseClient({ url, singleConnection: true, retryAttempts: 0 })
const told = await Promise.all(
  Array.from({ length: 20 }, async () => {
    const updates = []
    for await (const { data } of many.iterate({ query: live })) updates.push(data.playLive.sequence)
    return updates.join()
  })
)
assert.deepEqual(new Set(told), new Set(['1,2,3']), 'twenty operations at once on one stream')
const leaving = many.iterate({ query: live })
await leaving.next()
await leaving.return()
many.dispose()

