// graphql-ws and graphql-sse, the clients that front ends use: subscriptions, queries and refusals
import assert from 'node:assert/strict'
import { createClient } from 'graphql-ws'
import { createClient as createSseClient } from 'graphql-sse'
import WebSocket from 'ws'

const url = `${process.env.TYTO_URL}/graphql`
const live = `subscription { playLive(input: {range: {preset: ALL_TIME}}) { sequence } }`
const values = `{ play { values(dimension: COUNTRY) { value } } }`

async function speak(name, client) {
  const updates = []
  for await (const { data } of client.iterate({ query: live })) updates.push(data.playLive.sequence)
  assert.deepEqual(updates, [1, 2, 3], `${name}: updates until the stream is complete`)
  for await (const { data } of client.iterate({ query: values })) assert.equal(data.play.values[0].value, 'DE', name)
  let code
  try {
    for await (const { errors } of client.iterate({ query: 'subscription { nothing }' })) code = errors[0].extensions.code
  } catch (errors) {
    code = errors[0].extensions.code
  }
  assert.equal(code, 'GRAPHQL_VALIDATION_FAILED', name)
  await client.dispose()
  console.log(`${name} is content`)
}

await speak('graphql-ws', createClient({ url: url.replace('http:', 'ws:'), webSocketImpl: WebSocket, retryAttempts: 0 }))
await speak('graphql-sse', createSseClient({ url, retryAttempts: 0 }))
