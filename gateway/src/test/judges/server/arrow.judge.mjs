// apache-arrow: reads records and aggregates of the export as the same cells that GraphQL and CSV tell, to the trailer
import assert from 'node:assert/strict'
import { tableFromIPC } from 'apache-arrow'

const url = process.env.TYTO_URL
const stream = 'application/vnd.apache.arrow.stream'
async function ask(path, body, accept) {
  const response = await fetch(`${url}/v1/collections/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body)
  })
  assert.equal(response.status, 200, `${path}: ${response.status}`)
  return response
}
const arrow = async (path, body) => tableFromIPC(new Uint8Array(await (await ask(path, body, stream)).arrayBuffer()))
// apache-arrow hands decimals out as words of 32 bits, little end first.
const decimal = (words, scale) => {
  const unsigned = [...words].reduceRight((number, word) => (number << 32n) | BigInt(word >>> 0), 0n)
  const value = BigInt.asIntN(32 * words.length, unsigned)
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  return (value < 0n ? '-' : '') + digits.slice(0, -scale) + '.' + digits.slice(-scale)
}

const range = { preset: 'ALL_TIME' }
const columns = ['ts', 'eventId', 'userId', 'country', 'itemId', 'tags', 'amount', 'size']
const records = { range, columns }
const table = await arrow('recharge/records', records)
assert.deepEqual(table.schema.fields.map(field => field.name), columns)
const lines = (await (await ask('recharge/records', records, 'application/x-ndjson')).text()).trimEnd().split('\n').map(line => JSON.parse(line))
const { _meta: meta } = lines.pop()
assert.equal(meta.complete, true)
assert.equal(table.numRows, lines.length)
assert.ok(lines.length >= 2_000)
const scale = table.schema.fields.find(field => field.name === 'amount').type.scale
lines.forEach((line, at) => {
  const row = table.get(at)
  for (const name of ['eventId', 'userId', 'country', 'itemId', 'size']) assert.equal(row[name], line[name], `${name} of row ${at}`)
  assert.equal(Math.floor(Number(row.ts)), Date.parse(line.ts.replace(/(\.\d{3})\d+/, '$1')), `ts of row ${at}`)
  assert.equal(decimal(row.amount, scale), line.amount, `amount of row ${at}`)
  assert.deepEqual([...row.tags], line.tags, `tags of row ${at}`)
})

const question = { input: { range, groupBy: [{ dimension: 'COUNTRY' }, { dimension: 'PLATFORM' }] }, measures: [{ count: true }, { userId: { fn: 'COUNT_DISTINCT_EXACT' } }] }
for (const path of ['recharge/aggregate', 'recharge/table']) {
  const groups = await arrow(path, question)
  const [answer] = [
    await (
      await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: 'query Q($in: RechargeAggregateInput!) { recharge { aggregate(input: $in) { rows { key { country platform } measures { count userId { countDistinct(exact: true) } } } } } }',
          variables: { in: question.input }
        })
      })
    ).json()
  ]
  const wanted = answer.data.recharge.aggregate.rows.map(({ key, measures }) => [key.country, key.platform, measures.count, measures.userId.countDistinct])
  const got = Array.from(groups, row => groups.schema.fields.map(({ name }) => (typeof row[name] === 'bigint' ? Number(row[name]) : row[name])))
  assert.deepEqual(got, wanted, path)
}
console.log(`${table.numRows} records of ${columns.length} columns and 2 x ${question.input.groupBy.length} keys agree`)
