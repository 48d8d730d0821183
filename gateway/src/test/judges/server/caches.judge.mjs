// caches of @apollo/client and urql: panels of one page share no entry unless they differ in measures only, and a total is never made of rows
import assert from 'node:assert/strict'
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client'
import { Client, fetchExchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { documented } from '../docs.mjs'

const { identities, typePolicies, keys } = await documented('api.md', '// identities.mjs')
const url = `${process.env.TYTO_URL}/graphql`
const known = await identities(url)
const complaints = []
for (const level of ['warn', 'error']) console[level] = (...words) => complaints.push(words.join(' '))

let requests = 0
const counted = (...request) => {
  requests++
  return fetch(...request)
}
const clients = {
  apollo() {
    const client = new ApolloClient({
      link: new HttpLink({ uri: url, fetch: counted }),
      cache: new InMemoryCache({ typePolicies: typePolicies(known) })
    })
    return async (query, variables) => (await client.query({ query: gql(query), variables })).data
  },
  urql() {
    const client = new Client({
      url,
      fetch: counted,
      preferGetMethod: false,
      exchanges: [cacheExchange({ keys: keys(known) }), fetchExchange]
    })
    return async (query, variables) => {
      const { data, error } = await client.query(query, variables).toPromise()
      if (error) throw error
      return data
    }
  }
}

// What the server says, past every cache, in the form in which caches hand it out.
async function truth(query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables })
  })
  const { data, errors } = await response.json()
  assert.equal(errors, undefined, query)
  return data
}
const plain = value => JSON.parse(JSON.stringify(value, (name, member) => (name === '__typename' ? undefined : member)))

const range = { between: { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' } }
const panel = (measures, keys = 'country platform') => `query Panel($input: RechargeAggregateInput!, $limit: Int) {
  recharge { aggregate(input: $input, limit: $limit) {
    rows { id key { ${keys} } measures { ${measures} } } totals { ${measures} } groupCount } } }`
const rows = measures => `query Rows($input: RechargeAggregateInput!, $limit: Int) {
  recharge { aggregate(input: $input, limit: $limit) { rows { id measures { ${measures} } } totals { ${measures} } } } }`
const country = { dimension: 'COUNTRY' }
const platform = { dimension: 'PLATFORM' }
const orderBy = [{ measure: { of: { count: true } } }]
const inputs = {
  total: { range },
  'of no keys': { range, groupBy: [] },
  'by country': { range, groupBy: [country] },
  'by platform': { range, groupBy: [platform] },
  'by both': { range, groupBy: [country, platform] },
  'by both, the other way round': { range, groupBy: [platform, country] },
  'by day': { range, groupBy: [{ time: { granularity: 'DAY' } }] },
  'by month': { range, groupBy: [{ time: { granularity: 'MONTH' } }] },
  filtered: { range, groupBy: [country], where: { platform: { eq: 'ios' } } },
  'filtered otherwise': { range, groupBy: [country], where: { platform: { eq: 'web' } } },
  'total, filtered': { range, where: { platform: { eq: 'ios' } } },
  'of another range': { range: { between: { ...range.between, from: '2026-01-01T00:00:00Z' } }, groupBy: [country] },
  'of the last days': { range: { last: 'P7D' }, groupBy: [country] },
  ordered: { range, groupBy: [country], orderBy },
  compared: { range, groupBy: [country], compareTo: { shift: 'P1D' } },
  having: { range, groupBy: [country], having: { of: { count: true }, is: { gt: 400 } } },
  'of another zone': { range, groupBy: [country], timezone: 'Asia/Tokyo' }
}
const panels = Object.entries(inputs).map(([name, input]) => ({ name, query: rows('count amount { sum }'), variables: { input } }))
panels.push({ name: 'the first two', query: rows('count amount { sum }'), variables: { input: inputs['by country'], limit: 2 } })

for (const [name, connect] of Object.entries(clients)) {
  for (const order of [panels, panels.toReversed()]) {
    const ask = connect()
    for (const { name: which, query, variables } of order) {
      const before = requests
      const answer = await ask(query, variables)
      assert.equal(requests, before + 1, `${name}: '${which}' is answered by what another panel left`)
      assert.deepEqual(plain(answer), await truth(query, variables), `${name}: ${which}`)
    }
    for (const { name: which, query, variables } of order) {
      const before = requests
      const answer = await ask(query, variables)
      assert.equal(requests, before, `${name}: '${which}' is asked again`)
      assert.deepEqual(plain(answer), await truth(query, variables), `${name}: ${which}, after the others`)
    }
  }

  // Two panels of other measures make a third one of both.
  const ask = connect()
  const variables = { input: inputs['by both'] }
  await ask(panel('count'), variables)
  await ask(panel('amount { sum }'), variables)
  await ask(panel('amount { avg } userId { countDistinct(exact: true) }'), variables)
  const both = panel('count amount { sum avg } userId { countDistinct(exact: true) }')
  const before = requests
  assert.deepEqual(plain(await ask(both, variables)), await truth(both, variables), `${name}: merged`)
  assert.equal(requests, before, `${name}: panels that differ in measures do not merge`)
  // A cell with other arguments is another cell.
  const quantiles = panel('amount { quantile(q: 0.5) }')
  await ask(panel('amount { quantile(q: 0.9) }'), variables)
  assert.deepEqual(plain(await ask(quantiles, variables)), await truth(quantiles, variables), `${name}: arguments of cells`)

  // Ids of rows and of othersRows beside them are ids of other things.
  const top = { range, groupBy: [{ time: { granularity: 'MONTH' } }, country], others: true, top: { keys: ['COUNTRY'], n: 2, by: { of: { count: true } } } }
  const others = `query Others($input: RechargeAggregateInput!) { recharge { aggregate(input: $input) {
    rows { id key { ts } measures { count } } othersRows { id key { ts } measures { count } } } } }`
  assert.deepEqual(plain(await ask(others, { input: top })), await truth(others, { input: top }), `${name}: othersRows`)

  // A column called id names neither a record nor a group: five values of it, a thousand records.
  for (const parcels of [
    '{ parcel { aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: ID}, {dimension: COUNTRY}]}) { rows { id key { id country } measures { count } } } } }',
    '{ parcel { records(range: {preset: ALL_TIME}, first: 100) { nodes { _id id country weight } } } }',
    '{ parcel { records(range: {preset: ALL_TIME}, first: 100, offset: 100) { nodes { id country weight } } } }'
  ])
    assert.deepEqual(plain(await ask(parcels)), await truth(parcels), `${name}: a column called id`)
  console.log(`${name}: ${panels.length} panels in both orders share nothing, measures merge`)
}
assert.deepEqual(complaints, [], 'what the clients complained of')
