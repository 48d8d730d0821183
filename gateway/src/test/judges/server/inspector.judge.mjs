// @graphql-inspector: a change of a config breaks the schema for callers where, and only where, its plan says what `callers lose`
// Plans say besides what a change means for stored rows: what contradicts them is refused, and never gets into a schema.
import assert from 'node:assert/strict'
import { CriticalityLevel, diff } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'

const url = process.env.TYTO_KEYS_URL
const admin = process.env.TYTO_ADMIN_URL ?? url
const headers = { 'content-type': 'application/json', authorization: `Bearer ${process.env.TYTO_KEY}` }
let n = 0
const base = `time: ts
entity: { name: visitor, key: visitor_id }
description: A visit
fields:
  ts: timestamp
  visitor_id: string
  country: { type: string, description: Where }
  page: string
  shop: { type: long }
  clicks: int
  amount: "decimal(10,2)"
  twice: { type: long, derive: length(country) }
lifetime: { visits: count, spent: sum(amount) }
cubes:
  by_country: { dimensions: [country], measures: [count, sum(amount)], granularities: [day] }
views:
  a_day_NUMBER: { dimensions: [country], measures: [count], granularity: day }
`
const changes = {
  'a comment': text => `# new\n${text}`,
  'a description': text => text.replace('A visit', 'A visit of a page'),
  "a field's description": text => text.replace('Where', 'Country'),
  'a field more': text => text.replace('  page:', '  browser: string\n  page:'),
  'a derived field more': text => text.replace('  page:', '  letters: { type: long, derive: length(page) }\n  page:'),
  'a field less': text => text.replace('  page: string\n', ''),
  'a derived field less': text => text.replace(/ {2}twice.*\n/, ''),
  'a field by another name': text => text.replace('  page: string', '  site: { type: string, aliases: [page] }'),
  'a field by another name, the same to callers': text => text.replace('  page: string', '  site: { type: string, aliases: [page], api: page }'),
  'a member by another name': text => text.replace('  page: string', '  page: { type: string, api: site }'),
  'a field that is deprecated': text => text.replace('  page: string', '  page: { type: string, deprecated: ask for country }'),
  'a unit': text => text.replace('"decimal(10,2)"', '{ type: "decimal(10,2)", unit: EUR }'),
  'a wider integer': text => text.replace('clicks: int', 'clicks: long'),
  'an integer that becomes a double': text => text.replace('clicks: int', 'clicks: double'),
  'a wider decimal': text => text.replace('decimal(10,2)', 'decimal(18,2)'),
  'an integer that becomes an id': text => text.replace('shop: { type: long }', 'shop: { type: long, role: id }'),
  'no more records': text => `${text}expose: { records: false }\n`,
  'no more tables': text => `${text}expose: { table: false }\n`,
  'no more values': text => `${text}expose: { values: false }\n`,
  'a cube more': text => text.replace('views:', '  by_page: { dimensions: [page], measures: [count], granularities: [day] }\nviews:'),
  'a cube less': text => text.replace(/cubes:\n.*\n/, ''),
  'a view less': text => text.replace(/views:\n.*\n/, ''),
  'what is kept of a visitor, more': text => text.replace('visits: count,', 'visits: count, last_page: last(page),'),
  'what is kept of a visitor, less': text => text.replace('visits: count, ', ''),
  'another root field': text => text.replace('time: ts', 'api: callNUMBER\ntime: ts'),
  'a shorter memory': text => `${text}retention: { raw: P90D }\n`
}

const schema = async () => buildSchema(await (await fetch(`${url}/schema.graphql`, { headers })).text())
async function post(path, text, name) {
  const response = await fetch(`${admin}/v1/config${path}`, { method: 'POST', headers, body: JSON.stringify({ files: [{ name: `${name}.yaml`, text }] }) })
  const answer = await response.json()
  assert.equal(response.status, 200, `${path} ${name}: ${JSON.stringify(answer)}\n${text}`)
  return answer.plan.flatMap(collection => collection.changes)
}

const disagreements = []
let breaking = 0
for (const [what, change] of Object.entries(changes)) {
  const name = `visit${++n}`
  const numbered = text => `collection: ${name}\n${text.replaceAll('NUMBER', n)}`
  await post('', numbered(base), name)
  const before = await schema()
  const changed = numbered(change(base))
  if (what !== 'a comment') assert.notEqual(changed, numbered(base), what)
  const plan = await post('/diff', changed, name)
  await post('', changed, name)
  const after = await schema()
  const theirs = (await diff(before, after)).filter(one => one.criticality.level === CriticalityLevel.Breaking).map(one => one.message)
  const ours = plan.filter(one => /callers lose/.test(one.consequence)).map(one => `${one.what}: ${one.consequence}`)
  if (theirs.length > 0) breaking++
  if (theirs.length > 0 !== ours.length > 0) disagreements.push({ what, inspector: theirs.slice(0, 5), plan })
}
console.log(`${n} changes, ${breaking} of them break callers, ${disagreements.length} disagreements`)
for (const disagreement of disagreements) console.log(JSON.stringify(disagreement, null, 1))
assert.ok(breaking >= 8)
assert.equal(disagreements.length, 0)
