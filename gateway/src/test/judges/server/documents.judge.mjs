// graphql-js: accepts and rejects the same 1,000 generated documents, right ones and ones with a mistake of forty kinds
// TYTO_SEED replays a run. Whether a document is right is a matter of the specification alone, so every
// disagreement is a mistake of one of the two.
import assert from 'node:assert/strict'
import * as g from 'graphql'

const url = process.env.TYTO_URL
const seed = Number(process.env.TYTO_SEED ?? Date.now() % 1_000_000)
const documents = 1_000
let state = seed
const random = () => {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const below = n => Math.floor(random() * n)
const pick = list => list[below(list.length)]
const chance = p => random() < p

const schema = g.buildSchema(await (await fetch(`${url}/schema.graphql`)).text())
// What our scalars take, since the schema's text cannot say it.
const texts = {
  DateTime: [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/, '2026-03-01T00:00:00Z', '2026-03-01T00:00:00.5+01:00'],
  Date: [/^\d{4}-\d\d-\d\d$/, '2026-03-01'],
  Duration: [/^[+-]?P(?=.)(\d+[YMWD])*(T(\d+[HMS])+)?$/, 'P7D', 'PT15M', 'P1M'],
  TimeZone: [/^(UTC|[A-Z][a-z]+\/[A-Z][a-z]+)$/, 'Europe/Berlin', 'UTC']
}
for (const [name, [pattern]] of Object.entries(texts))
  schema.getType(name).parseLiteral = node => {
    if (node.kind !== g.Kind.STRING || !pattern.test(node.value)) throw new g.GraphQLError(`no ${name}`)
    return node.value
  }
const digits = (name, kinds, pattern) => {
  schema.getType(name).parseLiteral = node => {
    if (!kinds.includes(node.kind) || !pattern.test(node.value)) throw new g.GraphQLError(`no ${name}`)
    return node.value
  }
}
digits('Long', [g.Kind.INT, g.Kind.STRING], /^-?\d{1,18}$/)
digits('Decimal', [g.Kind.INT, g.Kind.FLOAT, g.Kind.STRING], /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/)

// ---- right documents ------------------------------------------------------------------------

class Writer {
  variables = new Map()
  fragments = []

  variable(type) {
    const name = `v${this.variables.size}`
    this.variables.set(name, String(type))
    return `$${name}`
  }

  // isOne: it is the one key of a @oneOf object, where a variable must not be null
  value(type, depth, isOne = false) {
    if (chance(0.08)) return this.variable(isOne && !g.isNonNullType(type) ? `${type}!` : type)
    if (g.isNonNullType(type)) return this.given(type.ofType, depth)
    if (!isOne && chance(0.03)) return 'null'
    return this.given(type, depth)
  }

  given(type, depth) {
    if (g.isListType(type)) {
      if (chance(0.1)) return this.given(g.getNullableType(type.ofType), depth)
      return `[${Array.from({ length: below(depth > 3 ? 2 : 3) }, () => this.value(type.ofType, depth + 1)).join(', ')}]`
    }
    if (g.isEnumType(type)) return pick(type.getValues()).name
    if (g.isInputObjectType(type)) return this.object(type, depth)
    switch (type.name) {
      case 'Int':
        return String(below(100))
      case 'Float':
        return pick(['1', '0.5', '-2e3'])
      case 'Long':
        return pick(['1', '-7', '"9007199254740993"'])
      case 'Decimal':
        return pick(['1', '0.5', '"12.50"'])
      case 'Boolean':
        return pick(['true', 'false'])
      case 'ID':
        return pick(['"a"', '7'])
      case 'JSON':
        return pick(['1', '"x"', '{a: [1, {b: null}]}', 'true'])
      case 'String':
        return pick(['"x"', '"\\u00e9\\n"', '"""a\n  block"""', '""', '"😀"'])
      default:
        return JSON.stringify(pick(texts[type.name].slice(1)))
    }
  }

  object(type, depth) {
    const fields = Object.values(type.getFields())
    const shallow = fields.filter(field => !g.isInputObjectType(g.getNamedType(field.type)))
    if (type.isOneOf) {
      const field = pick(depth > 4 && shallow.length > 0 ? shallow : fields)
      return `{${field.name}: ${this.value(field.type, depth + 1, true)}}`
    }
    const given = fields.filter(
      field => g.isRequiredInputField(field) || (chance(2 / fields.length) && (depth < 4 || shallow.includes(field)))
    )
    return `{${given.map(field => `${field.name}: ${this.value(field.type, depth + 1)}`).join(', ')}}`
  }

  args(field) {
    // A dry run answers nothing, which is no matter of validation.
    const given = field.args.filter(argument => g.isRequiredArgument(argument) || (argument.name !== 'dryRun' && chance(0.4)))
    return given.length === 0 ? '' : `(${given.map(argument => `${argument.name}: ${this.value(argument.type, 0)}`).join(', ')})`
  }

  directives() {
    return chance(0.05) ? ` @${pick(['include', 'skip'])}(if: ${chance(0.5) ? 'true' : this.variable('Boolean!')})` : ''
  }

  selection(type, depth, isRoot = false) {
    const all = Object.values(type.getFields())
    const fields = all.filter(field => depth < 7 || g.isLeafType(g.getNamedType(field.type)))
    const written = new Set()
    const parts = []
    for (let n = isRoot ? 1 : 1 + below(4); n > 0 && fields.length > 0; n--) {
      const field = pick(fields)
      const alias = chance(0.25) ? `a${below(1_000_000)}` : null
      if (written.has(alias ?? field.name)) continue
      written.add(alias ?? field.name)
      parts.push(this.field(field, alias, depth))
    }
    if (!isRoot && (chance(0.1) || parts.length === 0)) parts.push(chance(0.3) ? 't: __typename' : '__typename')
    if (!isRoot && depth < 6 && chance(0.08)) parts.push(`... ${chance(0.5) ? `on ${type.name} ` : ''}${this.directives()}{ inline: __typename }`)
    if (!isRoot && depth < 6 && chance(0.08)) {
      const name = `F${this.fragments.length}`
      const at = this.fragments.push('') - 1
      this.fragments[at] = `fragment ${name} on ${type.name} { f${name}: __typename }`
      parts.push(`...${name}${this.directives()}`)
    }
    return `{ ${parts.join(' ')} }`
  }

  field(field, alias, depth) {
    const type = g.getNamedType(field.type)
    const below = g.isLeafType(type) ? '' : ` ${this.selection(type, depth + 1)}`
    return `${alias ? `${alias}: ` : ''}${field.name}${this.args(field)}${this.directives()}${below}`
  }

  document() {
    if (chance(0.04))
      return pick([
        '{ __schema { queryType { name } directives { name locations args { name type { kind } } } } }',
        'query Q($n: String!) { __type(name: $n) { name fields(includeDeprecated: true) { name isDeprecated } } }',
        '{ __type(name: "TimeRange") { isOneOf inputFields { name defaultValue } } __typename }'
      ])
    const operation = pick(['query', 'query', 'query', 'query', 'query', 'query', 'query', 'subscription', 'mutation'])
    const root = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[operation]
    const selection = this.selection(root, 0, operation !== 'query')
    const variables = [...this.variables].map(([name, type]) => `$${name}: ${type}`).join(', ')
    const head = `${operation} Q${variables && `(${variables})`}`
    return [`${variables || operation !== 'query' || chance(0.7) ? head : ''} ${selection}`, ...this.fragments].join('\n')
  }
}

// ---- mistakes -------------------------------------------------------------------------------

const name = value => ({ kind: g.Kind.NAME, value })
const text = value => ({ kind: g.Kind.STRING, value })
const variable = value => ({ kind: g.Kind.VARIABLE, name: name(value) })
const nothing = { kind: g.Kind.NULL }

// Changes one node, chosen among those that fit; undefined where none does.
function change(document, kind, fits, changed) {
  const info = new g.TypeInfo(schema)
  const found = []
  const note = node => {
    if (node.kind === kind && fits(node, info)) found.push(node)
  }
  g.visit(document, g.visitWithTypeInfo(info, { enter: note }))
  if (found.length === 0) return undefined
  const chosen = pick(found)
  return g.visit(document, g.visitWithTypeInfo(info, { enter: node => (node === chosen ? changed(node, info) : undefined) }))
}
const on = (kind, fits, changed) => document => change(document, kind, fits, changed)
const yes = () => true
const withDefinitions = more => document => ({ ...document, definitions: [...document.definitions, ...g.parse(more).definitions] })
const field = (text, into) => {
  const [selection] = g.parse(`{ ${text} }`).definitions[0].selectionSet.selections
  return { ...into, selectionSet: { ...into.selectionSet, selections: [...into.selectionSet.selections, selection] } }
}
const hasFields = node => node.selectionSet !== undefined
const { Kind } = g
const named = (type, isOne) => g.isInputObjectType(g.getNamedType(type)) && (!isOne || g.getNamedType(type).isOneOf)
const operation = changed => on(Kind.OPERATION_DEFINITION, yes, changed)
const define = (variable, type, value) => node => ({
  ...node,
  variableDefinitions: [
    ...node.variableDefinitions,
    { kind: Kind.VARIABLE_DEFINITION, variable, type: g.parseType(type), defaultValue: value, directives: [] }
  ]
})
const isOneOf = (_, info) => info.getInputType() && g.isInputObjectType(g.getNullableType(info.getInputType())) && g.getNullableType(info.getInputType()).isOneOf
const mistakes = {
  'an unknown field': on(Kind.FIELD, yes, node => ({ ...node, name: name('nowhere') })),
  'an unknown argument': on(Kind.FIELD, yes, node => ({ ...node, arguments: [...node.arguments, { kind: Kind.ARGUMENT, name: name('nowhere'), value: text('x') }] })),
  'no argument': on(Kind.FIELD, node => node.arguments.length > 0, node => ({ ...node, arguments: [] })),
  'an argument twice': on(Kind.FIELD, node => node.arguments.length > 0, node => ({ ...node, arguments: [...node.arguments, node.arguments[0]] })),
  'null as an argument': on(Kind.ARGUMENT, yes, node => ({ ...node, value: nothing })),
  'a text as an argument': on(Kind.ARGUMENT, yes, node => ({ ...node, value: text('no') })),
  'a number as an argument': on(Kind.ARGUMENT, yes, node => ({ ...node, value: { kind: Kind.INT, value: '3' } })),
  'a large number as an argument': on(Kind.ARGUMENT, yes, node => ({ ...node, value: { kind: Kind.INT, value: '3000000000' } })),
  'a list as an argument': on(Kind.ARGUMENT, yes, node => ({ ...node, value: { kind: Kind.LIST, values: [nothing] } })),
  'a word as an argument': on(Kind.ARGUMENT, yes, node => ({ ...node, value: { kind: Kind.ENUM, value: 'NOWHERE' } })),
  'true as an argument': on(Kind.ARGUMENT, yes, node => ({ ...node, value: { kind: Kind.BOOLEAN, value: true } })),
  'another enum value': on(Kind.ENUM, yes, node => ({ ...node, value: 'NOWHERE' })),
  'a text as an enum': on(Kind.ENUM, yes, node => text(node.value)),
  'an enum in small letters': on(Kind.ENUM, yes, node => ({ ...node, value: node.value.toLowerCase() })),
  'a text that is no scalar': on(Kind.STRING, yes, node => text('?')),
  'an enum for a text': on(Kind.STRING, yes, () => ({ kind: Kind.ENUM, value: 'X' })),
  'an unknown member': on(Kind.OBJECT, (_, info) => named(info.getInputType()), node => ({ ...node, fields: [...node.fields, { kind: Kind.OBJECT_FIELD, name: name('nowhere'), value: nothing }] })),
  'a member less': on(Kind.OBJECT, node => node.fields.length > 0, node => ({ ...node, fields: node.fields.slice(1) })),
  'a member twice': on(Kind.OBJECT, node => node.fields.length > 0, node => ({ ...node, fields: [...node.fields, node.fields[0]] })),
  'null as a member': on(Kind.OBJECT_FIELD, yes, node => ({ ...node, value: nothing })),
  'no key of oneOf': on(Kind.OBJECT, isOneOf, node => ({ ...node, fields: [] })),
  'two keys of oneOf': on(Kind.OBJECT, isOneOf, (node, info) => {
    const other = Object.keys(g.getNullableType(info.getInputType()).getFields()).find(key => key !== node.fields[0]?.name.value)
    return { ...node, fields: [...node.fields, { kind: Kind.OBJECT_FIELD, name: name(other), value: nothing }] }
  }),
  'a null key of oneOf': on(Kind.OBJECT, isOneOf, node => ({ ...node, fields: node.fields.map(one => ({ ...one, value: nothing })) })),
  'an unknown variable': on(Kind.ARGUMENT, yes, node => ({ ...node, value: variable('nowhere') })),
  'an unused variable': operation(define(variable('unused'), 'Int')),
  'a variable of an output type': operation(define(variable('output'), 'Query')),
  'a variable of an unknown type': operation(define(variable('output'), 'Nowhere')),
  'a default of another type': operation(define(variable('late'), 'Int', text('x'))),
  'a variable that may be null': on(Kind.VARIABLE_DEFINITION, yes, node => ({ ...node, type: node.type.kind === Kind.NON_NULL_TYPE ? node.type.type : node.type })),
  'a variable of another type': on(Kind.VARIABLE_DEFINITION, yes, node => ({ ...node, type: g.parseType('Int') })),
  'a variable twice': on(Kind.OPERATION_DEFINITION, node => node.variableDefinitions.length > 0, node => ({ ...node, variableDefinitions: [...node.variableDefinitions, node.variableDefinitions[0]] })),
  'an unknown directive': on(Kind.FIELD, yes, node => ({ ...node, directives: [...node.directives, ...g.parse('{ a @nowhere }').definitions[0].selectionSet.selections[0].directives] })),
  'a directive of schemas': on(Kind.FIELD, yes, node => ({ ...node, directives: g.parse('{ a @deprecated }').definitions[0].selectionSet.selections[0].directives })),
  'a directive twice': on(Kind.FIELD, yes, node => ({ ...node, directives: g.parse('{ a @skip(if: true) @skip(if: true) }').definitions[0].selectionSet.selections[0].directives })),
  'a directive without its argument': on(Kind.FIELD, yes, node => ({ ...node, directives: g.parse('{ a @include }').definitions[0].selectionSet.selections[0].directives })),
  'a directive where none may be': operation(node => ({ ...node, directives: g.parse('{ a @skip(if: false) }').definitions[0].selectionSet.selections[0].directives })),
  'an unused fragment': withDefinitions('fragment Unused on Query { __typename }'),
  'an unknown fragment': on(Kind.FIELD, hasFields, node => field('...Nowhere', node)),
  'a fragment of itself': document => withDefinitions('fragment Loop on Query { ...Loop }')(on(Kind.OPERATION_DEFINITION, node => node.operation === 'query', node => field('...Loop', node))(document) ?? document),
  'a fragment of a scalar': on(Kind.FIELD, hasFields, node => field('... on Long { x }', node)),
  'a fragment of an unknown type': on(Kind.FIELD, hasFields, node => field('... on Nowhere { x }', node)),
  'a fragment of another type': on(Kind.FIELD, hasFields, node => field('... on Mutation { __typename }', node)),
  'a fragment twice': document => withDefinitions('fragment Twice on Query { __typename } fragment Twice on Query { __typename }')(document),
  'a scalar with members': on(Kind.FIELD, node => !node.selectionSet, node => field('x', { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections: [] } })),
  'an object without members': on(Kind.FIELD, hasFields, node => ({ ...node, selectionSet: undefined })),
  'one name for two things': on(Kind.FIELD, (node, info) => hasFields(node) && info.getType(), (node, info) => field(`${Object.keys(g.getNamedType(info.getType()).getFields())[0]}: __typename`, field(Object.keys(g.getNamedType(info.getType()).getFields())[0], node))),
  'two operations without names': document => withDefinitions('{ __typename }')(document),
  'two operations of a name': document => withDefinitions('query Q { __typename } query Q { __typename }')(document),
  'two subscriptions in one': on(Kind.OPERATION_DEFINITION, node => node.operation === 'subscription', node => field('other: __typename', node)),
  'a definition of types': withDefinitions('type X { y: Int }'),
  'introspection in the wrong place': on(Kind.FIELD, hasFields, node => field('__schema { queryType { name } }', node))
}
const scratches = {
  'a character less': source => source.slice(0, -1 - below(source.length / 2)),
  'a character more': source => {
    const at = below(source.length)
    return source.slice(0, at) + pick(['{', ')', '$', '"', '@', '!', ':', '\u0007', '%', '...', '0', '-', '.', '\\']) + source.slice(at)
  }
}

function generate() {
  const source = new Writer().document()
  if (chance(0.4)) return { source, mistake: null }
  if (chance(0.08)) {
    const mistake = pick(Object.keys(scratches))
    return { source: scratches[mistake](source), mistake }
  }
  const document = g.parse(source, { noLocation: true })
  for (let attempt = 0; attempt < 10; attempt++) {
    const mistake = pick(Object.keys(mistakes))
    const changed = mistakes[mistake](document)
    if (changed) return { source: g.print(changed), mistake }
  }
  return { source, mistake: null }
}

// The edition of September 2025 forbids what graphql-js 16 does not look at yet: directives that decide
// whether a subscription has its field.
const fixedRoots = context => ({
  OperationDefinition(operation) {
    const seen = new Set()
    const look = selections => {
      for (const selection of selections.selections) {
        if (selection.directives.some(directive => ['skip', 'include'].includes(directive.name.value)))
          context.reportError(new g.GraphQLError('a directive at the field of a subscription'))
        if (selection.kind === g.Kind.INLINE_FRAGMENT) look(selection.selectionSet)
        const fragment = selection.kind === g.Kind.FRAGMENT_SPREAD && context.getFragment(selection.name.value)
        if (fragment && !seen.has(fragment)) {
          seen.add(fragment)
          look(fragment.selectionSet)
        }
      }
    }
    if (operation.operation === 'subscription') look(operation.selectionSet)
  }
})

// graphql-js 16 looks for nullable variables as keys of oneOf in places of the type `T` itself, and not of `T!` or `[T]`.
const keysOfOne = context => ({
  OperationDefinition(operation) {
    for (const { node, parentType } of context.getRecursiveVariableUsages(operation)) {
      const declared = operation.variableDefinitions.find(definition => definition.variable.name.value === node.name.value)
      if (declared && declared.type.kind !== g.Kind.NON_NULL_TYPE && parentType && !g.isInputObjectType(parentType) && g.getNamedType(parentType).isOneOf)
        context.reportError(new g.GraphQLError(`$${node.name.value} may be null`))
    }
  }
})

function theirs(source) {
  try {
    return g.validate(schema, g.parse(source), [...g.specifiedRules, fixedRoots, keysOfOne]).map(error => error.message)
  } catch (error) {
    return [error.message]
  }
}

async function ours(query) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, operationName: /\bQ\b/.test(query) ? 'Q' : undefined })
  })
  const { errors = [] } = await response.json()
  for (const failure of ['INTERNAL', 'DOCUMENT_TOO_COMPLEX'])
    assert.ok(!errors.some(error => error.extensions.code === failure), `seed ${seed}: ${JSON.stringify(errors)}\n${query}`)
  return errors.filter(error => /^GRAPHQL_(PARSE|VALIDATION)_FAILED$/.test(error.extensions.code)).map(error => error.message)
}

const all = new Map()
while (all.size < documents) {
  const { source, mistake } = generate()
  all.set(source, mistake)
}
const count = { accepted: 0, rejected: 0 }
const kinds = new Set()
const disagreements = []
const waiting = [...all]
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [source, mistake] = next
      const wanted = theirs(source)
      const got = await ours(source)
      count[wanted.length === 0 ? 'accepted' : 'rejected']++
      if (wanted.length > 0) kinds.add(mistake)
      if ((wanted.length === 0) !== (got.length === 0)) disagreements.push({ mistake, graphqlJs: wanted, tyto: got, source })
    }
  })
)
console.log(`seed ${seed}: ${count.accepted} accepted, ${count.rejected} rejected for ${kinds.size} kinds of mistakes, ${disagreements.length} disagreements`)
for (const disagreement of disagreements.slice(0, 20)) console.log(JSON.stringify(disagreement, null, 1))
assert.ok(count.accepted > 300 && count.rejected > 300 && kinds.size > 40, 'the documents are too much alike')
assert.equal(disagreements.length, 0)
