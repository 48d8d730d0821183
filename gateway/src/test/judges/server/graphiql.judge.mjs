// GraphiQL in headless Chromium: loads under its policy and from this host only, completes, runs a query and a subscription, shows the documentation
// TYTO_SCREENSHOTS names a folder for pictures of it.
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'

const url = process.env.TYTO_URL
const executablePath = process.env.TYTO_CHROMIUM
if (!executablePath) {
  console.log('no Chromium is installed')
  process.exit(77)
}
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
})
process.on('exit', () => browser.close())
const look = { viewport: { width: 1400, height: 900 } }
let page = await browser.newPage(look)
const complaints = []
const strangers = []
function watch(page, url) {
  page.setDefaultTimeout(60_000)
  page.on('console', message => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('request', request => request.url().startsWith('http') && new URL(request.url()).origin !== url && strangers.push(request.url()))
}
watch(page, url)
const picture = name => process.env.TYTO_SCREENSHOTS && page.screenshot({ path: `${process.env.TYTO_SCREENSHOTS}/${name}.png` })
// The pane draws the lines in sight only.
const answer = text =>
  page.waitForFunction(text => document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue().includes(text), text)

const editor = () => page.locator('.graphiql-query-editor .CodeMirror').first()
async function write(text) {
  await editor().click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}
const run = () => page.keyboard.press('Control+Enter')
// Before the schema has come there is nothing to complete with, and asking once would be asking too early.
async function complete(hint) {
  const found = page.locator('.CodeMirror-hints').getByText(hint, { exact: true })
  for (let turn = 1; ; turn++) {
    await page.keyboard.press('Control+Space')
    try {
      return await found.waitFor({ timeout: 3_000 })
    } catch (error) {
      if (turn === 20) throw error
    }
  }
}

const response = await page.goto(`${url}/graphiql`)
const policy = response.headers()['content-security-policy'] ?? ''
assert.match(policy, /default-src '(none|self)'/)
assert.doesNotMatch(policy.match(/script-src[^;]*/)?.[0] ?? '', /unsafe|http|\*/)
await editor().waitFor()
await picture('1-loaded')

// What a stranger sees first can be run.
await page.getByRole('button', { name: /execute query/i }).click()
await answer('recharge')
await picture('2-welcome')

// Completion knows the collections, and takes what is chosen.
await write('{ recharge { ')
await complete('aggregate')
await picture('3-completion')
await page.keyboard.press('Escape')
// Where one thing fits, it is taken at once.
await write('{ recharge { aggregate(input: {range: {preset: ALL_')
await page.keyboard.press('Control+Space')
await page.waitForFunction(() => document.querySelector('.CodeMirror').CodeMirror.getValue().endsWith('preset: ALL_TIME'))

await write('{ recharge { aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}]}) { rows { key { country } measures { count } } } } }')
await run()
await answer('"country": "DE"')
await picture('4-data')

// What is wrong is underlined before it is sent, and told when it is.
await write('{ recharge { nowhere } }')
await page.locator('.CodeMirror-lint-mark-error, .CodeMirror-lint-mark').first().waitFor()
await run()
await answer('GRAPHQL_VALIDATION_FAILED')

// Subscriptions go on until they are stopped.
await write('subscription { rechargeLive(input: {range: {preset: ALL_TIME}}, every: "PT0.1S", onlyOnChange: false) { sequence aggregate { totals { count } } } }')
await run()
await answer('"sequence": 3')
await page.getByRole('button', { name: /stop query/i }).click()
await picture('5-subscription')

// The explorer has the words of the configs.
await page.getByRole('button', { name: /documentation explorer/i }).click()
await page.locator('.graphiql-doc-explorer').waitFor()
await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).first().click()
await page.locator('.graphiql-doc-explorer', { hasText: 'recharge' }).waitFor()
await picture('6-explorer')

assert.deepEqual(complaints.splice(0), [], 'what the browser complained of')

// Where the server asks for keys, the page says so, and a key put into its place is all it takes.
if (process.env.TYTO_KEYS_URL) {
  page = await browser.newPage(look)
  watch(page, process.env.TYTO_KEYS_URL)
  await page.goto(`${process.env.TYTO_KEYS_URL}/graphiql`)
  await editor().waitFor()
  await page.waitForFunction(() => document.querySelector('.CodeMirror').CodeMirror.getValue().includes('asks for a key'))
  await picture('7-stranger')
  await page.evaluate(key => {
    const panes = [...document.querySelectorAll('.CodeMirror')].map(element => element.CodeMirror)
    panes.find(pane => pane.getValue().includes('Authorization')).setValue(JSON.stringify({ Authorization: `Bearer ${key}` }))
  }, process.env.TYTO_KEY)
  await page.waitForTimeout(2_000)
  await write('{ recharge { ')
  await complete('aggregate')
  await page.keyboard.press('Escape')
  await write('{ recharge { info { rowCount } } }')
  await run()
  await answer('"rowCount": 2000')
  await picture('8-key')
  // Browsers note every answer that is refused.
  assert.deepEqual(complaints.filter(text => !/status of 401/.test(text)), [], 'what the browser complained of')
}
assert.deepEqual(strangers, [], 'requests to other hosts')
console.log('loaded, completed, ran, subscribed and explained, without a complaint or a request elsewhere')
await browser.close()
