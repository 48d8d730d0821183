// Speaks to a server as graphql-ws and graphql-sse do, and prints what they understood, a line each.
import { createClient } from 'graphql-ws'
import { createClient as createSseClient } from 'graphql-sse'
import WebSocket from 'ws'

const port = process.argv[2]
const live = `subscription { playLive(input: {range: {preset: ALL_TIME}}) { sequence } }`
const values = `{ play { values(dimension: COUNTRY) { value } } }`

async function speak(name, client) {
  const say = (what, value) => console.log(`${name} ${what} ${JSON.stringify(value)}`)
  for await (const { data } of client.iterate({ query: live })) say('update', data.playLive.sequence)
  say('completed', true)
  for await (const { data } of client.iterate({ query: values })) say('query', data.play.values[0].value)
  try {
    for await (const { errors } of client.iterate({ query: 'subscription { nothing }' }))
      say('refused', errors[0].extensions.code)
  } catch (errors) {
    say('refused', errors[0].extensions.code)
  }
  await client.dispose()
}

await speak(
  'graphql-ws',
  createClient({ url: `ws://127.0.0.1:${port}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 }),
)
await speak('graphql-sse', createSseClient({ url: `http://127.0.0.1:${port}/graphql`, retryAttempts: 0 }))
