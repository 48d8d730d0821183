// the documentation: every example of docs/api.md and docs/integrators.md runs: GraphQL, curl, JavaScript, TypeScript, Python
// In examples `localhost:8080`, `127.0.0.1:8080` and `https://tyto.example` stand for the server, which is one that asks for keys where
// an example names `TYTO_KEY`. A program that follows something for ever is stopped, and must have told something by then.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as g from 'graphql'
import { page } from '../docs.mjs'

const url = process.env.TYTO_URL
const followed = 8_000
// Below the packages, so that examples find what they import.
const folder = mkdtempSync(fileURLToPath(new URL('../node_modules/.docs-', import.meta.url)))
process.on('exit', () => rmSync(folder, { recursive: true }))
// What documents on the pages leave to their reader.
const variables = {
  in: { range: { preset: 'ALL_TIME' }, groupBy: [{ dimension: 'COUNTRY' }] },
  m: [{ count: true }, { amount: { fn: 'SUM' } }],
  events: [{ ts: new Date().toISOString(), userId: 'u1', country: 'DE', amount: '9.99' }]
}
function here(text) {
  const server = text.includes('TYTO_KEY') ? process.env.TYTO_KEYS_URL : url
  return text.replaceAll('https://tyto.example', server).replaceAll(/(localhost|127\.0\.0\.1):8080/g, new URL(server).host)
}
const skipped = new Set()

async function graphql(block) {
  const document = g.parse(block)
  const fragments = document.definitions.filter(one => one.kind === g.Kind.FRAGMENT_DEFINITION)
  for (const operation of document.definitions.filter(one => one.kind === g.Kind.OPERATION_DEFINITION)) {
    const query = [operation, ...fragments].map(g.print).join('\n')
    const given = Object.fromEntries(operation.variableDefinitions.map(({ variable: { name } }) => [name.value, variables[name.value]]))
    const isFollowed = operation.operation === 'subscription'
    const stop = new AbortController()
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: isFollowed ? 'text/event-stream' : 'application/json' },
      body: JSON.stringify({ query, variables: given }),
      signal: stop.signal
    })
    if (isFollowed) {
      assert.equal(response.status, 200)
      assert.match(response.headers.get('content-type'), /^text\/event-stream/)
      if (!query.includes('Events')) assert.doesNotMatch(new TextDecoder().decode((await response.body.getReader().read()).value), /"errors"/)
      stop.abort()
      continue
    }
    const { data, errors } = await response.json()
    assert.equal(errors, undefined, `${query}\n${JSON.stringify(errors)}`)
    assert.ok(data)
  }
}

function program(command, args, input) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    input,
    cwd: folder,
    timeout: followed,
    encoding: 'utf8',
    env: { ...process.env, NODE_NO_WARNINGS: '1' }
  })
  if (error?.code === 'ENOENT') {
    skipped.add(command)
    return
  }
  const isStopped = signal === 'SIGTERM' && stdout !== ''
  assert.ok(status === 0 || isStopped, `${command} ended with ${status ?? signal}:\n${input ?? ''}\n${stdout}\n${stderr}`)
  assert.doesNotMatch(stdout, /"?errors"?: ?\[(?!\])|^HTTP\/1.1 [45]/m, input)
}
let n = 0
const file = (text, kind) => {
  const name = `${folder}/example${++n}.${kind}`
  writeFileSync(name, here(text))
  return name
}
const node = text => program(process.execPath, ['--experimental-websocket', file(text, 'mjs')])
const runs = {
  graphql,
  // A command of the server itself is what its own tests run: `tyto` is not on the path here.
  sh: block => {
    if (/^tyto /m.test(block) && spawnSync('tyto').error) {
      skipped.add('tyto')
      block = block.replaceAll(/^tyto .*$/gm, '')
    }
    if (block.trim() !== '') program('bash', ['-euo', 'pipefail'], here(block))
  },
  json: block => JSON.parse(block),
  js: node,
  ts: block => {
    const name = file(block, 'mts')
    program(fileURLToPath(new URL('../node_modules/.bin/tsc', import.meta.url)), ['--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom,dom.asynciterable', '--types', '', name])
    program(process.execPath, ['--experimental-websocket', name.replace('.mts', '.mjs')])
  },
  python: block => program('python3', ['-'], here(block))
}
runs.javascript = runs.js
runs.typescript = runs.ts
runs.bash = runs.sh

const failures = []
const count = {}
for (const name of ['api.md', 'integrators.md'])
  for (const [, language, block] of page(name).matchAll(/^```(\w+)\n([^]*?)^```$/gm)) {
    if (!runs[language]) continue
    count[language] = (count[language] ?? 0) + 1
    try {
      await runs[language](block)
    } catch (error) {
      failures.push(`docs/${name}, ${language}: ${error.message}`)
    }
  }
console.log(`ran ${JSON.stringify(count)}${skipped.size > 0 ? `, without ${[...skipped].join(', ')}` : ''}`)
assert.deepEqual(failures, [])
