// graphql-http: its 61 audits are met by the profile `compatible`, and none of its musts is broken by `2026`
// It reads the specification as of before 2026.
import { auditServer } from 'graphql-http'

const servers = { compatible: process.env.TYTO_URL, 2026: process.env.TYTO_2026_URL }
const audits = 61
let isGood = true
for (const [profile, url] of Object.entries(servers)) {
  const results = await auditServer({ url: `${url}/graphql` })
  const count = { ok: 0, notice: 0, warn: 0, error: 0 }
  for (const result of results) {
    count[result.status]++
    if (result.status !== 'ok')
      console.log(`${profile} ${result.status} ${result.id} ${result.name}: ${result.reason}`)
  }
  console.log(`${profile}: ${JSON.stringify(count)}`)
  isGood &&= profile === 'compatible' ? count.ok === audits : results.length === audits && count.error === 0
}
process.exit(isGood ? 0 : 1)
