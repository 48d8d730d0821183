// @graphql-codegen: types and typed documents of golden schemas and of the documentation's operations compile under tsc --strict; oneOf is a union
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { codegen } from '@graphql-codegen/core'
import * as typescript from '@graphql-codegen/typescript'
import * as operations from '@graphql-codegen/typescript-operations'
import * as documents from '@graphql-codegen/typed-document-node'
import * as g from 'graphql'
import { blocks } from '../docs.mjs'

const root = new URL('../../../../../', import.meta.url)
const text = path => readFileSync(new URL(path, root), 'utf8')
const golden = name => text('graphql-schema/src/main/resources/io/tyto/graphqlschema/schema/shared.graphqls') + text(`graphql-schema/src/test/resources/io/tyto/graphqlschema/${name}`)
// Below the packages, so that the compiler finds theirs.
const folder = mkdtempSync(fileURLToPath(new URL('../node_modules/.codegen-', import.meta.url)))
process.on('exit', () => rmSync(folder, { recursive: true }))

const scalars = { DateTime: 'string', Date: 'string', Long: 'number | string', Decimal: 'string', Duration: 'string', TimeZone: 'string', ColumnData: 'unknown[]', JSON: 'unknown' }
const config = { strictScalars: true, scalars, useTypeImports: true, enumsAsTypes: true }

async function generate(name, sdl, operationText, plugins) {
  const output = await codegen({
    filename: `${folder}/${name}.ts`,
    schema: g.parse(sdl),
    documents: operationText === null ? [] : [{ location: `${name}.graphql`, document: g.parse(operationText) }],
    config,
    plugins: plugins.map(plugin => ({ [plugin]: {} })),
    pluginMap: { typescript, operations, documents }
  })
  writeFileSync(`${folder}/${name}.ts`, output)
  return output
}

// Every operation of the page under a name of its own; blocks may hold several without one.
function named(texts) {
  let n = 0
  return texts
    .flatMap(block => g.parse(block).definitions)
    .map(definition => (definition.kind === g.Kind.OPERATION_DEFINITION ? { ...definition, name: { kind: g.Kind.NAME, value: `Doc${++n}` } } : definition))
    .map(g.print)
    .join('\n')
}

await generate('recharge-types', golden('recharge.graphqls'), null, ['typescript'])
await generate('everything-types', golden('everything.graphqls'), null, ['typescript'])
const ours = text('graphql-schema/src/test/resources/io/tyto/graphqlschema/operations.graphql')
await generate('recharge', golden('recharge.graphqls'), ours, ['operations', 'documents'])
const served = await (await fetch(`${process.env.TYTO_URL}/schema.graphql`)).text()
const shown = named(blocks('api.md', 'graphql'))
await generate('docs', served, shown, ['operations', 'documents'])
await generate('docs-types', served, null, ['typescript'])

writeFileSync(
  `${folder}/use.ts`,
  `import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core'
import { BuilderDocument, PanelDocument } from './recharge.js'
import type { TimeRange, RechargeGroupKey, RechargeAggregateInput } from './recharge-types.js'

const last: TimeRange = { last: 'P7D' }
// @ts-expect-error two keys of a @oneOf input
const both: TimeRange = { last: 'P7D', preset: 'TODAY' }
// @ts-expect-error no key of a @oneOf input
const none: TimeRange = {}
// @ts-expect-error a preset that is none
const wrong: TimeRange = { preset: 'SOMETIME' }
const key: RechargeGroupKey = { dimension: 'COUNTRY' }
// @ts-expect-error a column that cannot be grouped by
const column: RechargeGroupKey = { dimension: 'NOWHERE' }
const input: RechargeAggregateInput = { range: last, groupBy: [key], orderBy: [{ measure: { of: { amount: { fn: 'SUM' } } } }] }
// @ts-expect-error the range is missing
const endless: RechargeAggregateInput = { groupBy: [key] }
const variables: VariablesOf<typeof BuilderDocument> = { in: input, m: [{ count: true }] }
// @ts-expect-error two keys of a @oneOf variable
const panelVariables: VariablesOf<typeof PanelDocument> = { r: { last: 'P7D', preset: 'TODAY' } }
declare const panel: ResultOf<typeof PanelDocument>
for (const row of panel.recharge?.daily?.rows ?? []) {
  const country: string | null | undefined = row.key.country
  const count: number | string = row.measures.count
  // @ts-expect-error not selected
  const item = row.key.itemId
  // @ts-expect-error may be null
  const sum: string = row.measures.amount.sum
  void [country, count, item, sum]
}
void [last, both, none, wrong, column, endless, variables, panelVariables]
`
)
const compiler = fileURLToPath(new URL('../node_modules/.bin/tsc', import.meta.url))
const files = ['recharge-types', 'everything-types', 'recharge', 'docs', 'docs-types', 'use']
try {
  execFileSync(compiler, ['--strict', '--noEmit', '--noUnusedLocals', 'false', '--target', 'es2022', '--module', 'nodenext', '--types', '', ...files.map(file => `${folder}/${file}.ts`)], { encoding: 'utf8' })
} catch (error) {
  assert.fail(String(error.stdout).slice(0, 4000))
}
const count = text => (text.match(/\b(query|mutation|subscription)\b/g) ?? []).length
console.log(`${files.length} files compile: ${g.parse(ours).definitions.length + g.parse(shown).definitions.length} operations and fragments, ${shown.length} characters of the documentation`)
